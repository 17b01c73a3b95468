using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures [batch, height, width, channels] made larger by whole factors.</summary>
[KerasObject("keras.layers")]
public sealed class UpSampling2D : SpatialLayer
{
    /// <summary>Factors for height and width.</summary>
    public UpSampling2D(Sizes size) : base(2) => Size = size.For(Axes, "UpSampling2D: the size");

    /// <summary>Twice as large.</summary>
    public UpSampling2D() : this(2) { }

    /// <summary>The factors.</summary>
    public Sizes Size { get; }

    /// <summary>nearest, which repeats rows and columns, bilinear, bicubic, lanczos3 or lanczos5.</summary>
    public string Interpolation
    {
        get;
        init => field = value is "nearest" or "bilinear" or "bicubic" or "lanczos3" or "lanczos5" ? value
            : throw new ArgumentException($"UpSampling2D: the interpolation '{value}' is not known. Expected nearest, bilinear, bicubic, lanczos3 or lanczos5.");
    } = "nearest";

    /// <inheritdoc/>
    protected override void Build(Shape input) => CheckRank(input);

    private protected override Variable CallLast(Variable x)
    {
        if (Interpolation == "nearest") return Spatial.Repeat(x, 1, Size.Longs);
        var y = Pictures.Resize(x, Length(1), Length(2), Interpolation, antialias: false);
        return A.Cast(x.DType.IsInteger() ? A.Round(y) : y, x.DType);

        Variable Length(int axis) => x.Shape[axis] >= 0 ? A.Constant(x.Shape[axis] * Size[axis - 1], DType.Int32) : A.SizeOf(x, axis) * Size[axis - 1];
    }
}
