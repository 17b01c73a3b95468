using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: what all convolutions share: channels, bias, formats, checks.
/// <summary>What all layers share that slide filters over one to three spatial axes: the window, its steps, bias and activation.</summary>
[KerasAlways("activity_regularizer")]
public abstract class Convolutional : SpatialLayer
{
    Parameter? bias;
    long channels;

    private protected Convolutional(int axes, Sizes kernelSize, ActivationFunction activation) : base(axes)
    {
        (KernelSize, Activation) = (kernelSize.For(axes, $"{GetType().Name}: the kernel size"), activation);
        (Strides, DilationRate) = (1, 1);
    }

    /// <summary>The sizes of the filters.</summary>
    public Sizes KernelSize { get; }

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>The step of the window; 1 by default.</summary>
    public Sizes Strides { get; init => field = value.For(Axes, $"{GetType().Name}: the strides"); }

    /// <summary><c>valid</c> or <c>same</c>; in a Conv1D <c>causal</c> too.</summary>
    public Padding Padding { get; init => field = this is Conv1D ? value : value.NotCausal(GetType().Name); }

    /// <summary>Widths of zeros around the input, before any <see cref="Padding"/> (Analytics Zoo's and Caffe's explicit padding; Keras has no such key).</summary>
    [KerasOptional]
    public Borders? Pads { get; init => field = value?.For(Axes, $"{GetType().Name}: the pads"); }

    /// <summary>The distance of a filter's taps; 1 by default.</summary>
    public Sizes DilationRate { get; init => field = value.For(Axes, $"{GetType().Name}: the dilation rate"); }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The bias' first value.</summary>
    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>What the bias is forced to be after each update.</summary>
    public Constraint? BiasConstraint { get; init; }

    /// <summary>Makes the filters for inputs of some channels; the number of the result's.</summary>
    private protected abstract long BuildFilters(long channels);

    /// <inheritdoc/>
    protected sealed override void Build(Shape input)
    {
        CheckRank(input);
        channels = input[DataFormat.ChannelAxis];
        if (channels < 0) throw new ShapeException($"the input has shape {input}. Expected a known number of channels, for the filters are made for it. Give the Input its sizes.") { Actual = input };
        var filters = BuildFilters(channels);
        bias = UseBias ? Weight("bias", [filters], BiasInitializer, BiasRegularizer, constraint: BiasConstraint) : null;
    }

    /// <inheritdoc/>
    protected sealed override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        if (x.Shape[DataFormat.ChannelAxis] is >= 0 and var found && found != channels)
            throw new ShapeException($"the input has shape {x.Shape}, with {found} channels. Expected {channels}, for which the layer was built.") { Actual = x.Shape };
        var input = DataFormat.ToLast(Real(x));
        var y = CallLast(Pads is { } pads ? Around(input, pads, 1) : input);
        if (bias is null) return Activation.Of(DataFormat.FromLast(y));
        // Keras on TensorFlow takes the last axis for the channels wherever its size is that of the bias, channels first too.
        var filters = bias.Shape[0];
        return Activation.Of(DataFormat.FromLast(y).Shape[-1] == filters && filters > 1 ? A.BiasAdd(DataFormat.FromLast(y), bias) : DataFormat.FromLast(A.BiasAdd(y, bias)));
    }

    private protected Variable Depthwise(Variable x, Parameter kernel) => Spatial.Depthwise(x, kernel, Strides.Longs, Padding.Upper, DilationRate.Longs);

    /// <summary>A number of filters, channels or groups, checked.</summary>
    private protected int Positive(int number, string what) =>
        number > 0 ? number : throw new ArgumentException($"{GetType().Name}: {number} {what} were asked for. Expected a positive number.");
}
