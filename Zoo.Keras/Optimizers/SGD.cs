using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Gradient descent, with momentum where asked (Keras' SGD).</summary>
[KerasObject("keras.optimizers")]
public sealed class SGD(double learningRate = 0.01, double momentum = 0, bool nesterov = false) : Optimizer(learningRate)
{
    /// <summary>How much of the last change is kept.</summary>
    public double Momentum { get; } = momentum is >= 0 and <= 1 ? momentum : throw new ArgumentException($"SGD: the momentum {momentum} is out of range. Expected 0 to 1.");

    /// <summary>Whether the gradient is taken where momentum leads.</summary>
    public bool Nesterov { get; } = nesterov;

    internal override IEnumerable<(Parameter, Variable)> Update(Parameter weight, Variable gradient, Variable rate, Variable step)
    {
        if (Momentum == 0) return [(weight, weight.Variable - gradient * rate)];
        var slot = Slot(weight, "momentum");
        var velocity = slot.Variable * Momentum - gradient * rate;
        return [(slot, velocity), (weight, Nesterov ? weight.Variable + velocity * Momentum - gradient * rate : weight.Variable + velocity)];
    }
}
