using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Convolution over one to three spatial axes: <see cref="Conv1D"/>, <see cref="Conv2D"/>, <see cref="Conv3D"/>.</summary>
public abstract class Convolution : Convolutional
{
    Parameter kernel = null!;

    private protected Convolution(int axes, int filters, Sizes kernelSize, ActivationFunction activation) : base(axes, kernelSize, activation) => Filters = Positive(filters, "filters");

    /// <summary>The number of filters: the channels of the result.</summary>
    public int Filters { get; }

    /// <summary>In how many groups channels and filters are split; each filter sees the channels of its group.</summary>
    public int Groups { get; init => field = Positive(value, "groups"); } = 1;

    /// <summary>The kernel's first value.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>What the kernel is forced to be after each update.</summary>
    public Constraint? KernelConstraint { get; init; }

    private protected override long BuildFilters(long channels)
    {
        if (channels % Groups != 0 || Filters % Groups != 0)
            throw new ShapeException($"{channels} channels and {Filters} filters do not split into {Groups} groups. Expected multiples of {Groups}.");
        kernel = Weight("kernel", [.. KernelSize.Longs, channels / Groups, Filters], KernelInitializer, KernelRegularizer, constraint: KernelConstraint);
        return Filters;
    }

    private protected override Variable CallLast(Variable x)
    {
        if (Padding.IsCausal) x = A.Pad(x, [(0, 0), ((KernelSize[0] - 1) * DilationRate[0], 0), (0, 0)]);
        return Spatial.Conv(x, kernel, Strides.Longs, Padding.Upper, DilationRate.Longs);
    }
}
