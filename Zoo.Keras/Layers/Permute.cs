using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The axes of each sample in another order, counted from 1.</summary>
[KerasObject("keras.layers")]
public sealed class Permute(params int[] dims) : Layer
{
    /// <summary>Which axis comes where; 1 is the first behind the batch.</summary>
    public int[] Dims { get; } = dims.Order().SequenceEqual(Enumerable.Range(1, dims.Length)) ? dims
        : throw new ArgumentException($"Permute: [{string.Join(", ", dims)}] is no order of axes. Expected each number from 1 to {dims.Length} once.");

    /// <inheritdoc/>
    protected override void Build(Shape input) { }

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x.Shape.Rank == Dims.Length + 1 ? A.Transpose(x, [0, .. Dims.Select(d => (long)d)])
        : throw new ShapeException($"the input has shape {x.Shape}. Expected {Dims.Length} axes behind the batch.") { Actual = x.Shape };
}
