using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>What the layers share that drop whole channels in training, as <see cref="Dropout"/> drops elements.</summary>
[KerasCallArgument("training", false), KerasOmit("trainable")]
public abstract class SpatialDropout : SpatialLayer
{
    private protected SpatialDropout(int axes, double rate) : base(axes) =>
        Rate = rate is >= 0 and <= 1 ? rate : throw new ArgumentException($"{GetType().Name}: the rate {rate} is out of range. Expected 0 to 1.");

    /// <summary>The probability, from 0 to 1.</summary>
    public double Rate { get; }

    /// <summary>A seed of its own; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <summary>Keras stores the name alone.</summary>
    [KerasName("dtype")]
    public string DTypeName { get => DTypePolicy.Name; init => DTypePolicy = value; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        CheckRank(x[0].Shape);
        var noise = x[0].Shape;
        for (var i = 0; i < Axes; i++) noise = noise.With(FirstAxis + i, 1);
        return Dropout.Drop(x, c, Rate, noise, Seed);
    }
}
