namespace Zoo.Keras.Training;

/// <summary>Parts of data sets.</summary>
internal static class Batches
{
    /// <summary>First row and size of each batch; the last may be smaller.</summary>
    internal static IEnumerable<(int At, int Count)> Of(NDArray x, int batchSize)
    {
        if (batchSize <= 0) throw new ArgumentException($"batchSize: {batchSize} is no size of a batch. Expected a positive number.");
        var n = (int)x.Shape[0];
        for (var at = 0; at < n; at += batchSize) yield return (at, Math.Min(batchSize, n - at));
    }

    /// <summary>Copies the rows at given places into an array that is used again and again.</summary>
    internal static NDArray Gather(NDArray from, ReadOnlySpan<int> rows, NDArray into)
    {
        var size = from.Count / (int)from.Shape[0] * from.DType.Size();
        var (source, target) = (0, 0);
        foreach (var row in rows)
        {
            source = row * size;
            from.Bytes.Slice(source, size).CopyTo(into.Bytes[target..]);
            target += size;
        }
        return into.Rows(0, rows.Length);
    }
}
