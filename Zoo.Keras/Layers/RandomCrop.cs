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

    internal override Variable Transform(Variable x, CallContext c)
    {
        int rows = Known(x, 1), columns = Known(x, 2);
        if (rows <= Height || columns <= Width) return A.Cast(Fit(x, Height, Width, "bilinear"), x.DType);
        return A.Gather(A.Gather(x, Places(rows, Height), 1, 1), Places(columns, Width), 2, 1);
        
        Variable Places(int size, int part) => A.Cast(A.Floor(A.Reshape(Uniform(x, c), [Dim.Any, 1]) * (size - part + 1)), DType.Int32) + A.Reshape(A.Range(part), [1, part]);
    }
}
