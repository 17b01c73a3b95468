using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// In training each element is dropped with a probability and the others grow so that the mean stays; else nothing changes. Which ones are dropped depends on
/// seed, layer, step and sample only: the same on every engine and after a restart.
/// </summary>
[KerasObject("keras.layers"), KerasCallArgument("training", false)]
public sealed class Dropout(double rate) : Layer
{
    /// <summary>The probability, from 0 to 1.</summary>
    public double Rate { get; } = rate is >= 0 and <= 1 ? rate : throw new ArgumentException($"Dropout: the rate {rate} is out of range. Expected 0 to 1.");

    /// <summary>A seed of its own; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <summary>The shape of the random mask, with the batch; size 1 drops along that axis together. By default that of the input.</summary>
    public Shape? NoiseShape { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => Drop(x, c, Rate, NoiseShape, Seed);

    /// <summary>In training, elements dropped together along the axes where the noise has size 1.</summary>
    internal static Variable Drop(Variable x, CallContext c, double rate, Shape? noiseShape, long? seed)
    {
        if (!c.Training || rate == 0) return x;
        var noise = c.RandomUniform(x, noiseShape, seed);
        return A.Where(noise >= rate, x * (1 / (1 - Math.Min(rate, 1 - 1e-7))), A.ZerosLike(x));
    }
}
