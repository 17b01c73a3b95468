using Zoo.Keras;
using Zoo.Keras.Torch;
using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>Layers as Caffe has them: what <see cref="CaffeTypes"/> reads, the other way.</summary>
static class CaffeForms
{
    /// <summary>A layer without names and weights; null where Caffe has no such type.</summary>
    /// <exception cref="GraphException">Caffe's type cannot do what the layer does.</exception>
    public static LayerParameter? Of(Layer layer, Shape[] inputs, Shape[] results) => layer switch
    {
        Convolution or DepthwiseConvolution or TransposedConvolution or CaffeFilters => CaffeWindowForms.Convolution(layer, inputs[0]),
        Pooling or GlobalPooling or CaffePooling => CaffeWindowForms.Pooling(layer, inputs[0], results[0]),
        Dense l => new() { Type = "InnerProduct", InnerProductParam = new() { NumOutput = (uint)l.Units, BiasTerm = l.UseBias, Axis = results[0].Rank - 1 } },
        Embed l => new() { Type = "Embed", EmbedParam = new() { InputDim = (uint)l.InputDim, NumOutput = (uint)l.OutputDim, BiasTerm = l.UseBias } },
        Im2col l => new() { Type = "Im2col", ConvolutionParam = new() { KernelSize = { CaffeWindowForms.Numbers(l.KernelSize) }, Stride = { CaffeWindowForms.Numbers(l.Strides) }, Pad = { CaffeWindowForms.Numbers(l.Pads) }, Dilation = { CaffeWindowForms.Numbers(l.Dilation) } } },
        BatchNormalization l => l.Axis != 1 && l.Axis != 1 - inputs[0].Rank ? throw new GraphException($"its axis is {l.Axis}. Expected 1") : l.Center || l.Scale ? throw new GraphException("it has a beta or gamma, which Caffe has as a Scale layer. Expected Center and Scale false, and a ChannelScale behind")
            : new() { Type = "BatchNorm", BatchNormParam = new() { UseGlobalStats = true, MovingAverageFraction = (float)l.Momentum, Eps = (float)l.Epsilon } },
        ChannelScale { UseScale: true } l => new() { Type = "Scale", ScaleParam = new() { Axis = l.Axis, NumAxes = l.Axes, BiasTerm = l.UseBias } },
        ChannelScale l => new() { Type = "Bias", BiasParam = new() { Axis = l.Axis, NumAxes = l.Axes } },
        LRN2D { DataFormat.IsFirst: true } l => new() { Type = "LRN", LrnParam = new() { LocalSize = (uint)l.N, Alpha = (float)l.Alpha, Beta = (float)l.Beta, K = (float)l.K } },
        WithinChannelLRN2D { DataFormat.IsFirst: true } l => new() { Type = "LRN", LrnParam = new() { LocalSize = (uint)l.Size, Alpha = (float)l.Alpha, Beta = (float)l.Beta, NormRegion = LRNParameter.Types.NormRegion.WithinChannel } },
        MVN l => new() { Type = "MVN", MvnParam = new() { AcrossChannels = l.AcrossChannels, NormalizeVariance = l.NormalizeVariance, Eps = (float)l.Epsilon } },
        Normalize l => new() { Type = "Normalize", NormParam = new() { AcrossSpatial = l.AcrossSpatial, ChannelShared = l.ChannelShared, Eps = (float)l.Epsilon } },
        ReLU l => l.MaxValue is not null || l.Threshold != 0 ? throw new GraphException("it has a largest value or a threshold. Expected none") : ReLU(l.NegativeSlope),
        LeakyReLU l => ReLU(l.NegativeSlope),
        PReLU l => new() { Type = "PReLU", PreluParam = new() { ChannelShared = PReLUShares(l, inputs[0]) } },
        ELU l => new() { Type = "ELU", EluParam = new() { Alpha = (float)l.Alpha } },
        Swish l => new() { Type = "Swish", SwishParam = new() { Beta = (float)l.Beta } },
        Softmax l => new() { Type = "Softmax", SoftmaxParam = new() { Axis = l.Axis.Axes is [var one] ? one : throw new GraphException("it has several axes. Expected one") } },
        Activation l => Activation(l.Function, results[0]) ?? new() { Type = "Split" },
        Dropout l => new() { Type = "Dropout", DropoutParam = new() { DropoutRatio = (float)l.Rate } },
        Add => Eltwise(EltwiseParameter.Types.EltwiseOp.Sum),
        Multiply => Eltwise(EltwiseParameter.Types.EltwiseOp.Prod),
        Maximum => Eltwise(EltwiseParameter.Types.EltwiseOp.Max),
        Subtract => Eltwise(EltwiseParameter.Types.EltwiseOp.Sum, 1, -1),
        WeightedSum l => Eltwise(EltwiseParameter.Types.EltwiseOp.Sum, l.Coefficients),
        Concatenate l => new() { Type = "Concat", ConcatParam = new() { Axis = l.Axis } },
        Slice l => new() { Type = "Slice", SliceParam = new() { Axis = l.Axis, SlicePoint = { CaffeWindowForms.Numbers(l.Points) } } },
        Crop l => new() { Type = "Crop", CropParam = new() { Axis = l.Axis, Offset = { CaffeWindowForms.Numbers(l.Offsets) } } },
        Flatten l => l.DataFormat.IsFirst ? throw new GraphException("it moves the channels. Expected channels_last, which keeps the order") : new() { Type = "Flatten" },
        Reshape l => Reshaped([0, .. l.TargetShape]),
        WholeReshape l => Reshaped(l.TargetShape),
        Permute l => new() { Type = "Permute", PermuteParam = new() { Order = { CaffeWindowForms.Numbers([0, .. l.Dims]) } } },
        WholePermute l => new() { Type = "Permute", PermuteParam = new() { Order = { CaffeWindowForms.Numbers(l.Order) } } },
        Tile l => new() { Type = "Tile", TileParam = new() { Axis = l.Axis, Tiles = l.Tiles } },
        BatchReindex => new() { Type = "BatchReindex" },
        Filter => new() { Type = "Filter" },
        Power l => new() { Type = "Power", PowerParam = new() { Power = (float)l.Exponent, Scale = (float)l.Scale, Shift = (float)l.Shift } },
        Exponential l => new() { Type = "Exp", ExpParam = new() { Base = (float)l.NumberBase, Scale = (float)l.Scale, Shift = (float)l.Shift } },
        Logarithm l => new() { Type = "Log", LogParam = new() { Base = (float)l.NumberBase, Scale = (float)l.Scale, Shift = (float)l.Shift } },
        AbsoluteValue => new() { Type = "AbsVal" },
        BinaryThreshold l => new() { Type = "Threshold", ThresholdParam = new() { Threshold = (float)l.Value } },
        HardTanh l => new() { Type = "Clip", ClipParam = new() { Min = (float)l.MinValue, Max = (float)l.MaxValue } },
        TailReduction l => new() { Type = "Reduction", ReductionParam = new() { Operation = Enum.Parse<ReductionParameter.Types.ReductionOp>(l.Operation, ignoreCase: true), Axis = l.Axis, Coeff = (float)l.Coefficient } },
        ArgMax l => Ranked(l),
        SPP l => new() { Type = "SPP", SppParam = new() { PyramidHeight = (uint)l.PyramidHeight, Pool = CaffeWindowForms.Method(l.Method) } },
        PriorBox l => Boxes(l),
        DetectionOutput l => Detections(l),
        CaffeRecurrent l => new() { Type = l.Cell == "lstm" ? "LSTM" : "RNN", RecurrentParam = new() { NumOutput = (uint)l.Units, ExposeHidden = l.ExposeHidden } },
        _ => null,
    };

