using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The changes of pictures that <see cref="RandAugment"/> and <see cref="AugMix"/> draw from.</summary>
internal static class Augmentations
{
    internal static ImageLayer[] All(RandomImageLayer owner, Factor factor, (double, double) range, string interpolation, bool colours = true)
    {
        var (seed, format, policy) = (owner.Seed, owner.DataFormat, owner.DTypePolicy);
        var strength = (Math.Max(0, factor.Low), factor.High);
        ImageLayer[] shapes =
        [
            new RandomShear(strength, strength) { Interpolation = interpolation, Seed = seed, DataFormat = format, DTypePolicy = policy },
            new RandomTranslation(factor, factor) { Interpolation = interpolation, Seed = seed, DataFormat = format, DTypePolicy = policy },
            new RandomRotation(factor) { Interpolation = interpolation, Seed = seed, DataFormat = format, DTypePolicy = policy },
            new Solarization(strength, strength) { ValueRange = range, Seed = seed, DataFormat = format, DTypePolicy = policy },
            new RandomPosterization(Math.Max(1, (int)(8 * factor.High))) { ValueRange = range, Seed = seed, DataFormat = format, DTypePolicy = policy },
            new AutoContrast { ValueRange = range, DataFormat = format, DTypePolicy = policy },
            new Equalization { ValueRange = range, DataFormat = format, DTypePolicy = policy },
        ];
        ImageLayer[] all = !colours ? shapes :
        [
            .. shapes,
            new RandomBrightness(factor) { ValueRange = range, Seed = seed, DataFormat = format, DTypePolicy = policy },
            new RandomColorDegeneration(factor) { ValueRange = range, Seed = seed, DataFormat = format, DTypePolicy = policy },
            new RandomContrast(strength) { ValueRange = range, Seed = seed, DataFormat = format, DTypePolicy = policy },
            new RandomSharpness(factor) { ValueRange = range, Seed = seed, DataFormat = format, DTypePolicy = policy },
        ];
        // In Keras a name that is given goes on to them.
        foreach (var layer in all)
            if (owner.HasName) layer.Name = owner.Name;
        return all;
    }

    /// <summary>Each picture changed by the one that its number from 0 to 1 falls to; null changes nothing.</summary>
    internal static Variable One(Variable x, CallContext c, Variable drawn, ImageLayer?[] changes)
    {
        var chosen = A.Floor(drawn * changes.Length);
        var result = x;
        for (var i = 0; i < changes.Length; i++)
            if (changes[i] is { } change) result = A.Where(A.LogicalAnd(chosen > i - 0.5, chosen < i + 0.5), change.Transform(x, c), result);
        return result;
    }
}
