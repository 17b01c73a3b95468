using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>What initializers share whose variance is scale / n, n being the number of inputs, of outputs, or their mean.</summary>
public abstract class ScaledInitializer : RandomInitializer
{
    private protected abstract (double Scale, string Mode, string Distribution) Rule { get; }

    private protected override int Draws => Rule.Distribution switch { "uniform" => 1, "untruncated_normal" => 2, _ => 4 };

    private protected override void Fill(Span<double> x, Shape shape, SplitMixSource random)
    {
        var ((fanIn, fanOut), (scale, mode, distribution)) = (Fans(shape), Rule);
        scale /= Math.Max(1, mode switch { "fan_in" => fanIn, "fan_out" => fanOut, _ => (fanIn + fanOut) / 2 });
        switch (distribution)
        {
            case "uniform":
                random.Uniform(x, -Math.Sqrt(3 * scale), Math.Sqrt(3 * scale));
                break;
            case "untruncated_normal":
                random.Normal(x);
                SplitMixSource.Scale(x, Math.Sqrt(scale), 0);
                break;
            default:
                random.Truncated(x);
                SplitMixSource.Scale(x, Math.Sqrt(scale) / 0.87962566103423978, 0);   // the standard deviation of a normal number that was truncated at 2
                break;
        }
    }
}

/// <summary>Keras' VarianceScaling: variance scale / n.</summary>
[KerasObject("keras.initializers"), KerasInert("input_axes"), KerasInert("output_axes")]
public sealed class VarianceScaling(double scale = 1, string mode = "fan_in", string distribution = "truncated_normal") : ScaledInitializer
{
    /// <summary>The factor.</summary>
    public double Scale { get; } = scale > 0 ? scale : throw new ArgumentException($"VarianceScaling: the scale {scale} is out of range. Expected a positive number.");

    /// <summary><c>fan_in</c>, <c>fan_out</c> or <c>fan_avg</c>.</summary>
    public string Mode { get; } = mode is "fan_in" or "fan_out" or "fan_avg" ? mode : throw new ArgumentException($"VarianceScaling: the mode '{mode}' is not known. Expected fan_in, fan_out or fan_avg.");

    /// <summary><c>truncated_normal</c>, <c>untruncated_normal</c> or <c>uniform</c>.</summary>
    public string Distribution { get; } = distribution is "truncated_normal" or "untruncated_normal" or "uniform" ? distribution
        : throw new ArgumentException($"VarianceScaling: the distribution '{distribution}' is not known. Expected truncated_normal, untruncated_normal or uniform.");

    private protected override (double, string, string) Rule => (Scale, Mode, Distribution);
}

/// <summary>Uniform within ±√(6 / (fan in + fan out)): Glorot and Bengio, 2010.</summary>
[KerasObject("keras.initializers"), KerasInert("input_axes"), KerasInert("output_axes")]
public sealed class GlorotUniform : ScaledInitializer
{
    private protected override (double, string, string) Rule => (1, "fan_avg", "uniform");
}

/// <summary>Truncated normal of variance 2 / (fan in + fan out): Glorot and Bengio, 2010.</summary>
[KerasObject("keras.initializers"), KerasInert("input_axes"), KerasInert("output_axes")]
public sealed class GlorotNormal : ScaledInitializer
{
    private protected override (double, string, string) Rule => (1, "fan_avg", "truncated_normal");
}

/// <summary>Uniform within ±√(6 / fan in): He and others, 2015.</summary>
[KerasObject("keras.initializers"), KerasInert("input_axes"), KerasInert("output_axes")]
public sealed class HeUniform : ScaledInitializer
{
    private protected override (double, string, string) Rule => (2, "fan_in", "uniform");
}

/// <summary>Truncated normal of variance 2 / fan in: He and others, 2015.</summary>
[KerasObject("keras.initializers"), KerasInert("input_axes"), KerasInert("output_axes")]
public sealed class HeNormal : ScaledInitializer
{
    private protected override (double, string, string) Rule => (2, "fan_in", "truncated_normal");
}

/// <summary>Uniform within ±√(3 / fan in): LeCun and others, 1998.</summary>
[KerasObject("keras.initializers"), KerasInert("input_axes"), KerasInert("output_axes")]
public sealed class LecunUniform : ScaledInitializer
{
    private protected override (double, string, string) Rule => (1, "fan_in", "uniform");
}

/// <summary>Truncated normal of variance 1 / fan in: LeCun and others, 1998.</summary>
[KerasObject("keras.initializers"), KerasInert("input_axes"), KerasInert("output_axes")]
public sealed class LecunNormal : ScaledInitializer
{
    private protected override (double, string, string) Rule => (1, "fan_in", "truncated_normal");
}
