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
public sealed class Deconvolution(int filters, int[] kernelSize, int[] strides, int[] pads) : CaffeFilters(filters, kernelSize, strides, pads)
{
    private protected override (long In, long Out) Ends(long channels) => (Filters / Groups, channels);

    private protected override Variable Convolve(Variable last, Variable filters)
    {
        var sizes = Enumerable.Range(0, 2).Select(i => (A.SizeOf(last, i + 1) - 1) * Strides[i] + ((KernelSize[i] - 1) * Dilation[i] + 1));
        var y = ConvOps.Two.BackpropInput.Call([A.Stack([A.SizeOf(last, 0), .. sizes, A.Constant(Filters, DType.Int32)]), filters, last], ("strides", Around(Strides)), ("padding", "VALID"), ("dilations", Around(Dilation)));
        return Pads.Any(p => p > 0) ? y[.., Pads[0]..^Pads[0], Pads[1]..^Pads[1]] : y;
    }
}
