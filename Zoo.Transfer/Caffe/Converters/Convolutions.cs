using Zoo.Keras;
using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe.Converters;

/// <summary>Convolution, Deconvolution, InnerProduct, Embed, Im2col: layers with filters.</summary>
static class Convolutions
{
    public static Variable[] Convolution(CaffeLayer c)
    {
        var p = c.Settings.ConvolutionParam ?? new();
        var (shape, axes) = First(c, p);
        var w = new CaffeWindow(p, axes);
        int filters = Number(p.NumOutput), groups = Number(p.Group);
        // What "same" of Keras adds with a step of 1 depends on no size.
        var same = Enumerable.Range(0, axes).All(i => w.Stride[i] == 1 && 2L * w.Pad[i] == (long)w.Dilation[i] * (w.Kernel[i] - 1));
        var width = shape[^1] < 0 ? Dim.Any : (shape[^1] + 2L * w.Pad[^1] - w.Dilation[^1] * (w.Kernel[^1] - 1L) - 1) / w.Stride[^1] + 1;
        var (padding, format) = (same ? Padding.Same : Padding.Valid, DataFormat.ChannelsFirst);
        var depthwise = groups > 1 && groups == shape[1] && filters % groups == 0;
        Layer layer = same || w.Pad.All(n => n == 0) ? (depthwise, axes) switch
        {
            _ when KerasAddsElsewhere(p, filters, width) => Own(),
            (true, 1) => new DepthwiseConv1D(w.Kernel) { DepthMultiplier = filters / groups, Strides = w.Stride, Padding = padding, DilationRate = w.Dilation, UseBias = p.BiasTerm, DataFormat = format },
            (true, 2) => new DepthwiseConv2D(w.Kernel) { DepthMultiplier = filters / groups, Strides = w.Stride, Padding = padding, DilationRate = w.Dilation, UseBias = p.BiasTerm, DataFormat = format },
            (_, 1) => new Conv1D(filters, w.Kernel) { Groups = groups, Strides = w.Stride, Padding = padding, DilationRate = w.Dilation, UseBias = p.BiasTerm, DataFormat = format },
            (_, 2) => new Conv2D(filters, w.Kernel) { Groups = groups, Strides = w.Stride, Padding = padding, DilationRate = w.Dilation, UseBias = p.BiasTerm, DataFormat = format },
            _ => new Conv3D(filters, w.Kernel) { Groups = groups, Strides = w.Stride, Padding = padding, DilationRate = w.Dilation, UseBias = p.BiasTerm, DataFormat = format },
        }
        : Own();
        return [.. c.Inputs.Select(v => c.Apply(layer, v))];

        Layer Own() => new CaffeConvolution(filters, w.Kernel, w.Stride, w.Pad) { Groups = groups, Dilation = w.Dilation, UseBias = p.BiasTerm };
    }

    public static Variable[] Deconvolution(CaffeLayer c)
    {
        var p = c.Settings.ConvolutionParam ?? new();
        var (shape, axes) = First(c, p);
        if (axes != 2) throw new GraphException($"it has {axes} spatial axes. Expected 2");
        var (w, filters) = (new CaffeWindow(p, 2), Number(p.NumOutput));
        var width = shape[^1] < 0 ? Dim.Any : (shape[^1] - 1) * w.Stride[1] + (w.Kernel[1] - 1L) * w.Dilation[1] + 1;
        // Keras adds what is missing to whole steps; Caffe does not.
        var less = Enumerable.Range(0, 2).Any(i => (w.Kernel[i] - 1L) * w.Dilation[i] + 1 < w.Stride[i]);
        Layer layer = p.Group != 1 || less || w.Pad.Any(n => n > 0) || KerasAddsElsewhere(p, filters, width)
            ? new Deconvolution(filters, w.Kernel, w.Stride, w.Pad) { Groups = Number(p.Group), Dilation = w.Dilation, UseBias = p.BiasTerm }
            : new Conv2DTranspose(filters, w.Kernel) { Strides = w.Stride, DilationRate = w.Dilation, UseBias = p.BiasTerm, DataFormat = DataFormat.ChannelsFirst };
        return [.. c.Inputs.Select(v => c.Apply(layer, v))];
    }

    /// <summary>Keras adds the bias along the last axis where that has its size, channels first too.</summary>
    static bool KerasAddsElsewhere(ConvolutionParameter p, int filters, long width) => p.BiasTerm && filters > 1 && (width < 0 || width == filters);

    public static Variable[] InnerProduct(CaffeLayer c)
    {
        var p = c.Settings.InnerProductParam ?? new();
        var shape = c.Input.Shape;
        var axis = shape.Axis(p.Axis, "axis");
        if (axis == 0) throw new GraphException("its axis is the batch. Expected a later one");
        if (!shape[axis..].IsKnown) throw new GraphException($"its input has shape {shape}. Expected known sizes");
        if (p.Transpose && c.Blobs is [{ Shape.Rank: 2 } kernel, ..]) c.Blobs = [CaffeBlob.Permute(kernel, [1, 0]), .. c.Blobs.Skip(1)];
        var x = axis == shape.Rank - 1 ? c.Input : c.Beside("flatten", axis == 1 ? new Flatten() : new Reshape([.. shape.Dims[1..axis], shape[axis..].Elements]), c.Input);
        return [c.Apply(new Dense(Number(p.NumOutput)) { UseBias = p.BiasTerm }, x)];
    }

    public static Variable[] Embed(CaffeLayer c)
    {
        var p = c.Settings.EmbedParam ?? new();
        return [c.Apply(new Embed(Number(p.InputDim), Number(p.NumOutput)) { UseBias = p.BiasTerm }, c.Input)];
    }

    public static Variable[] Im2col(CaffeLayer c)
    {
        var w = new CaffeWindow(c.Settings.ConvolutionParam ?? new(), 2);
        return [c.Apply(new Im2col(w.Kernel, w.Stride, w.Pad, w.Dilation), c.Input)];
    }

    static (Shape Shape, int SpatialAxes) First(CaffeLayer c, ConvolutionParameter p)
    {
        if (c.Inputs.Count == 0) throw new GraphException("it has no bottom");
        var x = c.Inputs[0];
        if (x.Shape.Rank is < 3 or > 5) throw new GraphException($"its input has shape {x.Shape}. Expected 3 to 5 axes");
        if (p.Axis != 1 && p.Axis != 1 - x.Shape.Rank) throw new GraphException($"its channels are axis {p.Axis}. Expected 1");
        return (x.Shape, x.Shape.Rank - 2);
    }

    static int Number(uint number) => number is > 0 and <= int.MaxValue ? (int)number : throw new GraphException($"it asks for {number} results, channels or groups. Expected a positive number");
}
