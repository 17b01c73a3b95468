using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Normal, drawn again where it is more than two standard deviations from the mean.</summary>
[KerasObject("keras.initializers")]
public sealed class TruncatedNormal(double mean = 0, double stddev = 0.05) : RandomInitializer
{
    /// <summary>The mean.</summary>
    public double Mean { get; } = mean;

    /// <summary>The standard deviation before truncation.</summary>
    public double Stddev { get; } = stddev;

    private protected override int Draws => 4;

    private protected override void Fill(Span<double> x, Shape shape, SplitMixSource random)
    {
        random.Truncated(x);
        SplitMixSource.Scale(x, Stddev, Mean);
    }
}
