using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>x above 0, alpha · x below, with an alpha for each place of a sample that is learned (He and others, 2015).</summary>
[KerasObject("keras.layers")]
public sealed class PReLU : Layer
{
    Parameter alpha = null!;

    /// <summary>The slopes' first value.</summary>
    public Initializer AlphaInitializer { get; init; } = Initializer.Zeros;

    /// <summary>A penalty on the slopes.</summary>
    public Regularizer? AlphaRegularizer { get; init; }

    /// <summary>What the slopes are forced to be after each update.</summary>
    public Constraint? AlphaConstraint { get; init; }

    /// <summary>Axes along which the slope is one, counted with the batch as 0.</summary>
    public int[]? SharedAxes { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        var sizes = (SharedAxes ?? []).Aggregate(input, (shape, axis) => shape.With(axis, 1));
        alpha = Weight("alpha", sizes[1..], AlphaInitializer, AlphaRegularizer, constraint: AlphaConstraint);
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Relu(x) - alpha * A.Relu(-x);
}
