namespace Zoo.Keras;

/// <summary>The options that all recurrent layers with gates share.</summary>
public abstract class GatedLayer : RecurrentLayer
{
    private protected GatedLayer() { }

    /// <summary>The activation of the result; tanh by default.</summary>
    public ActivationFunction Activation { get; init; } = "tanh";

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The first value of the kernel, which multiplies the inputs.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The first value of the recurrent kernel, which multiplies the state.</summary>
    public Initializer RecurrentInitializer { get; init; } = "orthogonal";

    /// <summary>The bias' first value.</summary>
    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>A penalty on the recurrent kernel.</summary>
    public Regularizer? RecurrentRegularizer { get; init; }

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>What the kernel is forced to be after each update.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>What the recurrent kernel is forced to be after each update.</summary>
    public Constraint? RecurrentConstraint { get; init; }

    /// <summary>What the bias is forced to be after each update.</summary>
    public Constraint? BiasConstraint { get; init; }

    /// <summary>The probability with which training drops an input, from 0 to 1; a sequence drops the same ones at each step.</summary>
    public double Dropout { get; init; }

    /// <summary>The same for the state.</summary>
    public double RecurrentDropout { get; init; }

    /// <summary>A seed of its own for what is dropped; else the model's.</summary>
    public new long? Seed { get; init; }
}
