using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// Transposed convolution of pictures [batch, channels, height, width] where no layer of Keras does the same, as in groups: the result has (size − 1) · stride + window − 2 · pad places.
/// </summary>
/// <param name="filters">The channels of the result.</param>
/// <param name="kernelSize">The window's height and width.</param>
/// <param name="strides">The steps.</param>
/// <param name="pads">What is cut from both sides.</param>
[KerasObject(Package = "caffe")]
public sealed class Deconvolution(int filters, int[] kernelSize, int[] strides, int[] pads) : Layer
{
    Parameter kernel = null!;
    Parameter? bias;

    /// <summary>The channels of the result.</summary>
    public int Filters { get; } = filters;

    /// <summary>The window's height and width.</summary>
    public int[] KernelSize { get; } = kernelSize;

    /// <summary>The steps along height and width.</summary>
    public int[] Strides { get; } = strides;

    /// <summary>What is cut from both sides of height and width.</summary>
    public int[] Pads { get; } = pads;

    /// <summary>In how many groups channels are split.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The distance of a filter's taps; 1 by default.</summary>
    public int[] Dilation { get; init; } = [1, 1];

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank != 4 || input[1] < 0 || Groups <= 0 || Filters <= 0 || input[1] % Groups != 0 || Filters % Groups != 0)
            throw new ShapeException($"the input has shape {input}, and {Filters} filters in {Groups} groups are asked for. Expected 4 axes, and channels and filters that the groups divide.") { Actual = input };
        kernel = Weight("kernel", [KernelSize[0], KernelSize[1], Filters / Groups, input[1]], Initializer.GlorotUniform);
        bias = UseBias ? Weight("bias", [Filters], Initializer.Zeros) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        x = DataFormat.ChannelsFirst.ToLast(x);
        var sizes = Enumerable.Range(0, 2).Select(i => (A.SizeOf(x, i + 1) - 1) * Strides[i] + ((KernelSize[i] - 1) * Dilation[i] + 1)).ToArray();
        var attrs = Attrs.Of(("strides", Spatial.Around([.. Strides], 1)), ("padding", "VALID"), ("dilations", Spatial.Around([.. Dilation], 1)));
        var y = ConvOps.Two.BackpropInput.Call([A.Stack([A.SizeOf(x, 0), .. sizes, A.Constant(Filters, DType.Int32)]), kernel, x], attrs).Out;
        if (bias is not null) y = A.BiasAdd(y, bias);
        y = DataFormat.ChannelsFirst.FromLast(y);
        return Pads.Any(p => p > 0) ? y[.., .., Pads[0]..^Pads[0], Pads[1]..^Pads[1]] : y;
    }
}
