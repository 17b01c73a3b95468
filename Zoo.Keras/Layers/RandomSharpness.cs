using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures sharpened, or smoothed: 0.5 changes nothing.</summary>
[KerasObject("keras.layers")]
public sealed class RandomSharpness(Factor factor) : RandomImageLayer
{
    /// <summary>How sharp.</summary>
    public Factor Factor { get; } = factor.Within(-1, 1, "RandomSharpness: the factor");

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var (edge, middle) = (1f / 13, 5f / 13);
        var kernel = A.Tile(A.Reshape(A.Cast(A.Constant(NDArray.From(new[] { edge, edge, edge, edge, middle, edge, edge, edge, edge })), x.DType), [3, 3, 1, 1]), 1, 1, Channels(x), 1);
        var smooth = Spatial.Depthwise(x, kernel, [1, 1], "SAME", [1, 1]);
        return A.Clip(x + (smooth - x) * (1 - Draw(x, c, Factor) * 2), ValueRange.Low, ValueRange.High);
    }
}
