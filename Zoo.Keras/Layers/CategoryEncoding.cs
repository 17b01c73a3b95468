using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Numbers of categories as vectors: one-hot, multi-hot or counts, which a second input <c>count_weights</c> may weigh.</summary>
/// <param name="numTokens">How many categories there are: 0 to numTokens − 1.</param>
/// <param name="outputMode">multi_hot, one_hot or count.</param>
[KerasObject("keras.layers"), KerasBuildConfig]
public sealed class CategoryEncoding(int numTokens, OutputMode? outputMode = null) : Layer
{
    /// <summary>How many categories there are.</summary>
    public int NumTokens { get; } = numTokens > 0 ? numTokens : throw new ArgumentException($"CategoryEncoding: {numTokens} tokens were asked for. Expected a positive number.");

    /// <summary>multi_hot, one_hot or count.</summary>
    public OutputMode OutputMode { get; } = (outputMode ?? "multi_hot").Of("CategoryEncoding", "multi_hot", "one_hot", "count");

    /// <summary>Whether Keras gives a sparse tensor. The numbers are the same, and here they stand in a dense one; Keras' files do not have it.</summary>
    [KerasIgnore]
    public bool Sparse { get; init; }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var weights = x.Count > 1 ? A.Cast(x[1], DTypePolicy.ComputeDType) : null;
        if (weights is not null && OutputMode.Name != "count") throw new ArgumentException($"{Name}: count_weights were given for the output mode {OutputMode}. Expected count.");
        return Categories.Encode(x[0].DType.IsInteger() ? x[0] : A.Cast(x[0], DType.Int64), OutputMode, NumTokens, DTypePolicy.ComputeDType, weights);
    }
}
