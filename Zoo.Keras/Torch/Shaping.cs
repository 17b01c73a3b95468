using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Torch;

// Longer than a layer should be: several small layers of one kind.
/// <summary>One entry of an axis, which goes away: <c>new Select(1, -1)</c> is the last step of sequences (Analytics Zoo's Select).</summary>
/// <param name="dim">The axis; the batch is 0 and cannot be selected from.</param>
/// <param name="index">The entry, from 0; negative counts from the end.</param>
[KerasObject(Package = "zoo")]
public sealed class Select(int dim, int index) : Layer
{
    /// <summary>The axis; the batch is 0.</summary>
    public int Dim { get; } = dim;

    /// <summary>The entry.</summary>
    public int Index { get; } = index;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x.Shape.Axis(Dim, "Select") > 0 ? x.IndexSelect(Dim, Index)
        : throw new ShapeException($"axis {Dim} of {x.Shape} is the batch. Expected an axis of the samples. Select(1, …) is the first.") { Actual = x.Shape };
}

/// <summary>A part of an axis, which stays (Analytics Zoo's Narrow).</summary>
/// <param name="dim">The axis; the batch is 0 and cannot be narrowed.</param>
/// <param name="offset">The first entry, from 0.</param>
/// <param name="length">How many; −1 is up to the end, −2 up to the last but one.</param>
[KerasObject(Package = "zoo")]
public sealed class Narrow(int dim, int offset, int length = 1) : Layer
{
    /// <summary>The axis; the batch is 0.</summary>
    public int Dim { get; } = dim;

    /// <summary>The first entry.</summary>
    public int Offset { get; } = offset;

    /// <summary>How many entries.</summary>
    public int Length { get; } = length;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x.Slice(Dim, Offset, Length);
}

/// <summary>Drops axes of size 1: those that are named, or without names all but the batch (Analytics Zoo's Squeeze).</summary>
/// <param name="dims">The axes; the batch is 0.</param>
[KerasObject(Package = "zoo")]
public sealed class Squeeze(params int[] dims) : Layer
{
    /// <summary>The axes; empty for all of size 1.</summary>
    public int[] Dims { get; } = dims;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x.Squeeze(Dims);
}

/// <summary>A new axis of size 1 (Analytics Zoo's ExpandDim).</summary>
/// <param name="dim">Where it stands; the batch is 0.</param>
[KerasObject(Package = "zoo")]
public sealed class ExpandDim(int dim) : Layer
{
    /// <summary>Where it stands.</summary>
    public int Dim { get; } = dim;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.ExpandDims(x, Dim);
}

/// <summary>Axes of size 1 repeated up to given sizes (Analytics Zoo's Expand).</summary>
/// <param name="tgtSizes">A size for each axis, the batch too; 0 and −1 keep what is there.</param>
[KerasObject(Package = "zoo")]
public sealed class Expand(params long[] tgtSizes) : Layer
{
    /// <summary>A size for each axis.</summary>
    public long[] TgtSizes { get; } = tgtSizes;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Expand(x, TgtSizes);
}

/// <summary>One of several inputs, such as the results of a layer (Analytics Zoo's SelectTable): <c>new SelectTable(1).Apply(split.ApplyMany(x))</c>.</summary>
/// <param name="index">Which, from 0; negative counts from the end.</param>
[KerasObject(Package = "zoo")]
public sealed class SelectTable(int index) : Layer
{
    /// <summary>Which one.</summary>
    public int Index { get; } = index;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs) { }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => Index >= -x.Count && Index < x.Count ? x[Index < 0 ? Index + x.Count : Index]
        : throw new ShapeException($"there is no input {Index} among {x.Count}. Expected a number from {-x.Count} to {x.Count - 1}.");
}

/// <summary>Equal parts along an axis, as several results (Analytics Zoo's SplitTensor); <see cref="Layer.ApplyMany(Variable[])"/> gives them.</summary>
/// <param name="dimension">The axis; the batch is 0.</param>
/// <param name="num">How many parts.</param>
[KerasObject(Package = "zoo")]
public sealed class SplitTensor(int dimension, int num) : Layer
{
    /// <summary>The axis.</summary>
    public int Dimension { get; } = dimension;

    /// <summary>How many parts.</summary>
    public int Num { get; } = num > 0 ? num : throw new ArgumentException($"SplitTensor: {num} parts were asked for. Expected a positive number.");

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => A.Split(x, Num, Dimension);
}

/// <summary>The shape of the input, the batch included, as an int32 vector (Analytics Zoo's GetShape).</summary>
[KerasObject(Package = "zoo")]
public sealed class GetShape : Layer
{
    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.ShapeOf(x);
}

/// <summary>The largest along an axis, which goes away, or its place (Analytics Zoo's Max). Ties share the gradient evenly.</summary>
/// <param name="dim">The axis; the batch is 0.</param>
/// <param name="numInputDims">Where the input has one axis more than this, the axis counts one more.</param>
/// <param name="returnValue">False for the place of the largest: int64, from 0.</param>
[KerasObject(Package = "zoo")]
public sealed class Max(int dim, int? numInputDims = null, bool returnValue = true) : Layer
{
    /// <summary>The axis.</summary>
    public int Dim { get; } = dim;

    /// <summary>The number of axes for which <see cref="Dim"/> was meant; null for that of the input.</summary>
    public int? NumInputDims { get; } = numInputDims;

    /// <summary>Whether the value is given, not its place.</summary>
    public bool ReturnValue { get; } = returnValue;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var axis = Dim >= 0 && x.Shape.Rank == NumInputDims + 1 ? Dim + 1 : Dim;
        return ReturnValue ? A.Max(x, axis) : A.ArgMax(x, axis);
    }
}
