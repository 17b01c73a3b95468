using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>In training, each channel of pictures brought to an even histogram.</summary>
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
        var bytes = Rescaled(x, ValueRange, Bytes);
        var places = A.Cast(A.Clip(bytes / 255 * (Bins - 1), 0, Bins - 1), DType.Int32);
        var one = A.OneHot(places, Bins, -1, x.DType);
        var counts = A.Sum(one, [1, 2], keepDims: true);
        var below = A.Cumsum(counts, 4);
        var least = A.Min(A.Where(below > 0, below, A.OnesLike(below) * 1e30), 4, keepDims: true);
        var rest = A.Max(below, 4, keepDims: true) - least;
        var table = A.Clip(A.Round((below - least) * 255 / A.Maximum(rest, 1)), 0, 255);
        var even = A.Sum(one * table, 4);
        var several = A.Sum(A.Cast(counts > 0, x.DType), 4) > 1;
        return Rescaled(A.Where(several, even, bytes), Bytes, ValueRange);
    }
}
