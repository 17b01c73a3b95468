using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>A part of each picture at a random place; smaller pictures are cut to the shape and made larger.</summary>
[KerasObject("keras.layers")]
public sealed class RandomCrop(int height, int width) : RandomImageLayer
{
    /// <summary>The height of the part.</summary>
    public int Height { get; } = height > 0 ? height : throw new ArgumentException($"RandomCrop: the height {height} is out of range. Expected a positive number.");

    /// <summary>The width of the part.</summary>
    public int Width { get; } = width > 0 ? width : throw new ArgumentException($"RandomCrop: the width {width} is out of range. Expected a positive number.");

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c)
    {
        Variable rows = A.SizeOf(x, 1), columns = A.SizeOf(x, 2);
        var larger = A.LogicalAnd(A.Greater(rows, A.Constant(Height, DType.Int32)), A.Greater(columns, A.Constant(Width, DType.Int32)));
        var part = A.Gather(A.Gather(x, Places(rows, Height, Scaled(columns, Height, Width)), 1, 1), Places(columns, Width, Scaled(rows, Width, Height)), 2, 1);
        return A.Cast(Pictures.Resize(part, A.Constant(Height, DType.Int32), A.Constant(Width, DType.Int32), "bilinear", false), x.DType);

        // Of pictures that are not larger Keras takes this much from where the part of the right proportions would begin, and resizes it.
        Variable Places(Variable size, int wanted, Variable inProportion)
        {
            var middle = A.FloorDiv(size - Inside(size, inProportion), A.Constant(2, DType.Int32));
            var drawn = A.Cast(A.Floor(A.Reshape(A.Cast(Uniform(x, c), DType.Float32), [Dim.Any, 1]) * A.Cast(size - wanted + 1, DType.Float32)), DType.Int32);
            var count = A.Where(larger, A.Constant(wanted, DType.Int32), A.Minimum(size - middle, A.Constant(wanted, DType.Int32)));
            return A.Where(larger, drawn, A.ZerosLike(drawn) + middle) + A.Reshape(A.Range(count), [1, Dim.Any]);
        }
    }
}
