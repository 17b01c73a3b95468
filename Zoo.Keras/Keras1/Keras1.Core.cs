namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>Zoo's <c>InputLayer()</c>: <see cref="Zoo.Keras.InputLayer"/> for samples of a shape.</summary>
    public static InputLayer InputLayer(Shape inputShape, string? name = null) => new(Shape.Create([Dim.Any, .. inputShape]), name: name);

    /// <summary>Zoo's <c>Dense(output_dim, init, limits, activation, W_regularizer, b_regularizer, bias, input_dim)</c>.</summary>
    public static Dense Dense(int outputDim, Initializer? init = null, (double, double)? limits = null, string? activation = null, Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, int? inputDim = null, Shape? inputShape = null, string? name = null) =>
        Named(new Dense(outputDim, Activated(activation)) { KernelInitializer = Limited(init, limits), KernelRegularizer = wRegularizer, BiasRegularizer = bRegularizer, UseBias = bias, InputShape = inputDim is { } size ? [size] : inputShape }, name);

    /// <summary>
    /// Zoo's <c>SparseDense(output_dim, init, activation, W_regularizer, b_regularizer, backward_start, backward_length, init_weight, init_bias, bias)</c>; <c>backwardStart</c> counts from 1, as
    /// there. There are no first values of gradients, which are expressions here.
    /// </summary>
    public static SparseDense SparseDense(int outputDim, Initializer? init = null, string? activation = null, Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, int backwardStart = -1, int backwardLength = -1, NDArray? initWeight = null, NDArray? initBias = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        Named(new SparseDense(outputDim, Activated(activation))
        {
            KernelInitializer = Started(initWeight, init),
            BiasInitializer = Started(initBias, Initializer.Zeros),
            KernelRegularizer = wRegularizer,
            BiasRegularizer = bRegularizer,
            BackwardStart = Math.Max(backwardStart, 0) - 1,
            BackwardLength = backwardLength,
            UseBias = bias,
            InputShape = inputShape,
        }, name);

    /// <summary>Zoo's <c>Activation(activation)</c>, with its <c>hard_sigmoid</c>.</summary>
    public static Activation Activation(string activation, Shape? inputShape = null, string? name = null) => Named(new Activation(Activated(activation)) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Dropout(p)</c>; p is what is dropped.</summary>
    public static Dropout Dropout(double p, Shape? inputShape = null, string? name = null) => Named(new Dropout(p) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>SpatialDropout1D(p)</c>.</summary>
    public static SpatialDropout1D SpatialDropout1D(double p = 0.5, Shape? inputShape = null, string? name = null) => Named(new SpatialDropout1D(p) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>SpatialDropout2D(p, dim_ordering)</c>.</summary>
    public static SpatialDropout2D SpatialDropout2D(double p = 0.5, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new SpatialDropout2D(p) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>SpatialDropout3D(p, dim_ordering)</c>.</summary>
    public static SpatialDropout3D SpatialDropout3D(double p = 0.5, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new SpatialDropout3D(p) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Masking(mask_value)</c>.</summary>
    public static Masking Masking(double maskValue = 0, Shape? inputShape = null, string? name = null) => Named(new Masking(maskValue) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Flatten()</c>; the elements stay in the order in which they stand.</summary>
    public static Flatten Flatten(Shape? inputShape = null, string? name = null) => Named(new Flatten { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Reshape(target_shape)</c>.</summary>
    public static Reshape Reshape(long[] targetShape, Shape? inputShape = null, string? name = null) => Named(new Reshape(targetShape) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Permute(dims)</c>; the first axis of a sample is 1.</summary>
    public static Permute Permute(int[] dims, Shape? inputShape = null, string? name = null) => Named(new Permute(dims) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>RepeatVector(n, input_dim)</c>.</summary>
    public static RepeatVector RepeatVector(int n, int? inputDim = null, Shape? inputShape = null, string? name = null) => Named(new RepeatVector(n) { InputShape = inputDim is { } size ? [size] : inputShape }, name);

    /// <summary>Zoo's <c>MaxoutDense(output_dim, nb_feature, W_regularizer, b_regularizer, bias, input_dim)</c>.</summary>
    public static MaxoutDense MaxoutDense(int outputDim, int nbFeature = 4, Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, int? inputDim = null, Shape? inputShape = null, string? name = null) =>
        Named(new MaxoutDense(outputDim, nbFeature) { KernelRegularizer = wRegularizer, BiasRegularizer = bRegularizer, UseBias = bias, InputShape = inputDim is { } size ? [size] : inputShape }, name);

    /// <summary>Zoo's <c>Highway(activation, W_regularizer, b_regularizer, bias, input_dim)</c>.</summary>
    public static Highway Highway(string? activation = null, Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, int? inputDim = null, Shape? inputShape = null, string? name = null) =>
        Named(new Highway(Activated(activation)) { KernelRegularizer = wRegularizer, BiasRegularizer = bRegularizer, UseBias = bias, InputShape = inputDim is { } size ? [size] : inputShape }, name);

    /// <summary>
    /// Zoo's <c>Embedding(input_dim, output_dim, init, weights, trainable, input_length, W_regularizer, mask_zero, padding_value, zero_based_id)</c>. Numbers from 1 get a table of one row more, the
    /// first of which nothing uses; <c>maskZero</c> masks <c>paddingValue</c>.
    /// </summary>
    public static Embedding Embedding(int inputDim, int outputDim, Initializer? init = null, NDArray? weights = null, bool trainable = true, int? inputLength = null, Regularizer? wRegularizer = null, bool maskZero = false, int paddingValue = 0, bool zeroBasedId = true, string? name = null)
    {
        if (weights is not null && weights.Shape != Shape.Create([inputDim, outputDim])) throw new ShapeException($"Embedding: the weights have shape {weights.Shape}. Expected [{inputDim}, {outputDim}].") { Actual = weights.Shape };
        if (weights is not null && !zeroBasedId) weights = NDArray.From([.. new float[outputDim], .. weights.Cast(DType.Float32).ToArray<float>()], [inputDim + 1, outputDim]);
        return Named(new Embedding(zeroBasedId ? inputDim : inputDim + 1, outputDim)
        {
            EmbeddingsInitializer = Started(weights, init ?? "uniform"),
            EmbeddingsRegularizer = wRegularizer,
            MaskZero = maskZero,
            PaddingValue = paddingValue == 0 ? null : paddingValue,
            Trainable = trainable,
            InputShape = inputLength is { } length ? [length] : null,
        }, name);
    }

    /// <summary>Zoo's <c>WordEmbedding(embedding_file, word_index, trainable, input_length)</c>.</summary>
    public static WordEmbedding WordEmbedding(string embeddingFile, IReadOnlyDictionary<string, int>? wordIndex = null, bool trainable = false, int? inputLength = null, string? name = null) =>
        Named(new WordEmbedding(embeddingFile, wordIndex, trainable, inputLength), name);

    /// <summary>Zoo's <c>SparseEmbedding(input_dim, output_dim, combiner, max_norm, init, W_regularizer)</c>.</summary>
    public static SparseEmbedding SparseEmbedding(int inputDim, int outputDim, string combiner = "sum", double maxNorm = -1, Initializer? init = null, Regularizer? wRegularizer = null, Shape? inputShape = null, string? name = null) =>
        Named(new SparseEmbedding(inputDim, outputDim, combiner, maxNorm) { EmbeddingsInitializer = init ?? "uniform", EmbeddingsRegularizer = wRegularizer, InputShape = inputShape }, name);
}
