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

    /// <summary>In place of <see cref="SharedAxes"/>: 0 for one slope, n for one of each of the n entries of axis 1 (Analytics Zoo's and Torch's n_output_plane; Keras has no such key).</summary>
    [KerasOptional]
    public int? NOutputPlane { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        int[] shared = NOutputPlane is { } planes ? [.. Enumerable.Range(1, input.Rank - 1).Skip(planes > 0 ? 1 : 0)] : SharedAxes ?? [];
        if (NOutputPlane > 0 && input[1] != NOutputPlane) throw new ShapeException($"the input has shape {input}. Expected {NOutputPlane} entries of axis 1, as NOutputPlane says.") { Actual = input };
        var sizes = shared.Aggregate(input, (shape, axis) => shape.With(axis, 1));
        alpha = Weight("alpha", NOutputPlane == 0 ? [1] : sizes[1..], AlphaInitializer, AlphaRegularizer, constraint: AlphaConstraint);
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        x = Real(x);
        return A.Relu(x) - alpha * A.Relu(-x);
    }
}
