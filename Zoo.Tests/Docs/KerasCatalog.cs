namespace Zoo.Tests.Docs;

/// <summary>The classes of Keras 3, and of the layers of Analytics Zoo those that Keras has under no name: what a reader looks for.</summary>
static class KerasCatalog
{
    /// <summary>Title, the name of the base class, and the names.</summary>
    public static readonly (string Title, string Base, string[] Names)[] Kinds =
    [
        ("Layers", "Layer", Split("""
            Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention
            AlphaDropout Attention Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose
            Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Flatten GRU GRUCell
            GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention
            HashedCrossing Hashing Identity InputLayer IntegerLookup LSTM LSTMCell Lambda LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram Minimum MultiHeadAttention
            Multiply Normalization PReLU Permute RMSNormalization RNN RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing
            STFTSpectrogram SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells StringLookup Subtract
            TextVectorization TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
            AddConstant BERT BinaryThreshold CAdd CMul ERF Exp Expand ExpandDim GaussianSampler GetShape HardShrink HardTanh Highway KerasLayerWrapper LRN2D LocallyConnected1D LocallyConnected2D Log MM Max MaxoutDense Mul MulConstant
            Narrow Negative Power RReLU ResizeBilinear SReLU Scale Select SelectTable SoftShrink SparseDense SparseEmbedding SplitTensor Sqrt Square Squeeze Threshold ThresholdedReLU TransformerLayer WithinChannelLRN2D WordEmbedding
            """)),
        ("Losses", "Loss", Split("""
            BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh
            MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky RankHinge
            """)),
        ("Metrics", "Metric", Split("""
            AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy CategoricalCrossentropy CategoricalHinge ConcordanceCorrelation CosineSimilarity F1Score FBetaScore FalseNegatives FalsePositives
            Hinge IoU KLDivergence LogCoshError Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanMetricWrapper MeanSquaredError MeanSquaredLogarithmicError OneHotIoU OneHotMeanIoU PearsonCorrelation Poisson
            Precision PrecisionAtRecall R2Score Recall RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy
            SpecificityAtSensitivity SquaredHinge Sum TopKCategoricalAccuracy TrueNegatives TruePositives
            """)),
        ("Optimizers", "Optimizer", Split("Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer Muon Nadam RMSprop SGD ScheduleFreeAdamW AdamWeightDecay LBFGS")),
        ("Schedules", "LearningRateSchedule", Split("CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay")),
        ("Initializers", "Initializer", Split("Constant GlorotNormal GlorotUniform HeNormal HeUniform BilinearFiller ConstInitMethod Identity LecunNormal LecunUniform Ones Orthogonal RandomNormal RandomUniform STFT TruncatedNormal VarianceScaling Xavier Zeros")),
        ("Regularizers", "Regularizer", Split("L1 L1L2 L2 OrthogonalRegularizer")),
        ("Constraints", "Constraint", Split("MaxNorm MinMaxNorm NonNeg UnitNorm")),
        ("Callbacks", "Callback", Split("BackupAndRestore CSVLogger EarlyStopping History LambdaCallback LearningRateScheduler ModelCheckpoint OrbaxCheckpoint ProgbarLogger ReduceLROnPlateau RemoteMonitor SwapEMAWeights TensorBoard TerminateOnNaN")),
    ];

    /// <summary>Where our name is another one.</summary>
    public static readonly Dictionary<string, string> Ours = new() { ["Identity"] = "IdentityLayer", ["ProgbarLogger"] = "ProgressBar", ["ConstInitMethod"] = "Constant", ["Xavier"] = "GlorotUniform", ["LambdaLayer"] = "Lambda", ["ToGraph"] = "Model", ["Neg"] = "Negative", ["Scatter"] = "ScatterNd" };

    /// <summary>Keras' names of activations.</summary>
    public static readonly string[] Activations = Split("""
        celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus
        sparse_sigmoid sparsemax squareplus tanh tanh_shrink threshold hard_sigmoid_keras1 softmin
        """);

    /// <summary>Functions of expressions: Analytics Zoo's, then what it lacked and models need.</summary>
    public static readonly string[] Functions = Split("""
        Abs Neg Square Sqrt Exp Log Erf Softsign Softplus Pow Clip Maximum Sum Mean Stack ExpandDims BatchDot MM L2Normalize Slice IndexSelect Squeeze Replicate Expand
        Where Equal Greater LogicalAnd Cast Concat Gather Scatter Softmax LogSoftmax LogSumExp Max Min ArgMax Cumsum Sin Cos Tanh Sigmoid Round Floor OneHot Einsum TopK Sort While Cond Scan StopGradient CustomGradient Gradients
        """);

    /// <summary>Types of Analytics Zoo's autograd and what its Variable can do.</summary>
    public static readonly string[] Autograd = Split("Variable Parameter Constant Lambda LambdaLayer CustomLoss Input Name Shape Slice IndexSelect Squeeze Replicate Expand ToGraph Epsilon Contiguous");

    /// <summary>The layers of Keras 1 and Analytics Zoo 0.11 by their own names, and its functions with other defaults.</summary>
    public static readonly string[] Keras1 =
    [
        .. Zoo.Tests.Keras1Names.ZooSignatures.All.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('(')[0]),
        .. Split("Maximum Minimum Average Sum Mean Stack BatchDot Neg Contiguous Epsilon Parameter Optimizer Adam SparseCategoricalCrossEntropy MeanAbsoluteError BinaryCrossEntropy CategoricalCrossEntropy CosineProximity Hinge KullbackLeiblerDivergence MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson SquaredHinge RankHinge"),
    ];

    static string[] Split(string names) => names.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
