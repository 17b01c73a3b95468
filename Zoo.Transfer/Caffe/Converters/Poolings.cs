using Zoo.Keras;
using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe.Converters;

/// <summary>Pooling, SPP.</summary>
static class Poolings
{
    public static Variable[] Pooling(CaffeLayer c)
    {
        var p = c.Settings.PoolingParam ?? new();
        var (shape, method, format, sizes) = (c.Input.Shape, Method(p.Pool), DataFormat.ChannelsFirst, new ConvolutionParameter());
        if (shape.Rank != 4) throw new GraphException($"its input has shape {shape}. Expected 4 axes");
        if (p.GlobalPooling)
        {
            if (method == "max") return [c.Apply(new GlobalMaxPooling2D { KeepDims = true, DataFormat = format }, c.Input)];
            if (method == "average") return [c.Apply(new GlobalAveragePooling2D { KeepDims = true, DataFormat = format }, c.Input)];
            if (!shape[2..].IsKnown) throw new GraphException($"its input has shape {shape}. Expected known sizes");
            (sizes.KernelH, sizes.KernelW) = (checked((uint)shape[2]), checked((uint)shape[3]));
        }
        else
        {
            if (p.HasKernelSize) sizes.KernelSize.Add(p.KernelSize);
            else if (p.HasKernelH && p.HasKernelW) (sizes.KernelH, sizes.KernelW) = (p.KernelH, p.KernelW);
            if (p.HasStrideH && p.HasStrideW) (sizes.StrideH, sizes.StrideW) = (p.StrideH, p.StrideW);
            else sizes.Stride.Add(p.Stride);
            if (p.HasPadH || p.HasPadW) (sizes.PadH, sizes.PadW) = (p.PadH, p.PadW);
            else sizes.Pad.Add(p.Pad);
        }
        var (w, ceil) = (new CaffeWindow(sizes, 2), p.RoundMode == PoolingParameter.Types.RoundMode.Ceil);
        if (method != "stochastic" && AsKeras(shape, w, ceil, method == "max") is { } padding)
            return [c.Apply(method == "max" ? new MaxPooling2D(w.Kernel) { Strides = w.Stride, Padding = padding, DataFormat = format }
                : new AveragePooling2D(w.Kernel) { Strides = w.Stride, Padding = padding, DataFormat = format }, c.Input)];
        return [c.Apply(new CaffePooling(method, w.Kernel, w.Stride, w.Pad) { Ceil = ceil }, c.Input)];
    }

    /// <summary>The padding with which Keras' layer has the same windows; null where there is none.</summary>
    static Padding? AsKeras(Shape shape, CaffeWindow w, bool ceil, bool max)
    {
        var (valid, same) = (true, true);
        for (var i = 0; i < 2; i++)
        {
            var (size, window, stride, pad) = (shape[i + 2], w.Kernel[i], w.Stride[i], w.Pad[i]);
            var (count, after) = CaffeWindows.Of(size, window, stride, pad, ceil);
            valid &= pad == 0 && after == 0;
            var before = Math.Max(0, (count - 1) * stride + window - size) / 2;
            // A mean counts Caffe's padding but not Keras'.
            same &= count == (size + stride - 1) / stride && before == pad && (max || pad == 0);
        }
        return valid ? Padding.Valid : same ? Padding.Same : (Padding?)null;
    }

    public static Variable[] SPP(CaffeLayer c)
    {
        var p = c.Settings.SppParam ?? new();
        return [c.Apply(new SPP(checked((int)p.PyramidHeight), Method(p.Pool)), c.Input)];
    }

    static string Method(PoolingParameter.Types.PoolMethod method) => method switch
    {
        PoolingParameter.Types.PoolMethod.Max => "max",
        PoolingParameter.Types.PoolMethod.Ave => "average",
        PoolingParameter.Types.PoolMethod.Stochastic => "stochastic",
        _ => throw new GraphException($"its method {method} is not known"),
    };
}
