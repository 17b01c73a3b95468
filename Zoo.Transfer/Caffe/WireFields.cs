using Google.Protobuf.Reflection;

namespace Zoo.Transfer.Caffe;

/// <summary>Finds the fields of a binary message that its type does not have; the generated classes keep them to themselves.</summary>
static class WireFields
{
    // Protobuf's own limit: hostile nesting must not exhaust the stack. More different warnings help nobody.
    const int MaxDepth = 100, Most = 100;

    /// <summary>Each unknown field once, as message and number. Stops in silence where the bytes make no sense: the parser says so better.</summary>
    public static IReadOnlyCollection<string> Unknown(ReadOnlySpan<byte> bytes, MessageDescriptor type)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Walk(bytes, type, found, 0);
        return found;
    }

    static void Walk(ReadOnlySpan<byte> bytes, MessageDescriptor type, SortedSet<string> found, int depth)
    {
        while (bytes.Length > 0 && depth < MaxDepth && found.Count < Most)
        {
            if (!Varint(ref bytes, out var tag)) return;
            var field = tag >> 3 is > 0 and <= int.MaxValue ? type.FindFieldByNumber((int)(tag >> 3)) : null;
            if (field is null) found.Add($"{type.Name} has an unknown field {tag >> 3}");
            ulong length;
            switch (tag & 7)
            {
                case 0: if (!Varint(ref bytes, out _)) return; continue;
                case 1: length = 8; break;
                case 5: length = 4; break;
                case 2: if (!Varint(ref bytes, out length)) return; break;
                default: return;   // groups are of no use here
            }
            if (length > (ulong)bytes.Length) return;
            if (field?.FieldType == FieldType.Message && (tag & 7) == 2) Walk(bytes[..(int)length], field.MessageType, found, depth + 1);
            bytes = bytes[(int)length..];
        }
    }

    static bool Varint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(10, bytes.Length); i++)
        {
            value |= (ulong)(bytes[i] & 127) << (7 * i);
            if (bytes[i] >= 128) continue;
            bytes = bytes[(i + 1)..];
            return true;
        }
        return false;
    }
}
