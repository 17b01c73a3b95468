using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Some of eleven changes, drawn for each picture, one after another (Cubuk et al. 2020).</summary>
[KerasObject("keras.layers")]
public sealed class RandAugment(Factor? factor = null) : ComposedImageLayer
{
    /// <summary>How strong the changes are.</summary>
    public Factor Factor { get; } = (factor ?? 0.5).Within(-1, 1, "RandAugment: the factor");

    /// <summary>How many changes.</summary>
    public int NumOps { get; init => field = value >= 0 ? value : throw new ArgumentException($"RandAugment: {value} changes were asked for. Expected none or more."); } = 2;

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    /// <summary><c>bilinear</c> or <c>nearest</c>.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", "bilinear", "nearest"); } = "bilinear";

    private protected override ImageLayer[] MakeChanges() => Augmentations.All(this, Factor, ValueRange, Interpolation);

    internal override Variable Transform(Variable x, CallContext c)
    {
        for (var i = 0; i < NumOps; i++) x = Augmentations.One(x, c, Uniform(x, c), Changes);
        return x;
    }
}
