using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Fully connected: activation(x · kernel + bias), for inputs [batch, features].</summary>
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

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        kernel = Weight("kernel", [input[-1], Units], KernelInitializer);
        bias = UseBias ? Weight("bias", [Units], BiasInitializer) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var y = A.MatMul(x, kernel);
        if (bias is not null) y = A.BiasAdd(y, bias);
        return Activation.Of(y);
    }
}
