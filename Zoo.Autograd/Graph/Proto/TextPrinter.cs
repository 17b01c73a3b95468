using System.Collections;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Zoo.Autograd.Graph.Proto;

/// <summary>Writes messages as protobuf text: fields by number, map entries by key, so that equal messages give equal text.</summary>
sealed class TextPrinter(TextWriter writer)
{
    public void Message(IMessage message, int depth)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.IsMap) Map(field, (IDictionary)field.Accessor.GetValue(message), depth);
            else if (field.IsRepeated)
                foreach (var item in (IList)field.Accessor.GetValue(message)) Field(field, item, depth);
            else if (field.HasPresence ? field.Accessor.HasValue(message) : !IsDefault(field.Accessor.GetValue(message)))
                Field(field, field.Accessor.GetValue(message), depth);
        }
    }

    void Map(FieldDescriptor field, IDictionary map, int depth)
    {
        var (keyField, valueField) = (field.MessageType.FindFieldByNumber(1), field.MessageType.FindFieldByNumber(2));
        var keys = map.Keys.Cast<object>().ToArray();
        Array.Sort(keys, (a, b) => a is string s ? string.CompareOrdinal(s, (string)b) : Comparer.DefaultInvariant.Compare(a, b));
        foreach (var key in keys)
        {
            Line(depth, field.Name + " {");
            Field(keyField, key, depth + 1);
            Field(valueField, map[key]!, depth + 1);
            Line(depth, "}");
        }
    }

    void Field(FieldDescriptor field, object value, int depth)
    {
        if (value is IMessage message)
        {
            Line(depth, field.Name + " {");
            Message(message, depth + 1);
            Line(depth, "}");
        }
        else Line(depth, $"{field.Name}: {Scalar(field, value)}");
    }

    void Line(int depth, string text)
    {
        for (int i = 0; i < depth; i++) writer.Write("  ");
        writer.WriteLine(text);
    }

    static bool IsDefault(object value) => value switch
    {
        string s => s.Length == 0,
        ByteString b => b.IsEmpty,
        bool b => !b,
        // -0 is not the default: protobuf compares bits.
        float f => BitConverter.SingleToInt32Bits(f) == 0,
        double d => BitConverter.DoubleToInt64Bits(d) == 0,
        Enum e => Convert.ToInt32(e, CultureInfo.InvariantCulture) == 0,
        _ => Convert.ToDecimal(value, CultureInfo.InvariantCulture) == 0,
    };

    static string Scalar(FieldDescriptor field, object value) => value switch
    {
        string s => Quote(Encoding.UTF8.GetBytes(s)),
        ByteString b => Quote(b.Span),
        bool b => b ? "true" : "false",
        float f => Float(f, f.ToString("R", CultureInfo.InvariantCulture)),
        double d => Float(d, d.ToString("R", CultureInfo.InvariantCulture)),
        Enum e => field.EnumType.FindValueByNumber(Convert.ToInt32(e, CultureInfo.InvariantCulture))?.Name ?? e.ToString("D"),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static string Float(double value, string text) =>
        double.IsNaN(value) ? "nan" : double.IsPositiveInfinity(value) ? "inf" : double.IsNegativeInfinity(value) ? "-inf" : text.Replace("E", "e");

    static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length + 2).Append('"');
        foreach (var b in bytes)
            _ = b switch
            {
                (byte)'\n' => text.Append("\\n"),
                (byte)'\r' => text.Append("\\r"),
                (byte)'\t' => text.Append("\\t"),
                (byte)'"' => text.Append("\\\""),
                (byte)'\'' => text.Append("\\'"),
                (byte)'\\' => text.Append("\\\\"),
                < 32 or >= 127 => text.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7))).Append((char)('0' + (b & 7))),
                _ => text.Append((char)b),
            };
        return text.Append('"').ToString();
    }
}
