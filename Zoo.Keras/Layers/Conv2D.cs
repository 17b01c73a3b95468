using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Convolution of pictures [batch, height, width, channels].</summary>
/// <example><code>var y = x >> new Conv2D(32, 3, "relu") { Padding = "same" };</code></example>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer")]
public sealed class Conv2D(int filters, Size2D kernelSize, ActivationFunction activation = default) : Layer
{
    Parameter kernel = null!;
    Parameter? bias;

    /// <summary>The number of filters: the channels of the result.</summary>
    public int Filters { get; } = filters > 0 ? filters : throw new ArgumentException($"Conv2D: {filters} filters were asked for. Expected a positive number.");

    /// <summary>Height and width of the filters.</summary>
    public Size2D KernelSize { get; } = kernelSize.Positive("Conv2D: the kernel size");

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; } = activation;

    /// <summary>The step of the window.</summary>
    public Size2D Strides { get; init => field = value.Positive("Conv2D: the strides"); } = 1;

    /// <summary><c>valid</c> or <c>same</c>.</summary>
    public Padding Padding { get; init; }

    /// <summary>Where the channels stand.</summary>
    public DataFormat DataFormat { get; init; }

    /// <summary>The distance of a filter's taps.</summary>
    public Size2D DilationRate { get; init => field = value.Positive("Conv2D: the dilation rate"); } = 1;

    /// <summary>In how many groups channels and filters are split; each filter sees the channels of its group.</summary>
    public int Groups { get; init => field = value > 0 ? value : throw new ArgumentException($"Conv2D: {value} groups were asked for. Expected a positive number."); } = 1;

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
    protected override void Build(Shape input)
    {
        if (input.Rank != 4) throw new ShapeException($"the input has shape {input}. Expected pictures: {(DataFormat.IsFirst ? "[batch, channels, height, width]" : "[batch, height, width, channels]")}.") { Actual = input };
        var channels = input[DataFormat.ChannelAxis];
        if (channels % Groups != 0 || Filters % Groups != 0)
            throw new ShapeException($"{channels} channels and {Filters} filters do not split into {Groups} groups. Expected multiples of {Groups}.") { Actual = input };
        kernel = Weight("kernel", [KernelSize.Height, KernelSize.Width, channels < 0 ? channels : channels / Groups, Filters], KernelInitializer, KernelRegularizer, constraint: KernelConstraint);
        bias = UseBias ? Weight("bias", [Filters], BiasInitializer, BiasRegularizer, constraint: BiasConstraint) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var y = ConvOps.Conv2D.Call([DataFormat.ToLast(x), kernel], ("strides", Strides.AsWindow), ("padding", Padding.Upper), ("dilations", DilationRate.AsWindow));
        if (bias is null) return Activation.Of(DataFormat.FromLast(y));
        // Keras on TensorFlow takes the last axis for the channels wherever its size is that of the bias, channels first too.
        var along = DataFormat.FromLast(y).Shape[-1] == Filters && Filters > 1 ? A.BiasAdd(DataFormat.FromLast(y), bias) : DataFormat.FromLast(A.BiasAdd(y, bias));
        return Activation.Of(along);
    }
}
