using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>rate · Σx².</summary>
[KerasObject("keras.regularizers")]
public sealed class L2(double rate = 0.01) : Regularizer
{
    /// <summary>The factor.</summary>
    [KerasName("l2")]
    public double Rate { get; } = Penalty(rate, nameof(rate));

    /// <inheritdoc/>
    public override Variable Of(Variable x) => A.Sum(A.Square(x)) * Rate;
}
