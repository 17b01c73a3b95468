using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Layers;

/// <summary>A layer with arguments that are legal and seldom, and what it is called on.</summary>
/// <param name="Name">What is particular.</param>
/// <param name="Make">Makes the layer.</param>
/// <param name="Inputs">The shapes of samples.</param>
public sealed record LayerVariant(string Name, Func<DTypePolicy, Layer> Make, params Shape[] Inputs)
{
    /// <summary>The batch size, where the layer needs it.</summary>
    public int? Batch { get; init; }

    /// <summary>Whether inputs are small whole numbers.</summary>
    public bool Whole { get; init; }

    /// <summary>How the layer is called, where not on its inputs alone.</summary>
    public Func<Layer, Variable[], Variable[]>? Call { get; init; }

    /// <summary>Whether it takes no samples at all: TensorFlow's MirrorPad refuses them.</summary>
    public bool NeedsSamples { get; init; }

    public Variable[] Apply(DTypePolicy policy, Variable[] inputs)
    {
        var layer = Make(policy);
        return Call is null ? layer.ApplyMany(inputs) : Call(layer, inputs);
    }

    public override string ToString() => Name;

    static Variable[] Masked(Layer layer, Variable[] x) => layer.ApplyMany([new Masking(0).Apply(x[0]), .. x[1..]]);

    static Variable[] WithStates(Layer layer, Variable[] x) => layer.ApplyMany([x[0]], ("initial_state", x[1..]));

    static Variable[] MaskedWithStates(Layer layer, Variable[] x) => layer.ApplyMany([new Masking(0).Apply(x[0])], ("initial_state", x[1..]));

