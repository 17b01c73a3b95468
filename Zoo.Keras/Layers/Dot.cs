using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The dot product of two inputs along an axis of each, sample by sample; of vectors [batch, n] it is [batch, 1].</summary>
[KerasObject("keras.layers")]
public sealed class Dot(Axes axes, bool normalize = false) : Layer
{
    /// <summary>The axes that are summed over.</summary>
    public Axes Axes { get; } = axes;

    /// <summary>Whether the inputs are first divided by their length along the axis, so that the result is the cosine.</summary>
    public bool Normalize { get; } = normalize;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => x.Count == 2 ? A.BatchDot(Normalize ? Real(x[0]) : x[0], Normalize ? Real(x[1]) : x[1], Axes.First, Axes.Second, Normalize)
        : throw new ShapeException($"{x.Count} inputs were given. Expected two.");

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs) { }
}
