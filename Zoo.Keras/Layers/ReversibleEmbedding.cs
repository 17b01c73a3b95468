using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// An embedding that also goes back: called with <c>reverse: true</c> it gives for each vector [batch, …, outputDim] its product with every entry, such as the scores
/// of all words, from the same table or from one of its own.
/// </summary>
[KerasObject("keras.layers"), KerasCallArgument("reverse", false)]
public sealed class ReversibleEmbedding(int inputDim, int outputDim) : Embedding(inputDim, outputDim)
{
    Parameter? reverseEmbeddings;

    /// <summary>The same with a table that is there already, [inputDim, outputDim].</summary>
    /// <param name="inputDim">How many numbers there are.</param>
    /// <param name="outputDim">The length of the vectors.</param>
    /// <param name="weights">The table.</param>
    /// <exception cref="ShapeException">The table has another shape; it is compared when the weights are made.</exception>
    public ReversibleEmbedding(int inputDim, int outputDim, NDArray weights) : this(inputDim, outputDim) => EmbeddingsInitializer = new Given(weights, "uniform");

    /// <summary>Whether both ways use one table.</summary>
    public bool TieWeights { get; init; } = true;

    /// <summary>The type in which the way back computes; by default that of the layer.</summary>
    public DType? ReverseDtype { get; init; }

    /// <summary>A bound c for what the way back gives: c · tanh(y / c); none by default.</summary>
    public double? LogitSoftCap { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        base.Build(input);
        reverseEmbeddings = TieWeights ? null : Weight("reverse_embeddings", [OutputDim, InputDim], EmbeddingsInitializer);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => x.Option("reverse", false) ? Scores(x)
        : Call(x[0]);

    Variable Scores(Variable x)
    {
        Variable table = reverseEmbeddings is null ? A.Transpose(Adaptation.Value, 1, 0) : reverseEmbeddings;
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
    protected override Variable? ComputeMask(Inputs x, CallContext c) => MaskZero && !x.Option("reverse", false) ? base.ComputeMask(x, c) : null;
}
