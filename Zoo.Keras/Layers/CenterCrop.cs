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
        return Below(1, Height) || Below(2, Width) ? Fit(x, Height, Width, "bilinear") : Middle(x, A.Constant(Height, DType.Int32), A.Constant(Width, DType.Int32));

        bool Below(int axis, int size) => x.Shape[axis] >= 0 && x.Shape[axis] < size;   // what only data know Keras takes for large enough
    }
}
