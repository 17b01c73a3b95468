using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Normal with a mean and a standard deviation.</summary>
[KerasObject("keras.initializers")]
public sealed class RandomNormal(double mean = 0, double stddev = 0.05) : RandomInitializer
{
    /// <summary>The mean.</summary>
    public double Mean { get; } = mean;

    /// <summary>The standard deviation.</summary>
    public double Stddev { get; } = stddev;

    private protected override int Draws => 2;

    private protected override void Fill(Span<double> x, Shape shape, SplitMixSource random)
    {
        random.Normal(x);
        SplitMixSource.Scale(x, Stddev, Mean);
    }
}
