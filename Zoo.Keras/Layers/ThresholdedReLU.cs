using Zoo.Keras.Torch;

namespace Zoo.Keras;

/// <summary>x above theta, else 0 (Konda and others, 2014; Analytics Zoo's, Keras 1's and Keras 2's ThresholdedReLU).</summary>
[KerasObject(Package = "zoo")]
public sealed class ThresholdedReLU(double theta = 1) : Elementwise(x => Activations.Threshold(x, theta, 0))
{
    /// <summary>The threshold.</summary>
    public double Theta { get; } = theta >= 0 ? theta : throw new ArgumentException($"ThresholdedReLU: theta is {theta}. Expected a number from 0.");
}
