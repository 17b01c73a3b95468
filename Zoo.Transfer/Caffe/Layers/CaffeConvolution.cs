using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>Convolution over one to three spatial axes, channels first, where no layer of Keras does the same in one op: any padding, and a bias that is always the channels'.</summary>
/// <param name="filters">The channels of the result.</param>
/// <param name="kernelSize">The sizes of the window.</param>
/// <param name="strides">The steps.</param>
/// <param name="pads">The zeros before and after each axis.</param>
[KerasObject(Package = "caffe")]
public sealed class CaffeConvolution(int filters, int[] kernelSize, int[] strides, int[] pads) : CaffeFilters(filters, kernelSize, strides, pads)
{
    private protected override (long In, long Out) Ends(long channels) => (channels / Groups, Filters);

    private protected override Variable Convolve(Variable last, Variable filters)
    {
        if (Pads.Length == 2)
            return ConvOps.Two.Forward.Call([last, filters], ("strides", Around(Strides)), ("padding", "EXPLICIT"), ("explicit_paddings", new long[] { 0, 0, Pads[0], Pads[0], Pads[1], Pads[1], 0, 0 }), ("dilations", Around(Dilation)));
        if (Pads.Any(p => p > 0)) last = A.Pad(last, [(0, 0), .. Pads.Select(p => (p, p)), (0, 0)]);
        return Spatial.Conv(last, filters, [.. Strides], "VALID", [.. Dilation]);
    }
}
