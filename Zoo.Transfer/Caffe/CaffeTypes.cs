using Zoo.Transfer.Caffe.Converters;

namespace Zoo.Transfer.Caffe;

/// <summary>Caffe's layer types by name.</summary>
static class CaffeTypes
{
    /// <summary>How each type becomes part of a net.</summary>
    public static IReadOnlyDictionary<string, Func<CaffeLayer, Variable[]>> All { get; } = new Dictionary<string, Func<CaffeLayer, Variable[]>>
    {
        ["AbsVal"] = Elements.AbsVal,
        ["ArgMax"] = Shapes.ArgMax,
        ["BatchNorm"] = Normalizations.BatchNorm,
        ["BatchReindex"] = Shapes.BatchReindex,
        ["Bias"] = Normalizations.Bias,
        ["BNLL"] = Elements.Activation("softplus"),
        ["Clip"] = Elements.Clip,
        ["Concat"] = Shapes.Concat,
        ["Convolution"] = Convolutions.Convolution,
        ["ConvolutionDepthwise"] = Convolutions.Convolution,
        ["DepthwiseConvolution"] = Convolutions.Convolution,
        ["Crop"] = Shapes.Crop,
        ["Deconvolution"] = Convolutions.Deconvolution,
        ["DetectionOutput"] = Detections.DetectionOutput,
        ["Dropout"] = Elements.Dropout,
        ["DummyData"] = Shapes.DummyData,
        ["Eltwise"] = Elements.Eltwise,
        ["ELU"] = Elements.ELU,
        ["Embed"] = Convolutions.Embed,
        ["Exp"] = Elements.Exp,
        ["Filter"] = Shapes.Filter,
        ["Flatten"] = Shapes.Flatten,
        ["Im2col"] = Convolutions.Im2col,
        ["InnerProduct"] = Convolutions.InnerProduct,
        ["Log"] = Elements.Log,
        ["LRN"] = Normalizations.LRN,
        ["LSTM"] = Detections.Recurrent("lstm"),
        ["MVN"] = Normalizations.MVN,
        ["Normalize"] = Normalizations.Normalize,
        ["Permute"] = Shapes.Permute,
        ["Pooling"] = Poolings.Pooling,
        ["Power"] = Elements.Power,
        ["PReLU"] = Elements.PReLU,
        ["PriorBox"] = Detections.PriorBox,
        ["Reduction"] = Shapes.Reduction,
        ["ReLU"] = Elements.ReLU,
        ["Reshape"] = Shapes.Reshape,
        ["RNN"] = Detections.Recurrent("rnn"),
        ["Scale"] = Normalizations.Scale,
        ["Sigmoid"] = Elements.Activation("sigmoid"),
        ["Slice"] = Shapes.Slice,
        ["Softmax"] = Elements.Softmax,
        ["Split"] = Shapes.Split,
        ["SPP"] = Poolings.SPP,
        ["Swish"] = Elements.Swish,
        ["TanH"] = Elements.Activation("tanh"),
        ["Threshold"] = Elements.Threshold,
        ["Tile"] = Shapes.Tile,
    };

    static readonly string[] Others = ["Accuracy", "ContrastiveLoss", "Data", "EuclideanLoss", "HDF5Data", "HDF5Output", "HingeLoss", "ImageData", "InfogainLoss", "MemoryData", "MultinomialLogisticLoss", "SigmoidCrossEntropyLoss", "Silence", "WindowData"];

    /// <summary>Today's spelling of a name that differs in capitals only.</summary>
    public static string Spelled(string name) => All.Keys.Concat(Others).FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name;
}
