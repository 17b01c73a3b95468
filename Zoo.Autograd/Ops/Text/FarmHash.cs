using System.Buffers.Binary;

namespace Zoo.Autograd.Ops;

/// <summary>FarmHash's 64-bit fingerprint (Google, 2014), which TensorFlow's fast buckets are made of, and how it joins two.</summary>
internal static class FarmHash
{
    const ulong K0 = 0xc3a5c85c97cb3127, K1 = 0xb492b66fbe98f273, K2 = 0x9ae16a3b2f90404f, Cat = 0xc6a4a7935bd1e995;

    internal static ulong Fingerprint64(ReadOnlySpan<byte> s) => s.Length switch
    {
        <= 16 => UpTo16(s),
        <= 32 => UpTo32(s),
        <= 64 => UpTo64(s),
        _ => Long(s),
    };

    /// <summary>One fingerprint of two.</summary>
    internal static ulong Join(ulong a, ulong b)
    {
        var result = a ^ Cat;
        result ^= Mix(b * Cat) * Cat;
        result *= Cat;
        return Mix(Mix(result) * Cat);
    }

    static ulong Fetch(ReadOnlySpan<byte> s, int at) => BinaryPrimitives.ReadUInt64LittleEndian(s[at..]);
    static ulong Fetch32(ReadOnlySpan<byte> s, int at) => BinaryPrimitives.ReadUInt32LittleEndian(s[at..]);
    static ulong Right(ulong v, int by) => ulong.RotateRight(v, by);
    static ulong Mix(ulong v) => v ^ v >> 47;

    static ulong Two(ulong u, ulong v, ulong mul)
    {
        var a = Mix((u ^ v) * mul);
        return Mix((v ^ a) * mul) * mul;
    }

    static ulong UpTo16(ReadOnlySpan<byte> s)
    {
        var n = (ulong)s.Length;
        var mul = K2 + n * 2;
        if (n >= 8)
        {
            ulong a = Fetch(s, 0) + K2, b = Fetch(s, s.Length - 8);
            return Two(Right(b, 37) * mul + a, (Right(a, 25) + b) * mul, mul);
        }
        if (n >= 4) return Two(n + (Fetch32(s, 0) << 3), Fetch32(s, s.Length - 4), mul);
        if (n == 0) return K2;
        var (y, z) = (s[0] + ((ulong)s[s.Length >> 1] << 8), n + ((ulong)s[^1] << 2));
        return Mix(y * K2 ^ z * K0) * K2;
    }

    static ulong UpTo32(ReadOnlySpan<byte> s)
    {
        var mul = K2 + (ulong)s.Length * 2;
        ulong a = Fetch(s, 0) * K1, b = Fetch(s, 8), c = Fetch(s, s.Length - 8) * mul, d = Fetch(s, s.Length - 16) * K2;
        return Two(Right(a + b, 43) + Right(c, 30) + d, a + Right(b + K2, 18) + c, mul);
    }

    static ulong UpTo64(ReadOnlySpan<byte> s)
    {
        var mul = K2 + (ulong)s.Length * 2;
        ulong a = Fetch(s, 0) * K2, b = Fetch(s, 8), c = Fetch(s, s.Length - 8) * mul, d = Fetch(s, s.Length - 16) * K2;
        var y = Right(a + b, 43) + Right(c, 30) + d;
        var z = Two(y, a + Right(b + K2, 18) + c, mul);
        ulong e = Fetch(s, 16) * mul, f = Fetch(s, 24), g = (y + Fetch(s, s.Length - 32)) * mul, h = (z + Fetch(s, s.Length - 24)) * mul;
        return Two(Right(e + f, 43) + Right(g, 30) + h, e + Right(f + a, 18) + g, mul);
    }

    static ulong Long(ReadOnlySpan<byte> s)
    {
        ulong x = 81, y = unchecked(81 * K1 + 113), z = Mix(y * K2 + 113) * K2;
        (ulong First, ulong Second) v = (0, 0), w = (0, 0);
        x = x * K2 + Fetch(s, 0);
        int end = (s.Length - 1) / 64 * 64, rest = (s.Length - 1) & 63;
        for (var at = 0; at < end; at += 64) Round(s[at..], K1, 1);
        var mul = K1 + ((z & 0xff) << 1);
        w.First += (ulong)rest;
        v.First += w.First;
        w.First += v.First;
        Round(s[(end + rest - 63)..], mul, 9);
        return Two(Two(v.First, w.First, mul) + Mix(y) * K0 + z, Two(v.Second, w.Second, mul) + x, mul);

        void Round(ReadOnlySpan<byte> part, ulong by, ulong times)
        {
            x = Right(x + y + v.First + Fetch(part, 8), 37) * by;
            y = Right(y + v.Second + Fetch(part, 48), 42) * by;
            x ^= w.Second * times;
            y += v.First * times + Fetch(part, 40);
            z = Right(z + w.First, 33) * by;
            v = Weak(part, v.Second * by, x + w.First);
            w = Weak(part[32..], z + w.Second, y + Fetch(part, 16));
            (z, x) = (x, z);
        }
    }

    static (ulong, ulong) Weak(ReadOnlySpan<byte> s, ulong a, ulong b)
    {
        a += Fetch(s, 0);
        b = Right(b + a + Fetch(s, 24), 21);
        var c = a;
        a += Fetch(s, 8);
        a += Fetch(s, 16);
        b += Right(a, 44);
        return (a + Fetch(s, 24), b + c);
    }
}
