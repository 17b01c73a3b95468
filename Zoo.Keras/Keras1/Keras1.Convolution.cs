namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>Zoo's <c>Convolution1D(nb_filter, filter_length, init, limits, activation, border_mode, subsample_length, W_regularizer, b_regularizer, bias)</c>.</summary>
    public static Conv1D Convolution1D(int nbFilter, int filterLength, Initializer? init = null, (double, double)? limits = null, string? activation = null, string borderMode = "valid", int subsampleLength = 1, Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        Named(new Conv1D(nbFilter, filterLength, Activated(activation)) { KernelInitializer = Limited(init, limits), Padding = Bordered(borderMode), Strides = subsampleLength, KernelRegularizer = wRegularizer, BiasRegularizer = bRegularizer, UseBias = bias, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Convolution2D(nb_filter, nb_row, nb_col, init, activation, border_mode, subsample, dim_ordering, W_regularizer, b_regularizer, bias, pads)</c>; pads stand in place of the border mode.</summary>
    public static Conv2D Convolution2D(int nbFilter, int nbRow, int nbCol, Initializer? init = null, string? activation = null, string borderMode = "valid", (int, int)? subsample = null, string dimOrdering = "th", Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, (int, int)? pads = null, Shape? inputShape = null, string? name = null) =>
        Picture(nbFilter, nbRow, nbCol, init, activation, borderMode, subsample, null, dimOrdering, wRegularizer, bRegularizer, bias, pads, inputShape, name);

    /// <summary>Zoo's <c>ShareConvolution2D(nb_filter, nb_row, nb_col, init, activation, subsample, pad_h, pad_w, propagate_back, dim_ordering, W_regularizer, b_regularizer, bias)</c>: there it shares memory, the numbers are those of Convolution2D. Without <c>propagateBack</c> the first layer's input gets no gradient, which here nobody computes anyway.</summary>
    public static Conv2D ShareConvolution2D(int nbFilter, int nbRow, int nbCol, Initializer? init = null, string? activation = null, (int, int)? subsample = null, int padH = 0, int padW = 0, bool propagateBack = true, string dimOrdering = "th", Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        propagateBack ? Picture(nbFilter, nbRow, nbCol, init, activation, "valid", subsample, null, dimOrdering, wRegularizer, bRegularizer, bias, (padH, padW), inputShape, name)
        : throw new ArgumentException("ShareConvolution2D: propagateBack is false. Expected true: only gradients that something asks for are computed. Use A.StopGradient on the input where it must not get one.");

    /// <summary>Zoo's <c>AtrousConvolution2D(nb_filter, nb_row, nb_col, init, activation, border_mode, subsample, atrous_rate, dim_ordering, W_regularizer, b_regularizer, bias)</c>.</summary>
    public static Conv2D AtrousConvolution2D(int nbFilter, int nbRow, int nbCol, Initializer? init = null, string? activation = null, string borderMode = "valid", (int, int)? subsample = null, (int, int)? atrousRate = null, string dimOrdering = "th", Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        Picture(nbFilter, nbRow, nbCol, init, activation, borderMode, subsample, atrousRate, dimOrdering, wRegularizer, bRegularizer, bias, null, inputShape, name);

    static Conv2D Picture(int nbFilter, int nbRow, int nbCol, Initializer? init, string? activation, string borderMode, (int, int)? subsample, (int, int)? rate, string dimOrdering, Regularizer? wRegularizer, Regularizer? bRegularizer, bool bias, (int, int)? pads, Shape? inputShape, string? name) =>
        Named(new Conv2D(nbFilter, (nbRow, nbCol), Activated(activation))
        {
            KernelInitializer = init ?? Initializer.GlorotUniform,
            Padding = Bordered(borderMode, pads is null or (0, 0) ? null : Widths(pads)),
            Strides = subsample ?? (1, 1),
            DilationRate = rate ?? (1, 1),
            DataFormat = Format(dimOrdering),
            KernelRegularizer = wRegularizer,
            BiasRegularizer = bRegularizer,
            UseBias = bias,
            Pads = pads is null or (0, 0) ? null : Widths(pads),
            InputShape = inputShape,
        }, name);

    static Borders? Widths((int Rows, int Columns)? pads) => pads is var (rows, columns) ? (Borders)((rows, rows), (columns, columns)) : null;

    /// <summary>Zoo's <c>AtrousConvolution1D(nb_filter, filter_length, init, activation, border_mode, subsample_length, atrous_rate, W_regularizer, b_regularizer, bias)</c>.</summary>
    public static Conv1D AtrousConvolution1D(int nbFilter, int filterLength, Initializer? init = null, string? activation = null, string borderMode = "valid", int subsampleLength = 1, int atrousRate = 1, Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        Named(new Conv1D(nbFilter, filterLength, Activated(activation)) { KernelInitializer = init ?? Initializer.GlorotUniform, Padding = Bordered(borderMode), Strides = subsampleLength, DilationRate = atrousRate, KernelRegularizer = wRegularizer, BiasRegularizer = bRegularizer, UseBias = bias, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Convolution3D(nb_filter, kernel_dim1, kernel_dim2, kernel_dim3, init, activation, border_mode, subsample, dim_ordering, W_regularizer, b_regularizer, bias)</c>.</summary>
    public static Conv3D Convolution3D(int nbFilter, int kernelDim1, int kernelDim2, int kernelDim3, Initializer? init = null, string? activation = null, string borderMode = "valid", (int, int, int)? subsample = null, string dimOrdering = "th", Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        Named(new Conv3D(nbFilter, (kernelDim1, kernelDim2, kernelDim3), Activated(activation)) { KernelInitializer = init ?? Initializer.GlorotUniform, Padding = Bordered(borderMode), Strides = subsample ?? (1, 1, 1), DataFormat = Format(dimOrdering), KernelRegularizer = wRegularizer, BiasRegularizer = bRegularizer, UseBias = bias, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Deconvolution2D(nb_filter, nb_row, nb_col, output_shape, init, activation, border_mode, subsample, dim_ordering, W_regularizer, b_regularizer, bias)</c>. The output shape, with the batch, may be left out, as in Scala; where it is given it says which of the sizes that the strides allow is meant.</summary>
    public static Conv2DTranspose Deconvolution2D(int nbFilter, int nbRow, int nbCol, long[]? outputShape = null, Initializer? init = null, string? activation = null, string borderMode = "valid", (int, int)? subsample = null, string dimOrdering = "th", Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null)
    {
        var (stride, first) = (subsample ?? (1, 1), dimOrdering == "th" ? 2 : 1);
        if (outputShape is not null && (outputShape.Length != 4 || Bordered(borderMode) != Padding.Valid)) throw new ArgumentException($"Deconvolution2D: the output shape [{string.Join(", ", outputShape)}] was given with borderMode {borderMode}. Expected four sizes, the batch first, and valid.");
        // what is left over of the size beyond whole strides
        (int, int)? more = outputShape is null ? null : ((int)((outputShape[first] - nbRow) % stride.Item1), (int)((outputShape[first + 1] - nbCol) % stride.Item2));
        var layer = Named(new Conv2DTranspose(nbFilter, (nbRow, nbCol), Activated(activation))
        {
            KernelInitializer = init ?? Initializer.GlorotUniform,
            Padding = Bordered(borderMode),
            Strides = stride,
            OutputPadding = more is { } rest ? rest : null,
            DataFormat = Format(dimOrdering),
            KernelRegularizer = wRegularizer,
            BiasRegularizer = bRegularizer,
            UseBias = bias,
            InputShape = inputShape,
        }, name);
        if (outputShape is not null && inputShape is not null && layer.Apply(K.Input(inputShape)).Shape is var made && !made[1..].SequenceEqual(outputShape[1..]))
            throw new ShapeException($"Deconvolution2D: samples of {inputShape} become {made}. Expected the output shape [{string.Join(", ", outputShape)}]. Correct it, the strides or the kernel.") { Actual = made };
        return layer;
    }

    /// <summary>Zoo's <c>SeparableConvolution2D(nb_filter, nb_row, nb_col, init, activation, border_mode, subsample, depth_multiplier, dim_ordering, depthwise_regularizer, pointwise_regularizer, b_regularizer, bias)</c>.</summary>
    public static SeparableConv2D SeparableConvolution2D(int nbFilter, int nbRow, int nbCol, Initializer? init = null, string? activation = null, string borderMode = "valid", (int, int)? subsample = null, int depthMultiplier = 1, string dimOrdering = "th", Regularizer? depthwiseRegularizer = null, Regularizer? pointwiseRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        Named(new SeparableConv2D(nbFilter, (nbRow, nbCol), Activated(activation))
        {
            DepthwiseInitializer = init ?? Initializer.GlorotUniform,
            PointwiseInitializer = init ?? Initializer.GlorotUniform,
            Padding = Bordered(borderMode),
            Strides = subsample ?? (1, 1),
            DepthMultiplier = depthMultiplier,
            DataFormat = Format(dimOrdering),
            DepthwiseRegularizer = depthwiseRegularizer,
            PointwiseRegularizer = pointwiseRegularizer,
            BiasRegularizer = bRegularizer,
            UseBias = bias,
            InputShape = inputShape,
        }, name);

    /// <summary>Zoo's <c>LocallyConnected1D(nb_filter, filter_length, activation, border_mode, subsample_length, W_regularizer, b_regularizer, bias)</c>.</summary>
    public static LocallyConnected1D LocallyConnected1D(int nbFilter, int filterLength, string? activation = null, string borderMode = "valid", int subsampleLength = 1, Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        Named(new LocallyConnected1D(nbFilter, filterLength, Activated(activation)) { Padding = Bordered(borderMode), Strides = subsampleLength, KernelRegularizer = wRegularizer, BiasRegularizer = bRegularizer, UseBias = bias, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>LocallyConnected2D(nb_filter, nb_row, nb_col, activation, border_mode, subsample, dim_ordering, W_regularizer, b_regularizer, bias)</c>.</summary>
    public static LocallyConnected2D LocallyConnected2D(int nbFilter, int nbRow, int nbCol, string? activation = null, string borderMode = "valid", (int, int)? subsample = null, string dimOrdering = "th", Regularizer? wRegularizer = null, Regularizer? bRegularizer = null, bool bias = true, Shape? inputShape = null, string? name = null) =>
        Named(new LocallyConnected2D(nbFilter, (nbRow, nbCol), Activated(activation)) { Padding = Bordered(borderMode), Strides = subsample ?? (1, 1), DataFormat = Format(dimOrdering), KernelRegularizer = wRegularizer, BiasRegularizer = bRegularizer, UseBias = bias, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>UpSampling1D(length)</c>.</summary>
    public static UpSampling1D UpSampling1D(int length = 2, Shape? inputShape = null, string? name = null) => Named(new UpSampling1D(length) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>UpSampling2D(size, dim_ordering)</c>.</summary>
    public static UpSampling2D UpSampling2D((int, int)? size = null, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new UpSampling2D(size ?? (2, 2)) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>UpSampling3D(size, dim_ordering)</c>.</summary>
    public static UpSampling3D UpSampling3D((int, int, int)? size = null, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new UpSampling3D(size ?? (2, 2, 2)) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>ZeroPadding1D(padding)</c>: one number, or before and after.</summary>
    public static ZeroPadding1D ZeroPadding1D(Borders? padding = null, Shape? inputShape = null, string? name = null) => Named(new ZeroPadding1D(padding ?? 1) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>ZeroPadding2D(padding, dim_ordering)</c>: a number for each axis, or two.</summary>
    public static ZeroPadding2D ZeroPadding2D(Borders? padding = null, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new ZeroPadding2D(padding ?? (1, 1)) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>ZeroPadding3D(padding, dim_ordering)</c>.</summary>
    public static ZeroPadding3D ZeroPadding3D(Borders? padding = null, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new ZeroPadding3D(padding ?? (1, 1, 1)) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Cropping1D(cropping)</c>.</summary>
    public static Cropping1D Cropping1D((int, int)? cropping = null, Shape? inputShape = null, string? name = null) => Named(new Cropping1D(cropping ?? (1, 1)) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Cropping2D(cropping, dim_ordering)</c>.</summary>
    public static Cropping2D Cropping2D(((int, int), (int, int))? cropping = null, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new Cropping2D(cropping ?? ((0, 0), (0, 0))) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Cropping3D(cropping, dim_ordering)</c>.</summary>
    public static Cropping3D Cropping3D(((int, int), (int, int), (int, int))? cropping = null, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new Cropping3D(cropping ?? ((1, 1), (1, 1), (1, 1))) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>ResizeBilinear(output_height, output_width, align_corner, dim_ordering)</c>.</summary>
    public static ResizeBilinear ResizeBilinear(int outputHeight, int outputWidth, bool alignCorner = false, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new ResizeBilinear(outputHeight, outputWidth, alignCorner) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);
}
