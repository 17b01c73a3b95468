using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures turned grey with a probability.</summary>
[KerasObject("keras.layers"), KerasOmit("seed")]
public sealed class RandomGrayscale(double factor = 0.5) : RandomImageLayer
{
    /// <summary>The probability.</summary>
    public double Factor { get; } = factor is >= 0 and <= 1 ? factor : throw new ArgumentException($"RandomGrayscale: the factor {factor} is out of range. Expected 0 to 1.");

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c) => A.Where(Uniform(x, c) < Factor, A.BroadcastTo(Pictures.Grayscale(x), A.ShapeOf(x)), x);
}
