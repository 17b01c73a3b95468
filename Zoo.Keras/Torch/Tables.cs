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

/// <summary>The matrix product of two inputs, of matrices or of batches of them, each transposed first where asked (Analytics Zoo's InternalMM).</summary>
[KerasObject(Package = "zoo")]
public sealed class MM(bool transA = false, bool transB = false) : Layer
{
    /// <summary>Whether the first is transposed.</summary>
    public bool TransA { get; } = transA;

    /// <summary>Whether the second is transposed.</summary>
    public bool TransB { get; } = transB;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs) { }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => x.Count == 2 ? A.BatchMatMul(x[0], x[1], TransA, TransB)
        : throw new ShapeException($"{x.Count} inputs were given. Expected two.");
}
