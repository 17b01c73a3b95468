using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Dropout that keeps mean and variance of what <c>selu</c> gives: dropped elements take its lower limit (Klambauer and others, 2017). Only in training.</summary>
[KerasObject("keras.layers"), KerasCallArgument("training", false)]
public sealed class AlphaDropout(double rate) : Layer
{
    /// <summary>The probability, from 0 to 1.</summary>
    public double Rate { get; } = rate is >= 0 and <= 1 ? rate : throw new ArgumentException($"AlphaDropout: the rate {rate} is out of range. Expected 0 to 1.");

    /// <summary>A seed of its own; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <summary>The shape of the random mask, with the batch; size 1 drops along that axis together. By default that of the input.</summary>
    public Shape? NoiseShape { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (!c.Training || Rate == 0) return x[0];
        const double lowest = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;
        var scale = 1 / Math.Sqrt((1 - Rate) * (1 + Rate * lowest * lowest));
        var kept = c.RandomUniform(x, NoiseShape, Seed) >= Rate;
        return A.Where(kept, x[0], A.OnesLike(x) * lowest) * scale - scale * lowest * Rate;
    }
}
