using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// x between two learned thresholds, and beyond each a learned slope (Jin and others, 2015; Analytics Zoo's and Keras 1's SReLU). The left threshold is <c>t_left</c>, the right one
/// <c>t_left</c> + |<c>t_right</c>|. Each place of a sample has its own four numbers.
/// </summary>
[KerasObject(Package = "zoo")]
public sealed class SReLU : Layer
{
    Parameter leftAt = null!, leftSlope = null!, rightAt = null!, rightSlope = null!;

    /// <summary>The first value of the left threshold.</summary>
    public Initializer TLeftInitializer { get; init; } = Initializer.Zeros;

    /// <summary>The first value of the slope below it.</summary>
    public Initializer ALeftInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The first value of the distance to the right threshold.</summary>
    public Initializer TRightInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The first value of the slope above it.</summary>
    public Initializer ARightInitializer { get; init; } = Initializer.Ones;

    /// <summary>Axes along which the numbers are the same, counted with the batch as 0.</summary>
    public int[]? SharedAxes { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        var sizes = (SharedAxes ?? []).Aggregate(input, (shape, axis) => shape.With(axis, 1))[1..];
        (leftAt, leftSlope) = (Weight("t_left", sizes, TLeftInitializer), Weight("a_left", sizes, ALeftInitializer));
        (rightAt, rightSlope) = (Weight("t_right", sizes, TRightInitializer), Weight("a_right", sizes, ARightInitializer));
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var (beyond, width) = (x - leftAt, A.Abs(rightAt));
        return leftAt + A.Minimum(beyond, 0) * leftSlope + A.Minimum(A.Relu(beyond), width) + A.Relu(beyond - width) * rightSlope;
    }
}
