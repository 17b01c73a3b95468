using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>x above 0, below it x times a slope: in training a random one for each element, else the mean of lower and upper (Xu and others, 2015; Analytics Zoo's RReLU).</summary>
[KerasObject(Package = "zoo")]
public sealed class RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3) : Layer
{
    /// <summary>The least slope.</summary>
    public double Lower { get; } = lower;

    /// <summary>The largest slope.</summary>
    public double Upper { get; } = upper >= lower ? upper : throw new ArgumentException($"RReLU: {lower} to {upper} is no range. Expected an upper slope that is not below the lower.");

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) =>
        c.Training ? A.Where(x[0] > 0, x[0], x[0] * (c.RandomUniform(x) * (Upper - Lower) + Lower)) : A.LeakyRelu(x, (Lower + Upper) / 2);
}
