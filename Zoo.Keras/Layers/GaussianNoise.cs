using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>In training normal random numbers are added; else nothing changes.</summary>
[KerasObject("keras.layers"), KerasCallArgument("training", false)]
public sealed class GaussianNoise(double stddev) : Layer
{
    /// <summary>The standard deviation of what is added.</summary>
    public double Stddev { get; } = stddev is >= 0 and <= 1 ? stddev : throw new ArgumentException($"GaussianNoise: the deviation {stddev} is out of range. Expected 0 to 1.");

    /// <summary>A seed of its own; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => c.Training && Stddev > 0 ? x[0] + c.RandomNormal(x, seed: Seed) * Stddev : x[0];
}
