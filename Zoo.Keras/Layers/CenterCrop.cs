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
        Variable height = A.Constant(Height, DType.Int32), width = A.Constant(Width, DType.Int32);
        if (x.Shape[1] >= 0 && x.Shape[2] >= 0) return x.Shape[1] >= Height && x.Shape[2] >= Width ? Middle(x, height, width) : A.Cast(Fit(x, Height, Width, "bilinear"), x.DType);
        // Only data know: what is large enough is cut, and a resize to the size that it has then changes nothing.
        var enough = A.LogicalAnd(A.SizeOf(x, 1) >= height, A.SizeOf(x, 2) >= width);
        return A.Cast(Fit(x, Height, Width, "bilinear", enough: enough), x.DType);
    }
}
