namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>Zoo's <c>SimpleRNN(output_dim, activation, return_sequences, go_backwards, W_regularizer, U_regularizer, b_regularizer)</c>.</summary>
    public static SimpleRNN SimpleRNN(int outputDim, string activation = "tanh", bool returnSequences = false, bool goBackwards = false, Regularizer? wRegularizer = null, Regularizer? uRegularizer = null, Regularizer? bRegularizer = null, Shape? inputShape = null, string? name = null) =>
        Named(new SimpleRNN(outputDim) { Activation = Activated(activation), ReturnSequences = returnSequences, GoBackwards = goBackwards, KernelRegularizer = wRegularizer, RecurrentRegularizer = uRegularizer, BiasRegularizer = bRegularizer, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>LSTM(output_dim, activation, inner_activation, return_sequences, go_backwards, W_regularizer, U_regularizer, b_regularizer)</c>; the gates have Keras 1's hard sigmoid.</summary>
    public static LSTM LSTM(int outputDim, string activation = "tanh", string innerActivation = "hard_sigmoid", bool returnSequences = false, bool goBackwards = false, Regularizer? wRegularizer = null, Regularizer? uRegularizer = null, Regularizer? bRegularizer = null, Shape? inputShape = null, string? name = null) =>
        Named(new LSTM(outputDim) { Activation = Activated(activation), RecurrentActivation = Activated(innerActivation), ReturnSequences = returnSequences, GoBackwards = goBackwards, KernelRegularizer = wRegularizer, RecurrentRegularizer = uRegularizer, BiasRegularizer = bRegularizer, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GRU(output_dim, activation, inner_activation, return_sequences, go_backwards, W_regularizer, U_regularizer, b_regularizer)</c>: the reset gate comes before the recurrent product.</summary>
    public static GRU GRU(int outputDim, string activation = "tanh", string innerActivation = "hard_sigmoid", bool returnSequences = false, bool goBackwards = false, Regularizer? wRegularizer = null, Regularizer? uRegularizer = null, Regularizer? bRegularizer = null, Shape? inputShape = null, string? name = null) =>
        Named(new GRU(outputDim) { Activation = Activated(activation), RecurrentActivation = Activated(innerActivation), ResetAfter = false, ReturnSequences = returnSequences, GoBackwards = goBackwards, KernelRegularizer = wRegularizer, RecurrentRegularizer = uRegularizer, BiasRegularizer = bRegularizer, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>ConvLSTM2D(nb_filter, nb_row, nb_col, activation, inner_activation, dim_ordering, border_mode, subsample, W_regularizer, U_regularizer, b_regularizer, return_sequences, go_backwards)</c>.</summary>
    public static ConvLSTM2D ConvLSTM2D(int nbFilter, int nbRow, int nbCol, string activation = "tanh", string innerActivation = "hard_sigmoid", string dimOrdering = "th", string borderMode = "valid", (int, int)? subsample = null, Regularizer? wRegularizer = null, Regularizer? uRegularizer = null, Regularizer? bRegularizer = null, bool returnSequences = false, bool goBackwards = false, Shape? inputShape = null, string? name = null) =>
        Named(new ConvLSTM2D(nbFilter, (nbRow, nbCol))
        {
            Activation = Activated(activation),
            RecurrentActivation = Activated(innerActivation),
            DataFormat = Format(dimOrdering),
            Padding = Bordered(borderMode),
            Strides = subsample ?? (1, 1),
            KernelRegularizer = wRegularizer,
            RecurrentRegularizer = uRegularizer,
            BiasRegularizer = bRegularizer,
            ReturnSequences = returnSequences,
            GoBackwards = goBackwards,
            InputShape = inputShape,
        }, name);

    /// <summary>Zoo's <c>ConvLSTM3D(nb_filter, nb_kernel, dim_ordering, border_mode, subsample, W_regularizer, U_regularizer, b_regularizer, return_sequences, go_backwards)</c>: one kernel size for all axes.</summary>
    public static ConvLSTM3D ConvLSTM3D(int nbFilter, int nbKernel, string dimOrdering = "th", string borderMode = "valid", (int, int, int)? subsample = null, Regularizer? wRegularizer = null, Regularizer? uRegularizer = null, Regularizer? bRegularizer = null, bool returnSequences = false, bool goBackwards = false, Shape? inputShape = null, string? name = null) =>
        Named(new ConvLSTM3D(nbFilter, nbKernel)
        {
            RecurrentActivation = Activated("hard_sigmoid"),
            DataFormat = Format(dimOrdering),
            Padding = Bordered(borderMode),
            Strides = subsample ?? (1, 1, 1),
            KernelRegularizer = wRegularizer,
            RecurrentRegularizer = uRegularizer,
            BiasRegularizer = bRegularizer,
            ReturnSequences = returnSequences,
            GoBackwards = goBackwards,
            InputShape = inputShape,
        }, name);

    /// <summary>Zoo's <c>TimeDistributed(layer)</c>: of a layer or of a whole model.</summary>
    public static TimeDistributed TimeDistributed(Layer layer, Shape? inputShape = null, string? name = null) => Named(new TimeDistributed(layer) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Bidirectional(layer, merge_mode)</c>.</summary>
    public static Bidirectional Bidirectional(RecurrentLayer layer, string? mergeMode = "concat", Shape? inputShape = null, string? name = null) => Named(new Bidirectional(layer, mergeMode) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>KerasLayerWrapper(torch_layer)</c>, of an expression.</summary>
    public static KerasLayerWrapper KerasLayerWrapper(Func<Variable, Variable> torchLayer, Shape? inputShape = null, string? name = null) => Named(new KerasLayerWrapper(torchLayer) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>TransformerLayer(n_block, hidden_drop, attn_drop, n_head, initializer_range, bidirectional, output_all_block, embedding_layer, intermediate_size)</c>.</summary>
    public static TransformerLayer TransformerLayer(int nBlock, double hiddenDrop, double attnDrop, int nHead, double initializerRange, bool bidirectional, bool outputAllBlock, Layer embeddingLayer, int intermediateSize = 0, string? name = null) =>
        Named(new TransformerLayer(nBlock, hiddenDrop, attnDrop, nHead, initializerRange, bidirectional, outputAllBlock, embeddingLayer, intermediateSize), name);

    /// <summary>Zoo's <c>BERT(n_block, n_head, intermediate_size, hidden_drop, attn_drop, initializer_range, output_all_block, embedding_layer)</c>.</summary>
    public static BERT BERT(int nBlock, int nHead, int intermediateSize, double hiddenDrop, double attnDrop, double initializerRange, bool outputAllBlock, Layer embeddingLayer, string? name = null) =>
        Named(new BERT(nBlock, nHead, intermediateSize, hiddenDrop, attnDrop, initializerRange, outputAllBlock, embeddingLayer), name);
}
