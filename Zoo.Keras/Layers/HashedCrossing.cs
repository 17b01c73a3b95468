using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Combinations of two or more features (strings or whole numbers, [batch] or [batch, 1]) to bins by a hash: one category for each pair, without a vocabulary.</summary>
[KerasObject("keras.layers"), KerasOmit("trainable"), KerasBuildConfig]
public sealed class HashedCrossing : Layer
{
    /// <summary>A layer of so many bins.</summary>
    /// <param name="numBins">The number of bins.</param>
    /// <param name="outputMode">int or one_hot.</param>
    public HashedCrossing(int numBins, OutputMode outputMode = default)
    {
        if (numBins <= 0) throw new ArgumentException($"HashedCrossing: {numBins} bins were asked for. Expected a positive number.");
        (NumBins, OutputMode) = (numBins, outputMode.Of("HashedCrossing", "int", "one_hot"));
        DType = OutputMode.Name == "int" ? DType.Int64 : DType.Float32;
    }

    /// <summary>The number of bins.</summary>
    public int NumBins { get; }

    /// <summary>The form of the result.</summary>
    public OutputMode OutputMode { get; }

    /// <summary>Whether Keras gives a sparse tensor. The numbers are the same, and here they stand in a dense one.</summary>
    public bool Sparse { get; init; }

    /// <summary>The type of the result; int64 for numbers, else float32 by default.</summary>
    [KerasName("dtype")]
    public DType DType { get => DTypePolicy.VariableDType; init => DTypePolicy = value; }

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (x.Count < 2) throw new ShapeException($"{x.Count} features were given. Expected at least two.");
        foreach (var feature in x)
        {
            if (feature.Shape is { HasRank: true } shape && (shape.Rank != x[0].Shape.Rank || shape.Rank is not (1 or 2) || shape.Rank == 2 && shape[1] != 1))
                throw new ShapeException($"the features have shapes {string.Join(", ", x.Select(v => v.Shape))}. Expected [batch] or [batch, 1], the same for all.") { Actual = shape };
            if (!feature.DType.IsInteger() && feature.DType != DType.String) throw new ArgumentException($"{Name}: a feature is {feature.DType.Name()}. Expected whole numbers or strings. Put the numbers in bins first: new Discretization(…).");
        }
        Variable[] columns = [.. x.Select(v => v.DType == DType.String ? v : A.Cast(v, DType.Int64)).Select(v => v.Shape.Rank == 1 ? A.ExpandDims(v, -1) : v)];
        var crossed = SparseCrossOps.SparseCross.Node(columns, ("N", 0), ("sparse_types", Array.Empty<DType>()), ("hashed_output", true), ("num_buckets", NumBins), ("hash_key", SparseCrossOps.DefaultKey),
            ("out_type", DType.Int64), ("internal_type", x.All(v => v.DType == DType.String) ? DType.String : DType.Int64)).Outputs[1];
        var bins = A.Reshape(crossed, x[0].Shape[0] >= 0 ? x[0].Shape : x[0].Shape.With(0, Dim.Any));
        return OutputMode.Name == "int" ? A.Cast(bins, DType) : Categories.Encode(bins, OutputMode, NumBins, DType);
    }
}
