using Zoo.Keras;
using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>Convolutions and poolings as Caffe has them.</summary>
static class CaffeWindowForms
{
    public static LayerParameter Convolution(Layer layer, Shape input)
    {
        if (layer is SpatialLayer { DataFormat.IsFirst: false }) throw new GraphException("its channels are last. Expected channels_first, Caffe's layout");
        var (p, channels) = (new ConvolutionParameter(), input[1]);
        switch (layer)
        {
            case CaffeFilters l: Set(p, l.Filters, l.Groups, l.UseBias, l.KernelSize, l.Strides, l.Pads, l.Dilation); break;
            case Convolution l: Set(p, l.Filters, l.Groups, l.UseBias, All(l.KernelSize), All(l.Strides), Pads(l, input), All(l.DilationRate)); break;
            case DepthwiseConvolution l: Set(p, checked((int)channels * l.DepthMultiplier), (int)channels, l.UseBias, All(l.KernelSize), All(l.Strides), Pads(l, input), All(l.DilationRate)); break;
            case TransposedConvolution l:
                if (l.Padding.Upper != "VALID" || l.Pads is not null || l.OutputPadding is { } more && All(more).Any(m => m > 0) || Enumerable.Range(0, l.Strides.Count).Any(i => (l.KernelSize[i] - 1) * l.DilationRate[i] + 1 < l.Strides[i]))
                    throw new GraphException("its result is larger or smaller than Caffe's. Expected padding 'valid', and windows that are no less than the steps");
                Set(p, l.Filters, 1, l.UseBias, All(l.KernelSize), All(l.Strides), [.. All(l.KernelSize).Select(_ => 0)], All(l.DilationRate));
                break;
        }
        return new() { Type = layer is TransposedConvolution or Deconvolution ? "Deconvolution" : "Convolution", ConvolutionParam = p };
    }

    static void Set(ConvolutionParameter p, int filters, int groups, bool bias, int[] kernel, int[] strides, int[] pads, int[] dilation)
    {
        (p.NumOutput, p.BiasTerm) = ((uint)filters, bias);
        if (groups != 1) p.Group = (uint)groups;
        p.KernelSize.Add(Numbers(kernel));
        p.Stride.Add(Numbers(strides));
        p.Pad.Add(Numbers(pads));
        if (dilation.Any(d => d != 1)) p.Dilation.Add(Numbers(dilation));
    }

    /// <summary>Caffe's padding, which is the same on both sides.</summary>
    static int[] Pads(Convolutional layer, Shape input)
    {
        var pads = new int[layer.KernelSize.Count];
        if (layer.Padding.IsCausal) throw new GraphException("its padding is causal. Expected the same on both sides");
        if (layer.Pads is { } given)
        {
            if (layer.Padding.Upper != "VALID" || Enumerable.Range(0, pads.Length).Any(i => given[i].Before != given[i].After)) throw new GraphException($"it pads by {given} and '{layer.Padding}'. Expected the same on both sides, and 'valid'");
            return [.. pads.Select((_, i) => given[i].Before)];
        }
        for (var i = 0; i < pads.Length && layer.Padding.Upper == "SAME"; i++)
        {
            var (window, stride, size) = ((layer.KernelSize[i] - 1) * layer.DilationRate[i] + 1, layer.Strides[i], input[i + 2]);
            if (size < 0 && stride > 1) throw new GraphException($"its input has shape {input}, and the padding depends on its size. Expected known sizes");
            var all = stride == 1 ? window - 1 : Math.Max(0, ((size + stride - 1) / stride - 1) * stride + window - size);
            if (all % 2 != 0) throw new GraphException($"'same' pads axis {i + 2} by {all}, one side more than the other. Expected the same on both");
            pads[i] = (int)all / 2;
        }
        return pads;
    }

    public static LayerParameter Pooling(Layer layer, Shape input, Shape result)
    {
        if (layer is SpatialLayer { DataFormat.IsFirst: false }) throw new GraphException("its channels are last. Expected channels_first, Caffe's layout");
        if (input.Rank != 4) throw new GraphException($"its input has shape {input}. Expected 4 axes");
        PoolingParameter p = new();
        switch (layer)
        {
            case GlobalPooling l:
                if (!l.KeepDims) throw new GraphException("its result has 2 axes. Expected KeepDims, and a Flatten behind");
                (p.Pool, p.GlobalPooling) = (l is GlobalMaxPooling2D ? PoolingParameter.Types.PoolMethod.Max : PoolingParameter.Types.PoolMethod.Ave, true);
                break;
            case CaffePooling l: Set(p, Method(l.Method), l.PoolSize, l.Strides, l.Pads, l.Ceil); break;
            case Pooling l:
                var (sizes, strides, max) = (All(l.PoolSize), All(l.Strides!.Value), l is MaxPooling2D);
                var pads = Enumerable.Range(0, 2).Select(i => l.Padding.Upper == "VALID" ? 0 : (int)(Math.Max(0, (result[i + 2] - 1) * strides[i] + sizes[i] - input[i + 2]) / 2)).ToArray();
                if (!max && pads.Any(n => n > 0)) throw new GraphException("its padding does not count in the mean, in Caffe it does. Expected padding 'valid'");
                var ceil = Array.FindIndex([true, false], up => Enumerable.Range(0, 2).All(i => CaffeWindows.Of(input[i + 2], sizes[i], strides[i], pads[i], up).Count == result[i + 2]));
                if (ceil < 0) throw new GraphException($"Caffe makes no {result} of {input}. Expected windows that fit");
                Set(p, max ? PoolingParameter.Types.PoolMethod.Max : PoolingParameter.Types.PoolMethod.Ave, sizes, strides, pads, ceil == 0);
                break;
        }
        return new() { Type = "Pooling", PoolingParam = p };
    }

    static void Set(PoolingParameter p, PoolingParameter.Types.PoolMethod method, int[] sizes, int[] strides, int[] pads, bool ceil)
    {
        p.Pool = method;
        (p.KernelH, p.KernelW, p.StrideH, p.StrideW, p.PadH, p.PadW) = ((uint)sizes[0], (uint)sizes[1], (uint)strides[0], (uint)strides[1], (uint)pads[0], (uint)pads[1]);
        if (!ceil) p.RoundMode = PoolingParameter.Types.RoundMode.Floor;
    }

    public static PoolingParameter.Types.PoolMethod Method(string method) => method switch
    {
        "max" => PoolingParameter.Types.PoolMethod.Max,
        "average" => PoolingParameter.Types.PoolMethod.Ave,
        _ => PoolingParameter.Types.PoolMethod.Stochastic,
    };

    public static IEnumerable<uint> Numbers(IEnumerable<int> values) => values.Select(v => checked((uint)v));

    static int[] All(Sizes sizes) => [.. Enumerable.Range(0, sizes.Count).Select(i => sizes[i])];
}
