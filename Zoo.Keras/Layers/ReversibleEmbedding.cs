using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// An embedding that also goes back: called with <c>reverse: true</c> it gives for each vector [batch, …, outputDim] its product with every entry, such as the scores
/// of all words, from the same table or from one of its own.
/// </summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer"), KerasInert("quantization_config"), KerasCallArgument("reverse", false)]
public sealed class ReversibleEmbedding(int inputDim, int outputDim) : Layer
{
    Parameter embeddings = null!;
    Parameter? reverseEmbeddings;

    /// <summary>How many numbers there are: 0 to inputDim − 1.</summary>
    public int InputDim { get; } = inputDim > 0 ? inputDim : throw new ArgumentException($"ReversibleEmbedding: {inputDim} entries were asked for. Expected a positive number.");

    /// <summary>The length of the vectors.</summary>
    public int OutputDim { get; } = outputDim > 0 ? outputDim : throw new ArgumentException($"ReversibleEmbedding: vectors of length {outputDim} were asked for. Expected a positive number.");

    /// <summary>Whether both ways use one table.</summary>
    public bool TieWeights { get; init; } = true;

    /// <summary>The tables' first value.</summary>
    public Initializer EmbeddingsInitializer { get; init; } = "uniform";

    /// <summary>A penalty on the table.</summary>
    public Regularizer? EmbeddingsRegularizer { get; init; }

    /// <summary>What the table is forced to be after each update.</summary>
    public Constraint? EmbeddingsConstraint { get; init; }

    /// <summary>Whether 0 means "nothing here": layers behind this one then skip it.</summary>
    public bool MaskZero { get; init; }

    /// <summary>The type in which the way back computes; by default that of the layer.</summary>
    public DType? ReverseDtype { get; init; }

    /// <summary>A bound c for what the way back gives: c · tanh(y / c); none by default.</summary>
    public double? LogitSoftCap { get; init; }

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        embeddings = Weight("embeddings", [InputDim, OutputDim], EmbeddingsInitializer, EmbeddingsRegularizer, constraint: EmbeddingsConstraint);
        reverseEmbeddings = TieWeights ? null : Weight("reverse_embeddings", [OutputDim, InputDim], EmbeddingsInitializer);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => x.Option("reverse", false) ? Scores(x)
        : A.Cast(Embedding.Rows(embeddings, x), DTypePolicy.ComputeDType);

    Variable Scores(Variable x)
    {
        Variable table = reverseEmbeddings is null ? A.Transpose(embeddings, 1, 0) : reverseEmbeddings;
        if (ReverseDtype is { } dtype) (x, table) = (A.Cast(x, dtype), A.Cast(table, dtype));
        if (x.DType != table.DType)
        {
            var wider = x.DType.Size() > table.DType.Size() ? x.DType : table.DType;
            (x, table) = (A.Cast(x, wider), A.Cast(table, wider));
        }
        var y = A.Dot(x, table);
        return LogitSoftCap is { } cap ? A.Tanh(y / cap) * cap : y;
    }

    /// <inheritdoc/>
    protected override Variable? ComputeMask(Inputs x, CallContext c) => MaskZero && !x.Option("reverse", false) ? A.NotEqual(x, A.ZerosLike(x)) : null;
}
