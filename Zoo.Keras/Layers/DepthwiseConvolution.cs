namespace Zoo.Keras;

/// <summary>Convolution of each channel with filters of its own, over one or two spatial axes: <see cref="DepthwiseConv1D"/>, <see cref="DepthwiseConv2D"/>.</summary>
public abstract class DepthwiseConvolution : Convolutional
{
    Parameter kernel = null!;

    private protected DepthwiseConvolution(int axes, Sizes kernelSize, ActivationFunction activation) : base(axes, kernelSize, activation) { }

    /// <summary>The number of filters of each channel.</summary>
    public int DepthMultiplier { get; init => field = Positive(value, "filters a channel"); } = 1;

    /// <summary>The kernel's first value.</summary>
    public Initializer DepthwiseInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? DepthwiseRegularizer { get; init; }

    /// <summary>What the kernel is forced to be after each update.</summary>
    public Constraint? DepthwiseConstraint { get; init; }

    private protected override long BuildFilters(long channels)
    {
        kernel = Weight("kernel", [.. KernelSize.Longs, channels, DepthMultiplier], DepthwiseInitializer, DepthwiseRegularizer, constraint: DepthwiseConstraint);
        return channels * DepthMultiplier;
    }

    private protected override Variable CallLast(Variable x) => Depthwise(x, kernel);
}
