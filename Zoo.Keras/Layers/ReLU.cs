using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>x from the threshold on, limited above; below it negativeSlope · (x − threshold).</summary>
[KerasObject("keras.layers")]
public sealed class ReLU : Layer
{
    /// <summary>The largest result; none by default.</summary>
    public double? MaxValue { get; init => field = value is null or >= 0 ? value : throw new ArgumentException($"ReLU: the largest value {value} is out of range. Expected null or a number from 0."); }

    /// <summary>The slope below the threshold.</summary>
    public double NegativeSlope { get; init => field = value >= 0 ? value : throw new ArgumentException($"ReLU: the slope {value} is out of range. Expected a number from 0."); }

    /// <summary>Where the result begins.</summary>
    public double Threshold { get; init => field = value >= 0 ? value : throw new ArgumentException($"ReLU: the threshold {value} is out of range. Expected a number from 0."); }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => Activations.Relu(x, NegativeSlope, MaxValue, Threshold);
}
