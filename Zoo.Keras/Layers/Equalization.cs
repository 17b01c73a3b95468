using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>In training, each channel of pictures brought to an even histogram: that of all pictures of the batch.</summary>
[KerasObject("keras.layers")]
public sealed class Equalization : ImageLayer
{
    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    /// <summary>The bins of the histogram.</summary>
    public int Bins { get; init => field = value > 1 ? value : throw new ArgumentException($"Equalization: {value} bins are out of range. Expected at least 2."); } = 256;

    private protected override bool OnlyInTraining => true;

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var bytes = Scaled(x, ValueRange, Bytes);
        // Counted and looked up by formulas that differ in their rounding, as in Keras.
        var wide = bytes.DType.IsHalf() ? A.Cast(bytes, DType.Float32) : bytes;
        var counts = A.Sum(A.OneHot(Bin(wide * (Bins - 1) / 255), Bins, -1, wide.DType), [0, 1, 2], keepDims: true);
        var below = A.Cumsum(counts, 4);
        var least = A.Min(A.Where(below > 0, below, A.OnesLike(below) * 1e30), 4, keepDims: true);
        var rest = A.Max(below, 4, keepDims: true) - least;
        var table = A.Clip(A.Round((below - least) * 255 / A.Maximum(rest, 1)), 0, 255);
        var even = A.Sum(A.OneHot(Bin(bytes / 255 * (Bins - 1)), Bins, -1, wide.DType) * table, 4);
        var several = A.Sum(A.Cast(counts > 0, wide.DType), 4) > 1;
        return A.Cast(Scaled(A.Where(several, even, wide), Bytes, ValueRange), x.DType);
    }

    Variable Bin(Variable places) => A.Cast(A.Clip(places, 0, Bins - 1), DType.Int32);

    static Variable Scaled(Variable x, (double Low, double High) from, (double Low, double High) to)
    {
        var scale = (to.High - to.Low) / (from.High - from.Low);
        return from == to ? x : x * scale + (to.Low - from.Low * scale);
    }
}
