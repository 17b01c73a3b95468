using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>A vector several times: [batch, features] becomes [batch, n, features].</summary>
[KerasObject("keras.layers")]
public sealed class RepeatVector(int n) : Layer
{
    /// <summary>How many times.</summary>
    public int N { get; } = n > 0 ? n : throw new ArgumentException($"RepeatVector: n is {n}. Expected a positive number.");

    /// <inheritdoc/>
    protected override void Build(Shape input) { }

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x.Shape.Rank == 2 ? A.Tile(A.ExpandDims(x, 1), 1, N, 1)
        : throw new ShapeException($"the input has shape {x.Shape}. Expected [batch, features].") { Actual = x.Shape };
}
