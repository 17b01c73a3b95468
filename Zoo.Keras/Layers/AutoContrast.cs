using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Each channel of pictures stretched over the whole range; a channel of one value stays.</summary>
[KerasObject("keras.layers")]
public sealed class AutoContrast : ImageLayer
{
    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    internal override Variable Transform(Variable x, CallContext c) => DataFormat.ToLast(Stretched(DataFormat.FromLast(x), ValueRange));

    /// <summary>Keras takes the second and third axis for the places, whatever the format, and rounds each step to the type of the pictures.</summary>
    static Variable Stretched(Variable x, (double, double) range)
    {
        Variable Wide(Variable v) => A.Cast(v, x.DType.IsHalf() ? DType.Float32 : x.DType);
        Variable Step(Variable v) => Wide(A.Cast(v, x.DType));
        Variable Ranged(Variable v, (double Low, double High) from, (double Low, double High) to) => from == to ? v : Step(Step(Step(Step(v - from.Low) / (from.High - from.Low)) * (to.High - to.Low)) + to.Low);
        var bytes = Ranged(Wide(x), range, Bytes);
        var (low, high) = (A.Min(bytes, [1, 2], keepDims: true), A.Max(bytes, [1, 2], keepDims: true));
        var scale = Step(255 / Step(high - low));
        var result = Ranged(A.Clip(Step(Step(bytes * scale) + Step(-low * scale)), 0, 255), Bytes, range);
        return A.Cast(A.Where(A.IsNan(result), Wide(x), result), x.DType);
    }
}
