using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Fully connected: activation(x · kernel + bias) along the last axis of inputs [batch, …, features].</summary>
/// <example><code>var y = x >> new Dense(10, "softmax");</code></example>
[KerasObject("keras.layers"), KerasInert("quantization_config")]
public sealed class Dense(int units, ActivationFunction activation = default) : Layer
{
    Parameter kernel = null!;
    Parameter? bias;

    /// <summary>The size of the result's last axis.</summary>
    public int Units { get; } = units > 0 ? units : throw new ArgumentException($"Dense: {units} units were asked for. Expected a positive number.");

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; } = activation;

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The kernel's first value.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The bias' first value.</summary>
    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>What the kernel is forced to be after each update.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>What the bias is forced to be after each update.</summary>
    public Constraint? BiasConstraint { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank < 2) throw new ShapeException($"the input has shape {input}. Expected a batch and at least one more axis.") { Actual = input };
        kernel = Weight("kernel", [input[-1], Units], KernelInitializer, KernelRegularizer, constraint: KernelConstraint);
        bias = UseBias ? Weight("bias", [Units], BiasInitializer, BiasRegularizer, constraint: BiasConstraint) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var y = A.Dot(Real(x), kernel);
        if (bias is not null) y = A.BiasAdd(y, bias);
        return Activation.Of(y);
    }
}
