using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>rate · Σ|x|.</summary>
[KerasObject("keras.regularizers")]
public sealed class L1(double rate = 0.01) : Regularizer
{
    /// <summary>The factor; a float32, as Keras keeps it.</summary>
    [KerasName("l1")]
    public double Rate { get; } = (float)Penalty(rate, nameof(rate));

    /// <inheritdoc/>
    public override Variable Of(Variable x) => A.Sum(A.Abs(x)) * Rate;
}
