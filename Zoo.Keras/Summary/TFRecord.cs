using System.Buffers.Binary;
using System.Numerics;

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

    /// <summary>CRC-32C, rotated and shifted as these files want it.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = ~0u;
        for (; data.Length >= 8; data = data[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}
