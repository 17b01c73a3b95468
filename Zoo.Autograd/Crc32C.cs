using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zoo.Autograd;

/// <summary>The checksum of TensorFlow's files and of what workers send.</summary>
internal static class Crc32C
{
    /// <summary>CRC-32C of bytes, going on from that of what comes before them.</summary>
    internal static uint Of(ReadOnlySpan<byte> data, uint before = 0)
    {
        var crc = ~before;
        if (Pclmulqdq.V512.IsSupported && data.Length >= 2 * Fold)
        {
            var whole = data.Length / Fold * Fold;
            crc = Folded(MemoryMarshal.Cast<byte, Vector512<ulong>>(data[..whole]), crc);
            data = data[whole..];
        }
        for (; data.Length >= 3 * Lane && BitConverter.IsLittleEndian; data = data[(3 * Lane)..]) crc = Lanes(MemoryMarshal.Cast<byte, ulong>(data[..(3 * Lane)]), crc);
        for (; data.Length >= 8; data = data[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>Bytes that are folded at once.</summary>
    const int Fold = 4 * 64;

    static readonly Vector512<ulong> ahead = Vector512.Create(Vector256.Create(Vector128.Create(Power(8 * Fold + 32), Power(8 * Fold - 32))));

    /// <summary>Bytes in place of which as many later ones may stand that leave the same remainder: those, plus these times the power of x that lies between, four vectors at a time (Gopal et al., Intel 2009).</summary>
    static uint Folded(ReadOnlySpan<Vector512<ulong>> data, uint before)
    {
        var (a, b, c, d, k) = (data[0] ^ Vector512.CreateScalar((ulong)before), data[1], data[2], data[3], ahead);
        for (data = data[4..]; data.Length >= 4; data = data[4..])
        {
            a = Moved(a, k) ^ data[0];
            b = Moved(b, k) ^ data[1];
            c = Moved(c, k) ^ data[2];
            d = Moved(d, k) ^ data[3];
        }
        var crc = 0u;
        ReadOnlySpan<Vector512<ulong>> rest = [a, b, c, d];
        foreach (var word in MemoryMarshal.Cast<Vector512<ulong>, ulong>(rest)) crc = BitOperations.Crc32C(crc, word);
        return crc;
    }

    static Vector512<ulong> Moved(Vector512<ulong> by, Vector512<ulong> k) => Pclmulqdq.V512.CarrylessMultiply(by, k, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(by, k, 0x11);

    /// <summary>The remainder of a power of x, its bits from the last to the first, and a place further, as the product of two such is a place short.</summary>
    static ulong Power(int exponent)
    {
        var value = 1u << 31;
        for (var i = 0; i < exponent; i++) value = value >> 1 ^ ((value & 1) != 0 ? 0x82F63B78 : 0);
        return (ulong)value << 1;
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
