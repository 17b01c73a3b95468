using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures blended with chains of random changes of themselves (Hendrycks et al. 2020).</summary>
[KerasObject("keras.layers")]
public sealed class AugMix(Factor? factor = null) : ComposedImageLayer
{
    /// <summary>How strong the changes are.</summary>
    public Factor Factor { get; } = (factor ?? 0.3).Within(-1, 1, "AugMix: the factor");

    /// <summary>How many chains.</summary>
    public int NumChains { get; init => field = value > 0 ? value : throw new ArgumentException($"AugMix: {value} chains were asked for. Expected at least one."); } = 3;

    /// <summary>How many changes a chain has, of which some may do nothing.</summary>
    public int ChainDepth { get; init => field = value >= 0 ? value : throw new ArgumentException($"AugMix: a depth of {value} was asked for. Expected none or more."); } = 3;

    /// <summary>The shape of the distributions of the shares.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Whether the changes of brightness, colour, contrast and sharpness take part.</summary>
    public bool AllOps { get; init; } = true;

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    /// <summary><c>bilinear</c> or <c>nearest</c>.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", "bilinear", "nearest"); } = "bilinear";

    private protected override ImageLayer[] MakeChanges() => Augmentations.All(this, Factor, ValueRange, Interpolation, AllOps);

    internal override Variable Transform(Variable x, CallContext c)
    {
        var alpha = A.OnesLike(Uniform(x, c)) * Alpha;
        var shares = Enumerable.Range(0, NumChains).Select(_ => Gamma(x, c, alpha)).ToArray();
        var (total, mixed) = (shares.Aggregate((a, b) => a + b) + 1e-30, A.ZerosLike(x));
        foreach (var share in shares)
        {
            var chain = x;
            for (var i = 0; i < ChainDepth; i++) chain = Augmentations.One(chain, c, Uniform(x, c), [.. Changes, null]);
            mixed += chain * (share / total);
        }
        var (first, second) = (Gamma(x, c, alpha), Gamma(x, c, alpha));
        var kept = first / (first + second + 1e-30);
        return A.Clip(kept * x + (1 - kept) * mixed, ValueRange.Low, ValueRange.High);
    }
}
