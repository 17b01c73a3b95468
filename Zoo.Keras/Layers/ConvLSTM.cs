namespace Zoo.Keras;

/// <summary>An LSTM over pictures (Shi et al., 2015): convolutions in place of matrix products. <see cref="ConvLSTM1D"/>, <see cref="ConvLSTM2D"/>, <see cref="ConvLSTM3D"/>.</summary>
public abstract class ConvLSTM : GatedLayer, IConvGates
{
    readonly int axes;

    private protected ConvLSTM(int axes, int filters, Sizes kernelSize)
    {
        this.axes = axes;
        Filters = filters > 0 ? filters : throw new ArgumentException($"{GetType().Name}: {filters} filters were asked for. Expected a positive number.");
        KernelSize = kernelSize.For(axes, $"{GetType().Name}: the kernel size");
        (Strides, DilationRate) = (1, 1);
    }

    /// <summary>The number of filters: the channels of the state and of the result.</summary>
    public int Filters { get; }

    int IGates.Units => Filters;

    /// <summary>The sizes of the filters.</summary>
    public Sizes KernelSize { get; }

    /// <summary>The step of the window over the inputs; 1 by default.</summary>
    public Sizes Strides { get; init => field = value.For(axes, $"{GetType().Name}: the strides"); }

    /// <summary><c>valid</c> or <c>same</c>, for the inputs; the state is always padded.</summary>
    public Padding Padding { get; init => field = value.NotCausal(GetType().Name); }

    /// <summary>Where the channels stand.</summary>
    public DataFormat DataFormat { get; init; }

    /// <summary>The distance of a filter's taps; 1 by default.</summary>
    public Sizes DilationRate { get; init => field = value.For(axes, $"{GetType().Name}: the dilation rate"); }

    /// <summary>The activation of the gates; sigmoid by default.</summary>
    public ActivationFunction RecurrentActivation { get; init; } = "sigmoid";

    /// <summary>Whether the bias of the forget gate begins with 1.</summary>
    public bool UnitForgetBias { get; init; } = true;


    private protected override RnnCell MakeCell() => new ConvLSTMCell(this, axes) { DTypePolicy = DTypePolicy };
}
