using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Each channel of pictures stretched over the whole range; a channel of one value stays.</summary>
[KerasObject("keras.layers")]
public sealed class AutoContrast : ImageLayer
{
    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    internal override Variable Transform(Variable x, CallContext c) => DataFormat.ToLast(Stretched(DataFormat.FromLast(x)));

    /// <summary>Keras takes the second and third axis for the places, whatever the format.</summary>
    Variable Stretched(Variable x)
    {
        var bytes = Rescaled(x, ValueRange, Bytes);
        var (low, high) = (A.Min(bytes, [1, 2], keepDims: true), A.Max(bytes, [1, 2], keepDims: true));
        var scale = 255 / (high - low);
        var result = Rescaled(A.Clip(bytes * scale + -low * scale, 0, 255), Bytes, ValueRange);
        return A.Where(A.IsNan(result), x, result);
    }
}
