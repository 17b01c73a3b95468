using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// Draws from normal distributions: mean + e^(log-variance / 2) · ε, of two inputs, mean and logarithm of the variance; in training and prediction alike, with gradients for both (Kingma
/// and Welling, 2013; Analytics Zoo's GaussianSampler).
/// </summary>
/// <example><code>var z = new GaussianSampler().Apply(x >> new Dense(2), x >> new Dense(2));</code></example>
[KerasObject(Package = "zoo")]
public sealed class GaussianSampler : Layer
{
    /// <summary>A seed of its own; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs) { }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => x.Count == 2 ? x[0] + A.Exp(x[1] * 0.5) * c.RandomNormal(x[0], seed: Seed)
        : throw new ShapeException($"{x.Count} inputs were given. Expected two: the mean and the logarithm of the variance.");
}
