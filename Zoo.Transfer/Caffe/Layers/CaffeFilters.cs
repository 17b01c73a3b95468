using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>What Caffe's two convolutions share: filters, windows, and a bias that is always the channels'. Inputs are channels first.</summary>
/// <param name="filters">The channels of the result.</param>
/// <param name="kernelSize">The sizes of the window.</param>
/// <param name="strides">The steps.</param>
/// <param name="pads">What is added to both sides of each axis, or cut from them.</param>
public abstract class CaffeFilters(int filters, int[] kernelSize, int[] strides, int[] pads) : Layer
{
    Parameter kernel = null!;
    Parameter? bias;

    /// <summary>The channels of the result.</summary>
    public int Filters { get; } = filters;

    /// <summary>The sizes of the window.</summary>
    public int[] KernelSize { get; } = kernelSize;

    /// <summary>The steps.</summary>
    public int[] Strides { get; } = strides;

    /// <summary>What is added to both sides of each axis, or cut from them.</summary>
    public int[] Pads { get; } = pads;

    /// <summary>In how many groups channels are split.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The distance of a filter's taps; 1 by default.</summary>
    public int[] Dilation { get; init; } = [.. kernelSize.Select(_ => 1)];

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The last two sizes of the filters, for inputs of some channels.</summary>
    private protected abstract (long In, long Out) Ends(long channels);

    /// <summary>The result, channels last, without the bias.</summary>
    private protected abstract Variable Convolve(Variable last, Variable filters);

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank != KernelSize.Length + 2 || input[1] < 0 || Groups <= 0 || Filters <= 0 || input[1] % Groups != 0 || Filters % Groups != 0)
            throw new ShapeException($"the input has shape {input}, and {Filters} filters in {Groups} groups are asked for. Expected {KernelSize.Length + 2} axes, and channels and filters that the groups divide.") { Actual = input };
        var (from, to) = Ends(input[1]);
        kernel = Weight("kernel", [.. KernelSize.Select(k => (long)k), from, to], Initializer.GlorotUniform);
        bias = UseBias ? Weight("bias", [Filters], Initializer.Zeros) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var y = Convolve(DataFormat.ChannelsFirst.ToLast(x), kernel);
        return DataFormat.ChannelsFirst.FromLast(bias is null ? y : A.BiasAdd(y, bias));
    }

    private protected static long[] Around(int[] sizes) => [1, .. sizes.Select(s => (long)s), 1];
}
