using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// Convolution over one to three spatial axes, channels first, where no layer of Keras does the same: any padding, and a bias that is always the channels'.
/// </summary>
/// <param name="filters">The channels of the result.</param>
/// <param name="kernelSize">The sizes of the window.</param>
/// <param name="strides">The steps.</param>
/// <param name="pads">The zeros before and after each axis.</param>
[KerasObject(Package = "caffe")]
public sealed class CaffeConvolution(int filters, int[] kernelSize, int[] strides, int[] pads) : Layer
{
    Parameter kernel = null!;
    Parameter? bias;

    /// <summary>The channels of the result.</summary>
    public int Filters { get; } = filters;

    /// <summary>The sizes of the window.</summary>
    public int[] KernelSize { get; } = kernelSize;

    /// <summary>The steps.</summary>
    public int[] Strides { get; } = strides;

    /// <summary>The zeros before and after each axis.</summary>
    public int[] Pads { get; } = pads;

    /// <summary>In how many groups channels are split.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The distance of a filter's taps; 1 by default.</summary>
    public int[] Dilation { get; init; } = [.. kernelSize.Select(_ => 1)];

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank != KernelSize.Length + 2 || input[1] < 0 || Groups <= 0 || Filters <= 0 || input[1] % Groups != 0 || Filters % Groups != 0)
            throw new ShapeException($"the input has shape {input}, and {Filters} filters in {Groups} groups are asked for. Expected {KernelSize.Length + 2} axes, and channels and filters that the groups divide.") { Actual = input };
        kernel = Weight("kernel", [.. KernelSize.Select(k => (long)k), input[1] / Groups, Filters], Initializer.GlorotUniform);
        bias = UseBias ? Weight("bias", [Filters], Initializer.Zeros) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        x = DataFormat.ChannelsFirst.ToLast(x);
        Variable y;
        if (Pads.Length == 2)
            y = ConvOps.Two.Forward.Call([x, kernel], ("strides", Around(Strides)), ("padding", "EXPLICIT"), ("explicit_paddings", new long[] { 0, 0, Pads[0], Pads[0], Pads[1], Pads[1], 0, 0 }), ("dilations", Around(Dilation)));
        else
        {
            if (Pads.Any(p => p > 0)) x = A.Pad(x, [(0, 0), .. Pads.Select(p => (p, p)), (0, 0)]);
            y = Spatial.Conv(x, kernel, [.. Strides], "VALID", [.. Dilation]);
        }
        return DataFormat.ChannelsFirst.FromLast(bias is null ? y : A.BiasAdd(y, bias));
    }

    static long[] Around(int[] sizes) => [1, .. sizes.Select(s => (long)s), 1];
}
