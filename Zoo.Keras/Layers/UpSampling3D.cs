using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Each entry of volumes [batch, depth, height, width, channels] repeated along the spatial axes.</summary>
[KerasObject("keras.layers")]
public sealed class UpSampling3D : SpatialLayer
{
    /// <summary>Repetitions along each axis.</summary>
    public UpSampling3D(Sizes size) : base(3) => Size = size.For(Axes, "UpSampling3D: the size");

    /// <summary>Each entry twice.</summary>
    public UpSampling3D() : this(2) { }

    /// <summary>How often, along each axis.</summary>
    public Sizes Size { get; }

    /// <inheritdoc/>
    protected override void Build(Shape input) => CheckRank(input);

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        return Spatial.Repeat(x, FirstAxis, Size.Longs);
    }
}
