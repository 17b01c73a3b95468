namespace Zoo.Spark.Collective;

/// <summary>Who owns what: parts of a range that differ by one element at most, the longer ones first.</summary>
internal static class Slices
{
    /// <summary>The bounds of <paramref name="parts"/> parts of 0 to <paramref name="count"/>: parts + 1 numbers.</summary>
    internal static int[] Bounds(int count, int parts)
    {
        var bounds = new int[parts + 1];
        for (var i = 0; i < parts; i++) bounds[i + 1] = bounds[i] + count / parts + (i < count % parts ? 1 : 0);
        return bounds;
    }

    /// <summary>Bounds that fall only between blocks of given sizes, each as near to an even share as that allows.</summary>
    internal static int[] Bounds(IReadOnlyList<int> blocks, int parts)
    {
        var total = blocks.Sum();
        var (even, bounds) = (Bounds(total, parts), new int[parts + 1]);
        var (at, part) = (0, 1);
        foreach (var block in blocks)
        {
            while (part < parts && even[part] < at + (block + 1) / 2) bounds[part++] = at;
            at += block;
        }
        while (part <= parts) bounds[part++] = total;
        return bounds;
    }
}
