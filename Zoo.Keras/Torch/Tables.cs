using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Torch;

/// <summary>The first of two inputs divided by the second (BigDL's CDivTable; mode <c>div</c> of Analytics Zoo's Merge).</summary>
[KerasObject(Package = "zoo")]
public sealed class CDivTable : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs is [var a, var b] ? a / b : throw new ShapeException($"{inputs.Length} inputs were given. Expected two.");
}

/// <summary>The cosine of the angle between two inputs [batch, features], as [batch, 1, 1] (mode <c>cos</c> of Analytics Zoo's and Keras 1's Merge).</summary>
[KerasObject(Package = "zoo")]
public sealed class Cosine : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs is [{ Shape.Rank: 2 } a, { Shape.Rank: 2 } b] ? A.ExpandDims(A.BatchDot(a, b, 1, 1, normalize: true), -1)
        : throw new ShapeException($"inputs of shapes {string.Join(", ", inputs.Select(x => x.Shape))} were given. Expected two, [batch, features].");
}
