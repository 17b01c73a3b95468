using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// One vector for a list of numbers [batch, n], put together from a vector for each (Analytics Zoo's SparseEmbedding, TensorFlow's embedding_lookup_sparse). Lists differ in length:
/// negative numbers are empty places, and an empty list gives zeros. A second input, [batch, n], weighs the vectors.
/// </summary>
/// <param name="inputDim">How many numbers there are: 0 to inputDim − 1.</param>
/// <param name="outputDim">The length of the vectors.</param>
/// <param name="combiner"><c>sum</c>; <c>mean</c>: the sum divided by that of the weights; <c>sqrtn</c>: by the root of the sum of their squares.</param>
/// <param name="maxNorm">Longer vectors are shortened to this length before; negative for none.</param>
[KerasObject(Package = "zoo")]
public sealed class SparseEmbedding(int inputDim, int outputDim, string combiner = "sum", double maxNorm = -1) : Layer
{
    Parameter embeddings = null!;

    /// <summary>How many numbers there are.</summary>
    public int InputDim { get; } = inputDim > 0 ? inputDim : throw new ArgumentException($"SparseEmbedding: {inputDim} entries were asked for. Expected a positive number.");

    /// <summary>The length of the vectors.</summary>
    public int OutputDim { get; } = outputDim > 0 ? outputDim : throw new ArgumentException($"SparseEmbedding: vectors of length {outputDim} were asked for. Expected a positive number.");

    /// <summary>How vectors become one.</summary>
    public string Combiner { get; } = combiner is "sum" or "mean" or "sqrtn" ? combiner : throw new ArgumentException($"SparseEmbedding: the combiner '{combiner}' is not known. Expected sum, mean or sqrtn.");

    /// <summary>The largest length of a vector; negative for none.</summary>
    public double MaxNorm { get; } = maxNorm;

    /// <summary>The table's first value.</summary>
    public Initializer EmbeddingsInitializer { get; init; } = "uniform";

    /// <summary>A penalty on the table.</summary>
    public Regularizer? EmbeddingsRegularizer { get; init; }

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs) => embeddings = Weight("embeddings", [InputDim, OutputDim], EmbeddingsInitializer, EmbeddingsRegularizer);

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var numbers = A.Cast(x[0], DType.Int32);
        if (numbers.Shape.Rank != 2) throw new ShapeException($"the input has shape {numbers.Shape}. Expected lists [batch, n].") { Actual = numbers.Shape };
        var dtype = DTypePolicy.ComputeDType;
        var rows = A.Cast(A.Gather(embeddings, A.Maximum(numbers, 0)), dtype);   // [batch, n, length]
        if (MaxNorm >= 0) rows *= MaxNorm / A.Maximum(A.Sqrt(A.Maximum(A.Sum(A.Square(rows), -1, keepDims: true), 1e-24)), MaxNorm);
        var weights = A.ExpandDims(A.Cast(numbers >= 0, dtype) * (x.Count > 1 ? A.Cast(x[1], dtype) : A.Constant(1, dtype)), -1);
        var sum = A.Sum(rows * weights, 1);
        return Combiner switch
        {
            "mean" => A.DivNoNan(sum, A.Sum(weights, 1)),
            "sqrtn" => A.DivNoNan(sum, A.Sqrt(A.Sum(A.Square(weights), 1))),
            _ => sum,
        };
    }
}
