using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Follow the regularized leader, for sparse models (McMahan and others, 2013), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class Ftrl(LearningRate? learningRate = null, double learningRatePower = -0.5, double initialAccumulatorValue = 0.1, double l1RegularizationStrength = 0,
    double l2RegularizationStrength = 0, double l2ShrinkageRegularizationStrength = 0, double beta = 0) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>How the rate falls with the sum of squares: not above 0; 0 keeps it.</summary>
    public double LearningRatePower { get; } = learningRatePower <= 0 ? learningRatePower : throw new ArgumentException($"Ftrl: the learning-rate power {learningRatePower} is out of range. Expected 0 or less.");

    /// <summary>What the sum of squares begins with.</summary>
    public double InitialAccumulatorValue { get; } = NotNegative(initialAccumulatorValue, "initial accumulator");

    /// <summary>The penalty on sizes; weights become exactly 0.</summary>
    [KerasName("l1_regularization_strength")]
    public double L1RegularizationStrength { get; } = NotNegative(l1RegularizationStrength, "l1 strength");

    /// <summary>The penalty on squares.</summary>
    [KerasName("l2_regularization_strength")]
    public double L2RegularizationStrength { get; } = NotNegative(l2RegularizationStrength, "l2 strength");

    /// <summary>The penalty on squares that acts through the gradient.</summary>
    [KerasName("l2_shrinkage_regularization_strength")]
    public double L2ShrinkageRegularizationStrength { get; } = NotNegative(l2ShrinkageRegularizationStrength, "l2 shrinkage");

    /// <summary>The beta of the paper.</summary>
    public double Beta { get; } = beta;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["accumulator", "linear"]];

    /// <inheritdoc/>
    protected override double Begin(string slot) => slot == "accumulator" ? InitialAccumulatorValue : 0;

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        var sum = slots["accumulator"] + step.Size;
        var (power, before) = (A.Pow(sum, -LearningRatePower), A.Pow(slots["accumulator"], -LearningRatePower));
        slots["linear"] += gradient + weight * (2 * L2ShrinkageRegularizationStrength) - (power - before) / step.Rate * weight;
        slots["accumulator"] = sum;
        var curve = power / step.Rate + (Beta / (step.Rate * 2) + L2RegularizationStrength) * 2;
        return (A.Clip(slots["linear"], -L1RegularizationStrength, L1RegularizationStrength) - slots["linear"]) / curve;
    }

    static double NotNegative(double value, string what) => value >= 0 ? value : throw new ArgumentException($"Ftrl: the {what} {value} is out of range. Expected 0 or more.");
}
