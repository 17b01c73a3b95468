using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Brightness, contrast, saturation and hue of pictures changed, each as far as it is given.</summary>
[KerasObject("keras.layers")]
public sealed class RandomColorJitter(Factor? brightnessFactor = null, Factor? contrastFactor = null, Factor? saturationFactor = null, Factor? hueFactor = null) : ComposedImageLayer
{
    /// <summary>That of <see cref="RandomBrightness"/>.</summary>
    public Factor? BrightnessFactor { get; } = brightnessFactor;

    /// <summary>That of <see cref="RandomContrast"/>.</summary>
    public Factor? ContrastFactor { get; } = contrastFactor;

    /// <summary>That of <see cref="RandomSaturation"/>.</summary>
    public Factor? SaturationFactor { get; } = saturationFactor;

    /// <summary>That of <see cref="RandomHue"/>.</summary>
    public Factor? HueFactor { get; } = hueFactor;

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    private protected override bool LeavesIntegers => true;

    private protected override ImageLayer[] MakeChanges()
    {
        ImageLayer?[] parts =
        [
            BrightnessFactor is { } brightness ? new RandomBrightness(brightness) { ValueRange = ValueRange, Seed = Seed } : null,
            ContrastFactor is { } contrast ? new RandomContrast(contrast) { ValueRange = ValueRange, Seed = Seed } : null,
            SaturationFactor is { } saturation ? new RandomSaturation(saturation) { ValueRange = ValueRange, Seed = Seed } : null,
            HueFactor is { } hue ? new RandomHue(hue) { ValueRange = ValueRange, Seed = Seed } : null,
        ];
        return [.. parts.OfType<ImageLayer>()];
    }

    internal override Variable Transform(Variable x, CallContext c) => Changes.Aggregate(x, (pictures, part) => part.Transform(pictures, c));
}
