namespace Zoo.Keras;

/// <summary>A weight and what is known of its gradient.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Gradient">Its gradient.</param>
/// <param name="Size">What <see cref="OptimizerStep.Size"/> shall be, where it does not follow from the gradient alone.</param>
internal readonly record struct WeightGradient(Parameter Weight, Variable Gradient, Variable? Size = null)
{
    public static implicit operator WeightGradient((Parameter Weight, Variable Gradient) pair) => new(pair.Weight, pair.Gradient);
}
