using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Adam (Kingma and Ba, 2014), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class Adam(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7) : Optimizer(learningRate)
{
    /// <summary>The decay of the first moment.</summary>
    [KerasName("beta_1")]
    public double Beta1 { get; } = beta1;

    /// <summary>The decay of the second moment.</summary>
    [KerasName("beta_2")]
    public double Beta2 { get; } = beta2;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    internal override IEnumerable<(Parameter, Variable)> Update(Parameter weight, Variable gradient, Variable rate, Variable step)
    {
        var (m, v) = (Slot(weight, "momentum"), Slot(weight, "velocity"));
        var alpha = rate * A.Sqrt(1 - A.Pow(A.Constant(Beta2), step)) / (1 - A.Pow(A.Constant(Beta1), step));
        var first = m.Variable + (gradient - m.Variable) * (1 - Beta1);
        var second = v.Variable + (A.Square(gradient) - v.Variable) * (1 - Beta2);
        return [(m, first), (v, second), (weight, weight.Variable - first * alpha / (A.Sqrt(second) + Epsilon))];
    }
}
