using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The middle of pictures; smaller pictures are cut to the shape and made larger.</summary>
[KerasObject("keras.layers")]
public sealed class CenterCrop(int height, int width) : ImageLayer
{
    /// <summary>The height of the result.</summary>
    public int Height { get; } = height > 0 ? height : throw new ArgumentException($"CenterCrop: the height {height} is out of range. Expected a positive number.");

    /// <summary>The width of the result.</summary>
    public int Width { get; } = width > 0 ? width : throw new ArgumentException($"CenterCrop: the width {width} is out of range. Expected a positive number.");

    internal override Variable Transform(Variable x, CallContext c)
    {
        if (x.Shape[1] < 0 || x.Shape[2] < 0)   // Keras then takes them for large enough
            return SliceOps.Slice.Call(x, A.Stack([A.Constant(0, DType.Int32), Start(1, Height), Start(2, Width), A.Constant(0, DType.Int32)]), A.Ints(-1, Height, Width, -1));
        int top = Known(x, 1) - Height, left = Known(x, 2) - Width;
        return top >= 0 && left >= 0 ? x[.., (top / 2)..(top / 2 + Height), (left / 2)..(left / 2 + Width)] : Fit(x, Height, Width, "bilinear");

        Variable Start(int axis, int size) => A.FloorDiv(A.SizeOf(x, axis) - size, A.Constant(2, DType.Int32));
    }
}
