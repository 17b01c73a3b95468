using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures resized to a height and width; those of integers stay so, rounded.</summary>
[KerasObject("keras.layers")]
public sealed class Resizing(int height, int width) : ImageLayer
{
    /// <summary>The height of the result.</summary>
    public int Height { get; } = height > 0 ? height : throw new ArgumentException($"Resizing: the height {height} is out of range. Expected a positive number.");

    /// <summary>The width of the result.</summary>
    public int Width { get; } = width > 0 ? width : throw new ArgumentException($"Resizing: the width {width} is out of range. Expected a positive number.");

    /// <summary>bilinear, nearest, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", Pictures.Methods); } = "bilinear";

    /// <summary>Whether the sides are cut first so that nothing is distorted.</summary>
    public bool CropToAspectRatio { get; init; }

    /// <summary>Whether the sides are padded first so that nothing is distorted.</summary>
    public bool PadToAspectRatio { get; init; }

    /// <summary>What is padded: <c>constant</c>.</summary>
    public string FillMode { get; init => field = OneOf(value, "fill mode", "constant"); } = "constant";

    /// <summary>The number that is padded.</summary>
    public double FillValue { get; init; }

    /// <summary>Whether pictures that shrink are smoothed.</summary>
    public bool Antialias { get; init; }

    private protected override bool Casts => false;

    internal override Variable Transform(Variable x, CallContext c)
    {
        if (CropToAspectRatio && PadToAspectRatio) throw new ArgumentException("Resizing: pictures cannot be cropped and padded to the aspect ratio. Expected one of CropToAspectRatio and PadToAspectRatio.");
        var y = CropToAspectRatio ? Fit(x, Height, Width, Interpolation, Antialias)
            : Pictures.Resize(PadToAspectRatio ? Padded(x) : x, A.Constant(Height, DType.Int32), A.Constant(Width, DType.Int32), Interpolation, Antialias);
        if (y.DType == x.DType) return y;
        if (!x.DType.IsInteger()) return A.Cast(y, x.DType);
        y = A.Round(y);
        return A.Cast(x.DType == DType.UInt8 ? A.Clip(y, 0, 255) : y, x.DType);
    }

    Variable Padded(Variable x)
    {
        Variable rows = A.SizeOf(x, 1), columns = A.SizeOf(x, 2), none = A.Constant(0, DType.Int32);
        Variable top = Border(rows, Scaled(columns, Height, Width)), left = Border(columns, Scaled(rows, Width, Height));
        return PadOps.PadV2.Call(x, A.Reshape(A.Stack([none, none, top, top, left, left, none, none]), [4, 2]), A.Constant(FillValue, x.DType));

        static Variable Border(Variable size, Variable wanted) => A.Maximum(A.FloorDiv(wanted - size, A.Constant(2, DType.Int32)), A.Constant(0, DType.Int32));
    }
}
