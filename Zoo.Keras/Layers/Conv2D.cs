using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Convolution of pictures [batch, height, width, channels] with square filters.</summary>
[KerasObject("keras.layers")]
public sealed class Conv2D(int filters, int kernelSize, ActivationFunction activation = default) : Layer
{
    Parameter kernel = null!;
    Parameter? bias;

    /// <summary>The number of filters: the channels of the result.</summary>
    public int Filters { get; } = filters > 0 ? filters : throw new ArgumentException($"Conv2D: {filters} filters were asked for. Expected a positive number.");

    /// <summary>Height and width of the filters.</summary>
    public int KernelSize { get; } = kernelSize > 0 ? kernelSize : throw new ArgumentException($"Conv2D: a kernel of size {kernelSize} was asked for. Expected a positive number.");

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; } = activation;

    /// <summary>The step of the window.</summary>
    public int Strides { get; init; } = 1;

    /// <summary><c>valid</c> (no padding) or <c>same</c>.</summary>
    public string Padding { get; init; } = "valid";

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The kernel's first value.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The bias' first value.</summary>
    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        kernel = Weight("kernel", [KernelSize, KernelSize, input[-1], Filters], KernelInitializer);
        bias = UseBias ? Weight("bias", [Filters], BiasInitializer) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var y = A.Conv2D(x, kernel, Strides, Padding.ToUpperInvariant());
        if (bias is not null) y = A.BiasAdd(y, bias);
        return Activation.Of(y);
    }
}
