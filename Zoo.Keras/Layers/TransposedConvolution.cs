using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Transposed convolution over one to three spatial axes: <see cref="Conv1DTranspose"/>, <see cref="Conv2DTranspose"/>, <see cref="Conv3DTranspose"/>.</summary>
public abstract class TransposedConvolution : Convolutional
{
    Parameter kernel = null!;

    private protected TransposedConvolution(int axes, int filters, Sizes kernelSize, ActivationFunction activation) : base(axes, kernelSize, activation) => Filters = Positive(filters, "filters");

    /// <summary>The number of filters: the channels of the result.</summary>
    public int Filters { get; }

    /// <summary>What is added to the smallest possible size of the result, less than the strides; by default the size that fits the padding.</summary>
    public Sizes? OutputPadding { get; init => field = value?.For(Axes, $"{GetType().Name}: the output padding", least: 0); }

    /// <summary>The kernel's first value.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>What the kernel is forced to be after each update.</summary>
    public Constraint? KernelConstraint { get; init; }

    private protected override long BuildFilters(long channels)
    {
        kernel = Weight("kernel", [.. KernelSize.Longs, Filters, channels], KernelInitializer, KernelRegularizer, constraint: KernelConstraint);
        return Filters;
    }

    private protected override Variable CallLast(Variable x) =>
        Spatial.ConvTranspose(x, kernel, [.. Enumerable.Range(0, Axes).Select(axis => Size(x, axis))], Strides.Longs, Padding.Upper, DilationRate.Longs);

    /// <summary>Keras' size of the result along an axis.</summary>
    Variable Size(Variable x, int axis)
    {
        var (stride, window) = (Strides[axis], (KernelSize[axis] - 1) * DilationRate[axis] + 1);
        var more = (Padding.Upper == "VALID", OutputPadding) switch
        {
            (true, var given) => window - stride + (given?[axis] ?? Math.Max(window, stride) - window),
            (false, null) => 0,
            (false, { } given) => window % 2 - stride + given[axis],
        };
        return x.Shape[axis + 1] is >= 0 and var size ? A.Constant(size * stride + more, DType.Int32) : A.SizeOf(x, axis + 1) * stride + more;
    }
}
