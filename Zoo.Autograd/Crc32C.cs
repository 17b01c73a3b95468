using System.Buffers.Binary;
using System.Numerics;

namespace Zoo.Autograd;

/// <summary>The checksum of TensorFlow's files and of what workers send.</summary>
internal static class Crc32C
{
    /// <summary>CRC-32C of bytes, going on from that of what comes before them.</summary>
    internal static uint Of(ReadOnlySpan<byte> data, uint before = 0)
    {
        var crc = ~before;
        for (; data.Length >= 8; data = data[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>Rotated and shifted, as files that hold checksums of checksums want it.</summary>
    internal static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + 0xa282ead8;
}
