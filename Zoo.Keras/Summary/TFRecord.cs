using System.Buffers.Binary;

namespace Zoo.Keras.Summary;

/// <summary>The framing of TensorFlow's record files: length, its checksum, the bytes, their checksum.</summary>
internal static class TFRecord
{
    /// <summary>Appends one record.</summary>
    internal static void Write(Stream to, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Checksum(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Checksum(data));
        to.Write(head);
        to.Write(data);
        to.Write(tail);
    }

    /// <summary>The records of a file, in order.</summary>
    /// <exception cref="InvalidDataException">A record is cut off, or its checksum is wrong.</exception>
    internal static IEnumerable<byte[]> Read(string path)
    {
        using var from = File.OpenRead(path);
        byte[] head = new byte[12], tail = new byte[4];
        for (var number = 0; from.Position < from.Length; number++)
        {
            if (from.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length) throw Bad(path, number, "it is cut off");
            if (BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)) != Checksum(head.AsSpan(0, 8))) throw Bad(path, number, "the checksum of its length is wrong");
            var length = BinaryPrimitives.ReadUInt64LittleEndian(head);
            if (length + (ulong)tail.Length > (ulong)(from.Length - from.Position) || length > int.MaxValue) throw Bad(path, number, $"it claims {length} bytes, {from.Length - from.Position} are left");
            var data = new byte[length];
            from.ReadExactly(data);
            from.ReadExactly(tail);
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail) != Checksum(data)) throw Bad(path, number, "its checksum is wrong");
            yield return data;
        }
    }

    static InvalidDataException Bad(string path, int number, string why) => new($"TFRecord: record {number} of '{path}' cannot be read: {why}. Expected a whole file of TensorFlow's records, not compressed. Write or copy it again.");

    /// <summary>CRC-32C as these files want it.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> data) => Crc32C.Mask(Crc32C.Of(data));
}
