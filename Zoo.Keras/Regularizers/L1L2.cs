using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>l1 · Σ|x| + l2 · Σx².</summary>
[KerasObject("keras.regularizers")]
public sealed class L1L2(double l1 = 0, double l2 = 0) : Regularizer
{
    /// <summary>The factor of Σ|x|.</summary>
    [KerasName("l1")]
    public double L1 { get; } = Penalty(l1, nameof(l1));

    /// <summary>The factor of Σx².</summary>
    [KerasName("l2")]
    public double L2 { get; } = Penalty(l2, nameof(l2));

    /// <inheritdoc/>
    public override Variable Of(Variable x) => A.Sum(A.Abs(x)) * L1 + A.Sum(A.Square(x)) * L2;
}
