using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Uniform from minval to maxval.</summary>
[KerasObject("keras.initializers")]
public sealed class RandomUniform(double minval = -0.05, double maxval = 0.05) : RandomInitializer
{
    /// <summary>The lower end.</summary>
    public double Minval { get; } = minval;

    /// <summary>The upper end.</summary>
    public double Maxval { get; } = maxval;

    private protected override int Draws => 1;

    private protected override void Fill(Span<double> x, Shape shape, SplitMixSource random) => random.Uniform(x, Minval, Maxval);
}
