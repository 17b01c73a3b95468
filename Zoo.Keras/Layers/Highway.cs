using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// t · activation(x · kernel + bias) + (1 − t) · x with the gate t = sigmoid(x · kernel_carry + bias_carry): a dense layer that may let its input pass (Srivastava and others, 2015;
/// Analytics Zoo's and Keras 1's Highway). The gate's bias begins with −2, so that at first it mostly does.
/// </summary>
[KerasObject(Package = "zoo")]
public sealed class Highway(ActivationFunction activation = default) : Layer
{
    Parameter kernel = null!, carry = null!;
    Parameter? bias, carryBias;

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; } = activation;

    /// <summary>Whether biases are added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The first value of both kernels.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The bias' first value.</summary>
    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    /// <summary>The first value of the gate's bias.</summary>
    public Initializer CarryBiasInitializer { get; init; } = new Constant(-2);

    /// <summary>A penalty on both kernels.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>A penalty on both biases.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank != 2) throw new ShapeException($"the input has shape {input}. Expected [batch, features].") { Actual = input };
        (kernel, carry) = (Weight("kernel", [input[-1], input[-1]], KernelInitializer, KernelRegularizer), Weight("kernel_carry", [input[-1], input[-1]], KernelInitializer, KernelRegularizer));
        if (UseBias) (bias, carryBias) = (Weight("bias", [input[-1]], BiasInitializer, BiasRegularizer), Weight("bias_carry", [input[-1]], CarryBiasInitializer, BiasRegularizer));
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var (gate, y) = (A.Sigmoid(Linear(x, carry, carryBias)), Activation.Of(Linear(x, kernel, bias)));
        return gate * y + (1 - gate) * x;
    }

    static Variable Linear(Variable x, Parameter weight, Parameter? bias) => bias is null ? A.MatMul(x, weight) : A.BiasAdd(A.MatMul(x, weight), bias);
}
