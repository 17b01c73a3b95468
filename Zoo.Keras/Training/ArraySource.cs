namespace Zoo.Keras.Training;

/// <summary>Batches of whole arrays: views of them, or, where the order is shuffled, copies into arrays that are used again and again.</summary>
internal sealed class ArraySource : BatchSource
{
    readonly NDArray[] arrays;
    readonly int count, batchSize;
    readonly ulong? seed;
    readonly int[] order;
    readonly NDArray[]?[] views;
    readonly NDArray[]? whole, rest;
    int at;

    /// <param name="bound">The arrays in the order of the feeds.</param>
    /// <param name="programs">The programs that take them; null for a prediction.</param>
    /// <param name="batchSize">Samples of a batch; the last may be smaller.</param>
    /// <param name="seed">Shuffles each pass in its own order.</param>
    internal ArraySource(NDArray[] bound, StepPrograms? programs, int batchSize, ulong? seed = null)
    {
        if (batchSize <= 0) throw new ArgumentException($"batchSize: {batchSize} is no size of a batch. Expected a positive number.");
        (arrays, Programs, this.seed, count) = (bound, programs, seed, (int)bound[0].Shape[0]);
        this.batchSize = batchSize = Math.Min(batchSize, Math.Max(count, 1));
        views = new NDArray[]?[(count + batchSize - 1) / batchSize];
        order = seed is null ? [] : [.. Enumerable.Range(0, count)];
        if (seed is null) return;
        if (count >= batchSize) whole = Buffers(batchSize);
        if (count % batchSize > 0) rest = Buffers(count % batchSize);
    }

    internal override int? Steps => views.Length;

    internal override int? BatchSize => batchSize;

    /// <summary>First row and number of rows of the current batch.</summary>
    internal (int At, int Count) Rows { get; private set; }

    internal override void Begin(int pass)
    {
        at = 0;
        if (seed is not { } s) return;
        for (var i = 0; i < order.Length; i++) order[i] = i;
        SplitMix.Shuffle(order, SplitMix.Derive(s, $"epoch {pass}"));
    }

    internal override bool Next(CancellationToken cancel)
    {
        if (at >= count) return false;
        var n = Math.Min(batchSize, count - at);
        Rows = (at, n);
        if (seed is null) Feeds = views[at / batchSize] ??= Array.ConvertAll(arrays, a => n == count ? a : a.Rows(at, n));
        else
        {
            Feeds = n == batchSize ? whole! : rest!;
            for (var i = 0; i < arrays.Length; i++) Gather(arrays[i], order.AsSpan(at, n), Feeds[i]);
        }
        at += n;
        return true;
    }

    internal override bool Skip(int batches, CancellationToken cancel)
    {
        var to = at + (long)batches * batchSize;
        at = (int)Math.Min(to, count);
        return to <= count;
    }

    NDArray[] Buffers(int rows) => Array.ConvertAll(arrays, a => Buffer(a.Shape.With(0, rows), a.DType));

    /// <summary>Engines compute in fixed memory as it is, and copy other.</summary>
    static NDArray Buffer(Shape shape, DType dtype) => dtype is DType.Float32 or DType.Float64 ? NDArray.Fixed(shape, dtype) : NDArray.Zeros(shape, dtype);

    static void Gather(NDArray from, ReadOnlySpan<int> rows, NDArray into)
    {
        var row = from.Shape[0] == 0 ? 0 : from.Count / (int)from.Shape[0];
        if (from.DType == DType.String)
        {
            for (var i = 0; i < rows.Length; i++) from.AsSpan<byte[]>().Slice(rows[i] * row, row).CopyTo(into.AsSpan<byte[]>()[(i * row)..]);
            return;
        }
        var size = row * from.DType.Size();
        var source = from.Bytes;
        var target = into.Bytes;
        for (var i = 0; i < rows.Length; i++) source.Slice(rows[i] * size, size).CopyTo(target[(i * size)..]);
    }
}
