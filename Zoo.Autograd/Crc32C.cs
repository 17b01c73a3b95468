using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Zoo.Autograd;

/// <summary>The checksum of TensorFlow's files and of what workers send.</summary>
internal static class Crc32C
{
    /// <summary>CRC-32C of bytes, going on from that of what comes before them.</summary>
    internal static uint Of(ReadOnlySpan<byte> data, uint before = 0)
    {
        var crc = ~before;
        for (; data.Length >= 3 * Lane && BitConverter.IsLittleEndian; data = data[(3 * Lane)..]) crc = Lanes(MemoryMarshal.Cast<byte, ulong>(data[..(3 * Lane)]), crc);
        for (; data.Length >= 8; data = data[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>Three stretches at a time: the processor's instruction takes three cycles for its result, but begins one in each.</summary>
    const int Lane = 2048;

    static readonly uint[] zeros = Zeros();

    static uint Lanes(ReadOnlySpan<ulong> words, uint first)
    {
        const int n = Lane / sizeof(ulong);
        ReadOnlySpan<ulong> one = words[..n], two = words[n..(2 * n)], three = words[(2 * n)..];
        uint second = 0, third = 0;
        for (var i = 0; i < one.Length && i < two.Length && i < three.Length; i++)
        {
            first = BitOperations.Crc32C(first, one[i]);
            second = BitOperations.Crc32C(second, two[i]);
            third = BitOperations.Crc32C(third, three[i]);
        }
        return Behind(Behind(first) ^ second) ^ third;
    }

    /// <summary>What a checksum becomes by a stretch of zeros: it is linear, so a table for each of its bytes tells.</summary>
    static uint Behind(uint crc) => zeros[crc & 255] ^ zeros[256 + (crc >> 8 & 255)] ^ zeros[512 + (crc >> 16 & 255)] ^ zeros[768 + (crc >> 24)];

    static uint[] Zeros()
    {
        var table = new uint[4 * 256];
        for (var bit = 0; bit < 32; bit++)
        {
            var crc = 1u << bit;
            for (var i = 0; i < Lane; i += sizeof(ulong)) crc = BitOperations.Crc32C(crc, 0ul);
            for (var value = 0; value < 256; value++)
                if ((value >> bit % 8 & 1) != 0) table[bit / 8 * 256 + value] ^= crc;
        }
        return table;
    }

    /// <summary>Rotated and shifted, as files that hold checksums of checksums want it.</summary>
    internal static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + 0xa282ead8;
}
