namespace Zoo.Autograd.Ops;

/// <summary>A sparse tensor on the host.</summary>
/// <param name="Places">Rank numbers for each value.</param>
/// <param name="Values">The values, of any type.</param>
/// <param name="Shape">The sizes of the dense tensor.</param>
internal sealed record SparseArray(long[] Places, NDArray Values, long[] Shape)
{
    internal int Rank => Shape.Length;
    internal int Count => Values.Count;
    internal long At(int value, int axis) => Places[value * Rank + axis];

    /// <summary>In the order of their places; those of one place stay as they stood.</summary>
    internal SparseArray Sorted() => Pick(Enumerable.Range(0, Count).Order(Comparer<int>.Create((a, b) =>
    {
        for (var d = 0; d < Rank; d++)
            if (At(a, d) != At(b, d)) return At(a, d).CompareTo(At(b, d));
        return a.CompareTo(b);
    })), null, Shape);

    /// <summary>What lies between start and start + size, as far as the tensor goes.</summary>
    internal SparseArray Cut(long[] start, long[] size)
    {
        var sizes = Shape.Select((d, i) => Math.Max(0, Math.Min(size[i], d - start[i]))).ToArray();
        return Pick(Enumerable.Range(0, Count).Where(i => Enumerable.Range(0, Rank).All(d => At(i, d) >= start[d] && At(i, d) < start[d] + size[d])), start, sizes);
    }

    internal NDArray[] Parts() => [NDArray.From(Places, [Count, Rank]), Values, NDArray.From(Shape)];

    SparseArray Pick(IEnumerable<int> values, long[]? origin, long[] shape)
    {
        var list = values.ToArray();
        return new([.. list.SelectMany(i => Enumerable.Range(0, Rank).Select(d => At(i, d) - (origin?[d] ?? 0)))], Take(list.Select(i => (Values, i)), Values.DType), shape);
    }

    /// <summary>Elements of arrays as one.</summary>
    internal static NDArray Take(IEnumerable<(NDArray Array, int Index)> from, DType dtype)
    {
        var list = from.ToArray();
        var to = NDArray.Zeros([list.Length], dtype);
        for (var i = 0; i < list.Length; i++) Array.Copy(list[i].Array.Data, list[i].Array.Offset + list[i].Index, to.Data, i, 1);
        return to;
    }
}
