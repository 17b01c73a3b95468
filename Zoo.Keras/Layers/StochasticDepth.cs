namespace Zoo.Keras;

/// <summary>In training whole samples are dropped with a probability, as Dropout drops elements (Huang and others, 2016): a layer within Keras' ConvNeXt, at the end of a branch that is added.</summary>
/// <param name="dropPathRate">The probability, from 0 to 1.</param>
[KerasObject("keras.src.applications.convnext"), KerasCallArgument("training", false)]
public sealed class StochasticDepth(double dropPathRate) : Layer
{
    /// <summary>The probability.</summary>
    public double DropPathRate { get; } = dropPathRate is >= 0 and <= 1 ? dropPathRate : throw new ArgumentException($"StochasticDepth: the rate {dropPathRate} is out of range. Expected 0 to 1.");

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) =>
        Dropout.Drop(x, c, DropPathRate, Shape.Create([x[0].Shape[0], .. Enumerable.Repeat(1L, x[0].Shape.Rank - 1)]), seed: null);
}
