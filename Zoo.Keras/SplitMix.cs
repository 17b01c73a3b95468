namespace Zoo.Keras;

/// <summary>A small seeded generator (SplitMix64: Steele, Lea and Flood, 2014), the same on every platform.</summary>
/// <param name="seed">Names the stream.</param>
/// <param name="skip">How many numbers of it are left out.</param>
internal struct SplitMix(ulong seed, ulong skip = 0)
{
    const ulong Step = 0x9E3779B97F4A7C15;
    ulong state = seed + skip * Step;

    internal ulong Next()
    {
        var z = state += Step;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    internal double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    internal int Next(int below) => (int)(((UInt128)Next() * (ulong)below) >> 64);

    /// <summary>A seed from a seed and a text, stable across runs.</summary>
    internal static ulong Derive(ulong seed, string text)
    {
        var hash = 14695981039346656037UL ^ seed;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return new SplitMix(hash).Next();
    }

    internal static void Shuffle(int[] items, ulong seed)
    {
        var random = new SplitMix(seed);
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
