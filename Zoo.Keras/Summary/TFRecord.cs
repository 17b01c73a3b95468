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

    /// <summary>CRC-32C as these files want it.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> data) => Crc32C.Mask(Crc32C.Of(data));
}
