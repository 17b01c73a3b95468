using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Histograms of tiles, cut off at a limit, made even; between the tiles' middles the results are blended (CLAHE, Zuiderveld 1994).</summary>
[KerasObject("keras.layers")]
public sealed class ContrastLimitedAdaptiveHistogramEqualization : ImageLayer
{
    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    /// <summary>How many times the mean a bin may hold; 0 for no limit.</summary>
    public double ClipLimit { get; init; } = 4;

    /// <summary>The tiles along height and width; 8 by default.</summary>
    public Sizes TileGridSize { get; init => field = value.For(2, "ContrastLimitedAdaptiveHistogramEqualization: the tile grid"); } = (8, 8);

    private protected override bool Casts => false;

    internal override Variable Transform(Variable x, CallContext c)
    {
        int height = Known(x, 1), width = Known(x, 2), channels = Known(x, 3), rows = TileGridSize[0], columns = TileGridSize[1];
        int tall = (height + rows - 1) / rows, wide = (width + columns - 1) / columns;
        var bytes = A.MirrorPad(Rescaled(x, ValueRange, Bytes), [(0, 0), (0, tall * rows - height), (0, wide * columns - width), (0, 0)], symmetric: true);
        var levels = A.Cast(A.Clip(bytes, 0, 255), DType.Int32);
        var tiles = A.Transpose(A.Reshape(levels, [Dim.Any, rows, tall, columns, wide, channels]), 0, 1, 3, 5, 2, 4);
        var counts = A.Sum(A.OneHot(A.Reshape(tiles, [Dim.Any, rows, columns, channels, tall * wide]), 256), 4);
        if (ClipLimit > 0)
        {
            var clipped = A.Clip(counts, 0, ClipLimit * (tall * wide) / 256);
            counts = clipped + A.Sum(counts - clipped, -1, keepDims: true) / 256;
        }
        var below = A.Cumsum(counts, 4);
        var least = A.Min(below, -1, keepDims: true);
        var rest = tall * wide - least;
        var table = A.Clip((below - least) * 255 / A.Where(A.Equal(rest, A.ZerosLike(rest)), A.OnesLike(rest), rest), 0, 255);
        table = A.Concat([table[.., ..1], table, table[.., ^1..]], 1);
        table = A.Concat([table[.., .., ..1], table, table[.., .., ^1..]], 2);   // [batch, rows + 2, columns + 2, channels, 256]
        var flat = A.Reshape(table, [Dim.Any]);
        var (first, below0, down) = Blend(tall * rows, tall, rows);
        var (left, right, across) = Blend(wide * columns, wide, columns);
        var start = A.Reshape(A.Range(A.SizeOf(x, 0)), [Dim.Any, 1, 1, 1]) * ((rows + 2) * (columns + 2) * channels * 256) + A.Reshape(A.Range(channels), [1, 1, 1, channels]) * 256 + levels;
        Variable At(int[] row, int[] column) => A.Gather(flat, start + Along(row, 1, (columns + 2) * channels * 256) + Along(column, 2, channels * 256));
        Variable Share(float[] share, int axis) => A.Reshape(A.Constant(NDArray.From(share)), axis == 1 ? [1, share.Length, 1, 1] : [1, 1, share.Length, 1]);
        var (wy, wx) = (Share(down, 1), Share(across, 2));
        var upper = At(first, left) * (1 - wx) + At(first, right) * wx;
        var lower = At(below0, left) * (1 - wx) + At(below0, right) * wx;
        return A.Cast(Rescaled((upper * (1 - wy) + lower * wy)[.., ..height, ..width], Bytes, ValueRange), x.DType);
    }

    static Variable Along(int[] places, int axis, int step) => A.Reshape(A.Constant(NDArray.From(Array.ConvertAll(places, p => p * step))), axis == 1 ? [1, places.Length, 1, 1] : [1, 1, places.Length, 1]);

    /// <summary>The two tiles that each place lies between, and how near it is to the second.</summary>
    static (int[] First, int[] Second, float[] Share) Blend(int size, int tile, int tiles)
    {
        var at = Enumerable.Range(0, size).Select(i => (i - tile / 2f) / tile + 1).ToArray();
        return ([.. at.Select(v => Math.Clamp((int)MathF.Floor(v), 0, tiles + 1))], [.. at.Select(v => Math.Clamp((int)MathF.Floor(v) + 1, 0, tiles + 1))], [.. at.Select(v => v - MathF.Floor(v))]);
    }
}