    public static IEnumerable<LayerVariant> All()
    {
        Shape steps = [5, 3], picture = [6, 5, 4], first = [4, 6, 5], volume = [4, 5, 4, 2];
        // recurrence
        foreach (var back in (bool[])[false, true])
            foreach (var sequences in (bool[])[false, true])
            {
                var how = $"{(back ? " backwards" : "")}{(sequences ? " sequences" : "")}";
                yield return new($"LSTM masked{how} with states", p => new LSTM(2) { DTypePolicy = p, GoBackwards = back, ReturnSequences = sequences, ReturnState = true }, steps, [2], [2]) { Call = MaskedWithStates };
                yield return new($"GRU before masked{how} with states", p => new GRU(2) { DTypePolicy = p, ResetAfter = false, GoBackwards = back, ReturnSequences = sequences, ReturnState = true }, steps, [2]) { Call = MaskedWithStates };
                yield return new($"SimpleRNN masked{how} stateful", p => new SimpleRNN(2) { DTypePolicy = p, Stateful = true, GoBackwards = back, ReturnSequences = sequences, ReturnState = true }, steps) { Call = Masked, Batch = 3 };
                yield return new($"LSTM stateful{how} with states", p => new LSTM(2) { DTypePolicy = p, Stateful = true, GoBackwards = back, ReturnSequences = sequences }, steps, [2], [2]) { Call = WithStates, Batch = 3 };
                yield return new($"ConvLSTM1D{how} masked", p => new ConvLSTM1D(2, 2) { DTypePolicy = p, GoBackwards = back, ReturnSequences = sequences, ReturnState = true, Padding = "same" }, [4, 5, 2]);
                yield return new($"ConvLSTM2D{how} first", p => new ConvLSTM2D(2, (2, 3)) { DTypePolicy = p, DataFormat = "channels_first", GoBackwards = back, ReturnSequences = sequences, ReturnState = true, DilationRate = (1, 2), UseBias = false }, [3, 2, 5, 6]);
                foreach (var mode in back ? [] : (string?[])["concat", "sum", "mul", "ave", null])
                    yield return new($"Bidirectional {mode ?? "null"}{how} masked with states", p => new Bidirectional(new LSTM(2) { DTypePolicy = p, ReturnSequences = sequences, ReturnState = true }, mode) { DTypePolicy = p }, steps, [2], [2], [2], [2]) { Call = MaskedWithStates };
                yield return new($"RNN of stacked cells{how}", p => new RNN(new LSTMCell(2) { DTypePolicy = p }, new GRUCell(3) { DTypePolicy = p }, new SimpleRNNCell(4) { DTypePolicy = p }) { DTypePolicy = p, GoBackwards = back, ReturnSequences = sequences, ReturnState = true }, steps) { Call = Masked };
            }
        yield return new("Bidirectional of an RNN of cells", p => new Bidirectional(new RNN(new LSTMCell(2) { DTypePolicy = p }) { DTypePolicy = p, ReturnSequences = true }) { DTypePolicy = p }, steps) { Call = Masked };
        yield return new("Bidirectional of ConvLSTM", p => new Bidirectional(new ConvLSTM1D(2, 2) { DTypePolicy = p, ReturnSequences = true }) { DTypePolicy = p }, [4, 5, 2]);
        yield return new("Bidirectional with layers of its own", p => new Bidirectional(new LSTM(2) { DTypePolicy = p }, "concat", new GRU(3) { DTypePolicy = p, GoBackwards = true }) { DTypePolicy = p }, steps);
        yield return new("Bidirectional stateful", p => new Bidirectional(new GRU(2) { DTypePolicy = p, Stateful = true, ReturnSequences = true }) { DTypePolicy = p }, steps) { Batch = 3, Call = Masked };
        yield return new("LSTM unrolled", p => new LSTM(2) { DTypePolicy = p, Unroll = true, Activation = "relu", RecurrentActivation = "hard_sigmoid" }, steps);
        yield return new("LSTMCell alone", p => new LSTMCell(2) { DTypePolicy = p }, [3], [2], [2]) { Call = (layer, x) => layer.ApplyMany([x[0]], ("states", x[1..])) };
        yield return new("TimeDistributed masked", p => new TimeDistributed(new Dense(2) { DTypePolicy = p }) { DTypePolicy = p }, steps) { Call = Masked };
        yield return new("TimeDistributed of an LSTM", p => new TimeDistributed(new LSTM(2) { DTypePolicy = p }) { DTypePolicy = p }, [3, 5, 2]);
        yield return new("TimeDistributed of Bidirectional", p => new TimeDistributed(new Bidirectional(new GRU(2) { DTypePolicy = p }) { DTypePolicy = p }) { DTypePolicy = p }, [3, 5, 2]);
        yield return new("TimeDistributed of TimeDistributed", p => new TimeDistributed(new TimeDistributed(new Dense(2) { DTypePolicy = p }) { DTypePolicy = p }) { DTypePolicy = p }, [3, 5, 2]);
        yield return new("TimeDistributed of a model", p => new TimeDistributed(new Sequential { new Conv1D(2, 2) { DTypePolicy = p, InputShape = [5, 2] }, new Flatten { DTypePolicy = p }, new Dense(3) { DTypePolicy = p } }) { DTypePolicy = p }, [3, 5, 2]);
        yield return new("TimeDistributed of BatchNormalization", p => new TimeDistributed(new BatchNormalization { DTypePolicy = p }) { DTypePolicy = p }, steps);
        yield return new("SpectralNormalization of SpectralNormalization", p => new SpectralNormalization(new SpectralNormalization(new Dense(2) { DTypePolicy = p }) { DTypePolicy = p }) { DTypePolicy = p }, [3]);
        yield return new("SpectralNormalization of a convolution", p => new SpectralNormalization(new Conv2D(3, 2) { DTypePolicy = p }, 3) { DTypePolicy = p }, picture);
        yield return new("TimeDistributed of SpectralNormalization", p => new TimeDistributed(new SpectralNormalization(new Dense(2) { DTypePolicy = p }) { DTypePolicy = p }) { DTypePolicy = p }, steps);
        // attention
        yield return new("MultiHeadAttention over two axes", p => new MultiHeadAttention(2, 3) { DTypePolicy = p, AttentionAxes = [1, 2], ValueDim = 2, OutputShape = [3, 2] }, [2, 3, 4], [3, 2, 4]);
        yield return new("MultiHeadAttention over a negative axis", p => new MultiHeadAttention(2, 3) { DTypePolicy = p, AttentionAxes = [-2] }, [2, 3, 4], [2, 5, 4]);
        yield return new("MultiHeadAttention gated, in a window, causal, with scores", p => new MultiHeadAttention(2, 3) { DTypePolicy = p, UseGate = true, SlidingWindow = 2 }, steps, steps)
        { Call = (layer, x) => layer.ApplyMany([new Masking(0).Apply(x[0]), x[1]], ("use_causal_mask", true), ("return_attention_scores", true)) };
        yield return new("MultiHeadAttention fused, causal", p => new MultiHeadAttention(2, 3) { DTypePolicy = p, UseBias = false }, steps, [4, 3]) { Call = (layer, x) => layer.ApplyMany([x[0], x[1]], ("use_causal_mask", true)) };
        yield return new("GroupQueryAttention masked", p => new GroupQueryAttention(3, 4, 2) { DTypePolicy = p }, steps, [4, 3]) { Call = Masked };
        yield return new("GroupQueryAttention with scores", p => new GroupQueryAttention(3, 4, 2) { DTypePolicy = p }, steps, [4, 3]) { Call = (layer, x) => layer.ApplyMany(x, ("return_attention_scores", true), ("use_causal_mask", true)) };
        yield return new("Attention scaled, causal, concat", p => new Attention { DTypePolicy = p, UseScale = true, ScoreMode = "concat" }, steps, [4, 3]) { Call = (layer, x) => layer.ApplyMany([new Masking(0).Apply(x[0]), new Masking(0).Apply(x[1])], ("use_causal_mask", true), ("return_attention_scores", true)) };
        yield return new("AdditiveAttention causal", p => new AdditiveAttention { DTypePolicy = p }, steps, [4, 3], [4, 3]) { Call = (layer, x) => layer.ApplyMany(x, ("use_causal_mask", true)) };
        // convolutions, pools
        foreach (var (format, shape) in new (string, Shape)[] { ("channels_last", picture), ("channels_first", first) })
        {
            yield return new($"Conv2D dilated in groups {format}", p => new Conv2D(4, (2, 3)) { DTypePolicy = p, DataFormat = format, DilationRate = (2, 1), Groups = 2, Padding = "same" }, shape);
            yield return new($"Conv2DTranspose dilated {format}", p => new Conv2DTranspose(3, 2) { DTypePolicy = p, DataFormat = format, DilationRate = 2, Padding = "same" }, shape);
            yield return new($"Conv2DTranspose with more at the end {format}", p => new Conv2DTranspose(3, (3, 2)) { DTypePolicy = p, DataFormat = format, Strides = (3, 2), OutputPadding = (2, 1) }, shape);
            yield return new($"DepthwiseConv2D dilated {format}", p => new DepthwiseConv2D((2, 3)) { DTypePolicy = p, DataFormat = format, DilationRate = (2, 2), DepthMultiplier = 2 }, shape);
            yield return new($"SeparableConv2D {format}", p => new SeparableConv2D(3, 2) { DTypePolicy = p, DataFormat = format, Strides = 2, DepthMultiplier = 2, Padding = "same" }, shape);
            yield return new($"AveragePooling2D same {format}", p => new AveragePooling2D((3, 2)) { DTypePolicy = p, DataFormat = format, Strides = (1, 2), Padding = "same" }, shape);
            yield return new($"MaxPooling2D same {format}", p => new MaxPooling2D((3, 2)) { DTypePolicy = p, DataFormat = format, Strides = (2, 1), Padding = "same" }, shape);
            yield return new($"GlobalMaxPooling2D {format}", p => new GlobalMaxPooling2D { DTypePolicy = p, DataFormat = format, KeepDims = true }, shape);
            yield return new($"UpSampling2D {format}", p => new UpSampling2D((2, 3)) { DTypePolicy = p, DataFormat = format, Interpolation = "bilinear" }, shape);
            yield return new($"ZeroPadding2D {format}", p => new ZeroPadding2D(((1, 0), (0, 2))) { DTypePolicy = p, DataFormat = format }, shape);
            yield return new($"Cropping2D {format}", p => new Cropping2D(((1, 0), (0, 2))) { DTypePolicy = p, DataFormat = format }, shape);
            yield return new($"Flatten {format}", p => new Flatten { DTypePolicy = p, DataFormat = format }, shape);
            yield return new($"SpatialDropout2D {format}", p => new SpatialDropout2D(0.5) { DTypePolicy = p, DataFormat = format }, shape);
        }
        yield return new("Conv1D causal, dilated, in groups", p => new Conv1D(4, 3) { DTypePolicy = p, Padding = "causal", DilationRate = 2, Groups = 2 }, [7, 4]);
        yield return new("Conv1D first", p => new Conv1D(4, 3) { DTypePolicy = p, DataFormat = "channels_first", Strides = 2 }, [4, 7]);
        yield return new("Conv1DTranspose first", p => new Conv1DTranspose(4, 3) { DTypePolicy = p, DataFormat = "channels_first", Strides = 2, Padding = "same" }, [4, 7]);
        yield return new("DepthwiseConv1D first", p => new DepthwiseConv1D(3) { DTypePolicy = p, DataFormat = "channels_first", DilationRate = 2 }, [4, 7]);
        yield return new("SeparableConv1D dilated", p => new SeparableConv1D(3, 2) { DTypePolicy = p, DilationRate = 2, DepthMultiplier = 2 }, [7, 4]);
        yield return new("Conv3D dilated first", p => new Conv3D(3, 2) { DTypePolicy = p, DataFormat = "channels_first", DilationRate = (1, 2, 1) }, [2, 4, 5, 4]);
        yield return new("Conv3D in groups", p => new Conv3D(4, 2) { DTypePolicy = p, Groups = 2 }, volume);
        yield return new("Conv3DTranspose", p => new Conv3DTranspose(3, 2) { DTypePolicy = p, Strides = (1, 2, 1), OutputPadding = (0, 1, 0) }, volume);
        yield return new("MaxPooling3D first", p => new MaxPooling3D((2, 1, 2)) { DTypePolicy = p, DataFormat = "channels_first", Padding = "same" }, [2, 4, 5, 4]);
        yield return new("AdaptiveAveragePooling2D", p => new AdaptiveAveragePooling2D((4, 3)) { DTypePolicy = p }, picture);
        yield return new("GlobalAveragePooling1D masked", p => new GlobalAveragePooling1D { DTypePolicy = p, KeepDims = true }, steps) { Call = Masked };
        yield return new("GlobalAveragePooling1D masked first", p => new GlobalAveragePooling1D { DTypePolicy = p, DataFormat = "channels_first" }, steps);
        // normalisation
        yield return new("BatchNormalization over axis 1", p => new BatchNormalization(1) { DTypePolicy = p, Scale = false }, picture);
        yield return new("BatchNormalization masked", p => new BatchNormalization { DTypePolicy = p }, steps) { Call = Masked };
        yield return new("LayerNormalization over two axes", p => new LayerNormalization(new[] { 1, -1 }) { DTypePolicy = p }, picture);
        yield return new("LayerNormalization over axis 1", p => new LayerNormalization(1) { DTypePolicy = p, Center = false }, picture);
        yield return new("RMSNormalization over axis 1", p => new RMSNormalization(1) { DTypePolicy = p }, picture);
        yield return new("GroupNormalization over axis 1", p => new GroupNormalization(2, 1) { DTypePolicy = p }, first);
        yield return new("GroupNormalization of single channels", p => new GroupNormalization(-1) { DTypePolicy = p }, picture);
        yield return new("UnitNormalization over two axes", p => new UnitNormalization(new[] { 1, 2 }) { DTypePolicy = p }, picture);
        yield return new("Softmax over two axes", p => new Softmax(new[] { 1, 2 }) { DTypePolicy = p }, picture);
        // shapes, merges, the rest
        yield return new("EinsumDense with an ellipsis", p => new EinsumDense("...x,xy->...y", [7]) { DTypePolicy = p, BiasAxes = "y" }, [2, 3, 4]);
        yield return new("Dense of rank 4", p => new Dense(3, "gelu") { DTypePolicy = p }, picture);
        yield return new("PReLU shared", p => new PReLU { DTypePolicy = p, SharedAxes = [1, 2] }, picture);
        yield return new("Concatenate along axis 1", p => new Concatenate(1) { DTypePolicy = p }, [2, 3], [4, 3]) { Call = Masked };
        yield return new("Concatenate along axis -2", p => new Concatenate(-2) { DTypePolicy = p }, [2, 3], [4, 3]);
        yield return new("Dot over two axes", p => new Dot((1, 2)) { DTypePolicy = p }, [4, 3], [5, 4]);
        yield return new("Dot normalized", p => new Dot(-1, normalize: true) { DTypePolicy = p }, [4], [4]);
        yield return new("Add of other ranks", p => new Add { DTypePolicy = p }, [2, 3], [3]);
        yield return new("Multiply of one", p => new Multiply { DTypePolicy = p }, [2, 3], [2, 1]);
        yield return new("Permute", p => new Permute([3, 1, 2]) { DTypePolicy = p }, picture);
        yield return new("Reshape with an open size", p => new Reshape([-1, 2, 5]) { DTypePolicy = p }, picture);
        yield return new("RepeatVector", p => new RepeatVector(3) { DTypePolicy = p }, [3]);
        yield return new("Embedding masked into an LSTM", p => new Embedding(5, 3) { DTypePolicy = p, MaskZero = true }, [4]) { Whole = true, Call = (layer, x) => new LSTM(2) { DTypePolicy = layer.DTypePolicy, Name = "after" }.ApplyMany(layer.Apply(x[0])) };
        yield return new("ReversibleEmbedding", p => new ReversibleEmbedding(5, 3) { DTypePolicy = p, TieWeights = false, LogitSoftCap = 2 }, [4]) { Whole = true, Call = (layer, x) => layer.ApplyMany([layer.Apply(x[0])], ("reverse", true)) };
        yield return new("Discretization, one hot", p => new Discretization([1.5, 2.5], outputMode: "one_hot"), [1]) { Whole = true };
        yield return new("CategoryEncoding, counted", p => new CategoryEncoding(5, "count"), [4]) { Whole = true };
        yield return new("Normalization with numbers", p => new Normalization(mean: NDArray.From(new[] { 1f, 2, 3 }), variance: NDArray.From(new[] { 1f, 4, 9 })) { DTypePolicy = p }, steps);
        yield return new("MelSpectrogram", p => new MelSpectrogram { DTypePolicy = p, FftLength = 16, SequenceStride = 8, NumMelBins = 4 }, [40]) { NeedsSamples = true };
        yield return new("STFTSpectrogram", p => new STFTSpectrogram("real", 8) { DTypePolicy = p, FrameStep = 4, FftLength = 16 }, [40, 2]);
    }
}