    /// <summary>Layers that work in place behind: an activation that a layer of Keras has within.</summary>
    public static IEnumerable<LayerParameter> Behind(Layer layer, Shape result)
    {
        var within = layer switch { Convolutional l => l.Activation, Dense l => l.Activation, _ => default };
        if (Activation(within, result) is { } form) yield return form;
    }

    static LayerParameter? Activation(ActivationFunction function, Shape shape) => function.Name switch
    {
        "linear" => null,
        "relu" => ReLU(0),
        "sigmoid" => new() { Type = "Sigmoid" },
        "tanh" => new() { Type = "TanH" },
        "softplus" => new() { Type = "BNLL" },
        "elu" => new() { Type = "ELU" },
        "silu" => new() { Type = "Swish" },
        "softmax" => new() { Type = "Softmax", SoftmaxParam = new() { Axis = shape.Rank - 1 } },
        var other => throw new GraphException($"Caffe has no activation '{other ?? "that is a C# expression"}'"),
    };

    static LayerParameter ReLU(double slope)
    {
        LayerParameter layer = new() { Type = "ReLU" };
        if (slope != 0) layer.ReluParam = new() { NegativeSlope = (float)slope };
        return layer;
    }

    static bool PReLUShares(PReLU layer, Shape input)
    {
        var shared = (layer.SharedAxes ?? []).Order().ToArray();
        return shared.SequenceEqual(Enumerable.Range(2, Math.Max(0, input.Rank - 2))) ? false : shared.SequenceEqual(Enumerable.Range(1, input.Rank - 1)) ? true
            : throw new GraphException($"its slopes are shared along the axes ({string.Join(", ", shared)}). Expected all behind the channels, or all");
    }

    static LayerParameter Eltwise(EltwiseParameter.Types.EltwiseOp operation, params double[] coefficients) =>
        new() { Type = "Eltwise", EltwiseParam = new() { Operation = operation, Coeff = { coefficients.Select(c => (float)c) } } };

    static LayerParameter Reshaped(long[] dims) => new() { Type = "Reshape", ReshapeParam = new() { Shape = new() { Dim = { dims } } } };

    static LayerParameter Ranked(ArgMax layer)
    {
        LayerParameter written = new() { Type = "ArgMax", ArgmaxParam = new() { TopK = (uint)layer.TopK, OutMaxVal = layer.OutMaxVal } };
        if (layer.Axis is { } axis) written.ArgmaxParam.Axis = axis;
        return written;
    }

    static LayerParameter Detections(DetectionOutput layer)
    {
        DetectionOutputParameter p = new()
        {
            NumClasses = (uint)layer.NumClasses,
            ShareLocation = layer.ShareLocation,
            BackgroundLabelId = layer.BackgroundLabel,
            CodeType = layer.CodeType switch { "center_size" => PriorBoxParameter.Types.CodeType.CenterSize, "corner_size" => PriorBoxParameter.Types.CodeType.CornerSize, _ => PriorBoxParameter.Types.CodeType.Corner },
            VarianceEncodedInTarget = layer.VarianceEncoded,
            NmsParam = new() { NmsThreshold = (float)layer.NmsThreshold },
            KeepTopK = layer.KeepTopK,
        };
        if (layer.TopK >= 0) p.NmsParam.TopK = layer.TopK;
        if (layer.Eta != 1) p.NmsParam.Eta = (float)layer.Eta;
        if (layer.ConfidenceThreshold > float.MinValue) p.ConfidenceThreshold = (float)layer.ConfidenceThreshold;
        return new() { Type = "DetectionOutput", DetectionOutputParam = p };
    }

    static LayerParameter Boxes(PriorBox layer)
    {
        PriorBoxParameter p = new()
        {
            MinSize = { layer.MinSizes.Select(v => (float)v) },
            MaxSize = { layer.MaxSizes.Select(v => (float)v) },
            AspectRatio = { layer.AspectRatios.Select(v => (float)v) },
            Variance = { layer.Variances.Select(v => (float)v) },
            Flip = layer.Flip,
            Clip = layer.Clip,
            Offset = (float)layer.Offset,
        };
        if (layer.ImageSize[0] > 0) (p.ImgH, p.ImgW) = ((uint)layer.ImageSize[0], (uint)layer.ImageSize[1]);
        if (layer.Steps[0] > 0) (p.StepH, p.StepW) = ((float)layer.Steps[0], (float)layer.Steps[1]);
        return new() { Type = "PriorBox", PriorBoxParam = p };
    }
}
