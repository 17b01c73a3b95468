using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>In training x is multiplied by normal random numbers of mean 1 and variance rate / (1 − rate); else nothing changes (Srivastava and others, 2014).</summary>
[KerasObject("keras.layers"), KerasCallArgument("training", false)]
public sealed class GaussianDropout(double rate) : Layer
{
    /// <summary>The probability, from 0 to 1.</summary>
    public double Rate { get; } = rate is >= 0 and <= 1 ? rate : throw new ArgumentException($"GaussianDropout: the rate {rate} is out of range. Expected 0 to 1.");

    /// <summary>A seed of its own; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) =>
        c.Training && Rate > 0 ? x[0] * (c.RandomNormal(x, seed: Seed) * Math.Sqrt(Rate / (1 - Rate)) + 1) : x[0];
}
