using Zoo.Autograd.Ops;

namespace Zoo.Keras;

/// <summary>
/// Convolution of each channel by itself, then one that mixes the channels place by place, over one or two spatial axes: <see cref="SeparableConv1D"/>, <see cref="SeparableConv2D"/>.
/// </summary>
public abstract class SeparableConvolution : Convolutional
{
    Parameter depthwise = null!, pointwise = null!;

    private protected SeparableConvolution(int axes, int filters, Sizes kernelSize, ActivationFunction activation) : base(axes, kernelSize, activation) => Filters = Positive(filters, "filters");

    /// <summary>The number of filters: the channels of the result.</summary>
    public int Filters { get; }

    /// <summary>The number of filters of each channel in the first convolution.</summary>
    public int DepthMultiplier { get; init => field = Positive(value, "filters a channel"); } = 1;

    /// <summary>The first value of the filters of each channel.</summary>
    public Initializer DepthwiseInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The first value of the filters that mix the channels.</summary>
    public Initializer PointwiseInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>A penalty on the filters of each channel.</summary>
    public Regularizer? DepthwiseRegularizer { get; init; }

    /// <summary>A penalty on the filters that mix the channels.</summary>
    public Regularizer? PointwiseRegularizer { get; init; }

    /// <summary>What the filters of each channel are forced to be after each update.</summary>
    public Constraint? DepthwiseConstraint { get; init; }

    /// <summary>What the filters that mix the channels are forced to be after each update.</summary>
    public Constraint? PointwiseConstraint { get; init; }

    private protected override long BuildFilters(long channels)
    {
        depthwise = Weight("depthwise_kernel", [.. KernelSize.Longs, channels, DepthMultiplier], DepthwiseInitializer, DepthwiseRegularizer, constraint: DepthwiseConstraint);
        pointwise = Weight("pointwise_kernel", [.. Ones, channels * DepthMultiplier, Filters], PointwiseInitializer, PointwiseRegularizer, constraint: PointwiseConstraint);
        return Filters;
    }

    private protected override Variable CallLast(Variable x) => Spatial.Conv(Depthwise(x, depthwise), pointwise, Ones, "VALID", Ones);

    long[] Ones => [.. Enumerable.Repeat(1L, Axes)];
}
