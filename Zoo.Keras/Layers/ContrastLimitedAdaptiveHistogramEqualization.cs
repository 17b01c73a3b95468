using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: the blend between tiles is no op.
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
        var (rows, columns, channels) = (TileGridSize[0], TileGridSize[1], Channels(x));
        var (tall, wide) = (Tile(x, 1, rows), Tile(x, 2, columns));
        var bytes = Mirrored(Mirrored(Rescaled(x, ValueRange, Bytes), 1, tall * rows), 2, wide * columns);
        var levels = A.Cast(A.Clip(bytes, 0, 255), DType.Int32);
        var tiles = A.Transpose(Split(levels, Number(rows), tall, Number(columns), wide, Number(channels)), 0, 1, 3, 5, 2, 4);
        var counts = A.Sum(A.OneHot(Split(tiles, Number(rows), Number(columns), Number(channels), tall * wide), 256), 4);
        var area = A.Cast(tall * wide, DType.Float32);
        if (ClipLimit > 0)
        {
            var clipped = A.Minimum(counts, area * (ClipLimit / 256));
            counts = clipped + A.Sum(counts - clipped, -1, keepDims: true) / 256;
        }
        var below = A.Cumsum(counts, 4);
        var least = A.Min(below, -1, keepDims: true);
        var rest = area - least;
        var table = A.Clip((below - least) * 255 / A.Where(A.Equal(rest, A.ZerosLike(rest)), A.OnesLike(rest), rest), 0, 255);
        table = A.Concat([table[.., ..1], table, table[.., ^1..]], 1);
        table = A.Concat([table[.., .., ..1], table, table[.., .., ^1..]], 2);   // [batch, rows + 2, columns + 2, channels, 256]
        var flat = A.Reshape(table, [Dim.Any]);
        var (first, second, down) = Blend(tall, rows, [1, Dim.Any, 1, 1], (columns + 2) * channels * 256);
        var (left, right, across) = Blend(wide, columns, [1, 1, Dim.Any, 1], channels * 256);
        var start = A.Reshape(A.Range(A.SizeOf(x, 0)), [Dim.Any, 1, 1, 1]) * ((rows + 2) * (columns + 2) * channels * 256) + A.Reshape(A.Range(channels), [1, 1, 1, channels]) * 256 + levels;
        Variable At(Variable row, Variable column) => A.Gather(flat, start + row + column);
        var upper = At(first, left) * (1 - across) + At(first, right) * across;
        var lower = At(second, left) * (1 - across) + At(second, right) * across;
        var none = A.Constant(0, DType.Int32);
        var even = SliceOps.Slice.Call(upper * (1 - down) + lower * down, A.Stack([none, none, none, none]), A.ShapeOf(x));
        return A.Cast(Rescaled(even, Bytes, ValueRange), x.DType);
    }

    /// <summary>The size of a tile, of as many as are asked for.</summary>
    static Variable Tile(Variable x, int axis, int tiles) => A.FloorDiv(A.SizeOf(x, axis) + (tiles - 1), A.Constant(tiles, DType.Int32));

    /// <summary>Pictures mirrored behind their end, up to a size.</summary>
    static Variable Mirrored(Variable x, int axis, Variable size) => A.Gather(x, A.Maximum(A.Minimum(A.Range(size), A.SizeOf(x, axis) * 2 - 1 - A.Range(size)), A.Constant(0, DType.Int32)), axis);

    static Variable Split(Variable x, params Variable[] sizes) => A.Reshape(x, A.Stack([A.SizeOf(x, 0), .. sizes]));

    static Variable Number(int size) => A.Constant(size, DType.Int32);

    /// <summary>The two tiles that each place along an axis lies between, each as the number of entries before it, and how near it is to the second.</summary>
    static (Variable First, Variable Second, Variable Share) Blend(Variable tile, int tiles, Shape shape, int entries)
    {
        var size = A.Cast(tile, DType.Float32);
        var at = A.Reshape((A.Cast(A.Range(tile * tiles), DType.Float32) - size / 2) / size + 1, shape);
        var floor = A.Floor(at);
        Variable Before(Variable place) => A.Cast(A.Clip(place, 0, tiles + 1), DType.Int32) * entries;
        return (Before(floor), Before(floor + 1), at - floor);
    }
}
