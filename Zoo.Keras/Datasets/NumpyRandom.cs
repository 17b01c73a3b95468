namespace Zoo.Keras.Datasets;

/// <summary>NumPy's <c>RandomState</c> (Mersenne Twister: Matsumoto and Nishimura, 1998) as far as Keras' data sets need it: the order in which they are shuffled.</summary>
internal sealed class NumpyRandom
{
    const int Length = 624, Middle = 397;
    readonly uint[] state = new uint[Length];
    int at = Length;

    internal NumpyRandom(uint seed)
    {
        state[0] = seed;
        for (var i = 1; i < Length; i++) state[i] = 1812433253u * (state[i - 1] ^ state[i - 1] >> 30) + (uint)i;
    }

    uint Next()
    {
        if (at == Length)
        {
            for (var i = 0; i < Length; i++)
            {
                var y = state[i] & 0x80000000u | state[(i + 1) % Length] & 0x7fffffffu;
                state[i] = state[(i + Middle) % Length] ^ y >> 1 ^ ((y & 1) == 0 ? 0 : 0x9908b0dfu);
            }
            at = 0;
        }
        var x = state[at++];
        x ^= x >> 11;
        x ^= x << 7 & 0x9d2c5680u;
        x ^= x << 15 & 0xefc60000u;
        return x ^ x >> 18;
    }

    /// <summary>Numbers from 0, shuffled as <c>numpy.random.RandomState(seed).shuffle(numpy.arange(count))</c> does.</summary>
    internal int[] Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (var i = count - 1; i > 0; i--)
        {
            var j = Below((uint)i);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    /// <summary>A number up to and including <paramref name="most"/>: bits are drawn until they fit.</summary>
    int Below(uint most)
    {
        var mask = (uint)(System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)most + 1) - 1);
        while (true)
            if ((Next() & mask) is var value && value <= most) return (int)value;
    }
}
