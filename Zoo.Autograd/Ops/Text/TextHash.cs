using System.Buffers.Binary;

namespace Zoo.Autograd.Ops;

/// <summary>TensorFlow's other hashes of strings: SipHash-2-4 (Aumasson and Bernstein, 2012) for strong buckets, and the one of the oldest op.</summary>
internal static class TextHash
{
    internal static ulong Sip(ReadOnlySpan<byte> s, ulong key0, ulong key1)
    {
        ulong a = key0 ^ 0x736f6d6570736575, b = key1 ^ 0x646f72616e646f6d, c = key0 ^ 0x6c7967656e657261, d = key1 ^ 0x7465646279746573;
        var whole = s.Length & ~7;
        for (var at = 0; at < whole; at += 8) Take(BinaryPrimitives.ReadUInt64LittleEndian(s[at..]));
        var last = (ulong)s.Length << 56;
        for (var i = whole; i < s.Length; i++) last |= (ulong)s[i] << (8 * (i - whole));
        Take(last);
        c ^= 0xff;
        for (var i = 0; i < 4; i++) Round();
        return a ^ b ^ c ^ d;

        void Take(ulong word)
        {
            d ^= word;
            Round();
            Round();
            a ^= word;
        }

        void Round()
        {
            a += b;
            c += d;
            b = ulong.RotateLeft(b, 13) ^ a;
            d = ulong.RotateLeft(d, 16) ^ c;
            a = ulong.RotateLeft(a, 32);
            c += b;
            a += d;
            b = ulong.RotateLeft(b, 17) ^ c;
            d = ulong.RotateLeft(d, 21) ^ a;
            c = ulong.RotateLeft(c, 32);
        }
    }

    /// <summary>MurmurHash64A (Appleby) with TensorFlow's seed.</summary>
    internal static ulong Murmur(ReadOnlySpan<byte> s)
    {
        const ulong m = 0xc6a4a7935bd1e995;
        var h = 0xDECAFCAFFE ^ (ulong)s.Length * m;
        for (; s.Length >= 8; s = s[8..])
        {
            var k = BinaryPrimitives.ReadUInt64LittleEndian(s) * m;
            h = (h ^ (k ^ k >> 47) * m) * m;
        }
        if (s.Length > 0)
        {
            for (var i = 0; i < s.Length; i++) h ^= (ulong)s[i] << (8 * i);
            h *= m;
        }
        h = (h ^ h >> 47) * m;
        return h ^ h >> 47;
    }
}
