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
        int rows = Known(x, 1), columns = Known(x, 2);
        if (rows <= Height || columns <= Width)
        {
            // Keras takes this much from where the part of the right proportions would begin, and resizes it.
            int high = Math.Max(1, Math.Min(rows, (int)((double)(columns * Height) / Width))), wide = Math.Max(1, Math.Min(columns, (int)((double)(rows * Width) / Height)));
            int top = (rows - high) / 2, left = (columns - wide) / 2;
            var part = x[.., top..Math.Min(rows, top + Height), left..Math.Min(columns, left + Width)];
            return part.Shape[1] == Height && part.Shape[2] == Width ? part : A.Cast(Pictures.Resize(part, A.Constant(Height, DType.Int32), A.Constant(Width, DType.Int32), "bilinear", false), x.DType);
        }
        return A.Gather(A.Gather(x, Places(rows, Height), 1, 1), Places(columns, Width), 2, 1);

        Variable Places(int size, int part) => A.Cast(A.Floor(A.Reshape(Uniform(x, c), [Dim.Any, 1]) * (size - part + 1)), DType.Int32) + A.Reshape(A.Range(part), [1, part]);
    }
}
