using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Attention whose scores are products of query and key, or of their sums (Luong and others, 2015); see <see cref="AttentionLayer"/> for the call.</summary>
[KerasObject("keras.layers")]
public sealed class Attention : AttentionLayer
{
    Parameter? scale, concatenated;

    /// <summary><c>dot</c>: products of query and key; <c>concat</c>: the sum of tanh(query + key).</summary>
    public string ScoreMode { get; init => field = value is "dot" or "concat" ? value : throw new ArgumentException($"Attention: the score mode '{value}' is not known. Expected dot or concat."); } = "dot";

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        scale = UseScale ? Weight("scale", [], Initializer.Ones) : null;
        concatenated = ScoreMode == "concat" ? Weight("concat_score_weight", [], Initializer.Ones) : null;
    }

    private protected override Variable? Product(Variable query) => concatenated is not null ? null : scale is null ? query : query * scale;

    private protected override Variable Scores(Variable query, Variable key)
    {
        if (concatenated is null) return A.BatchMatMul(Product(query)!, key, adjY: true);
        var sums = A.ExpandDims(query, -2) + A.ExpandDims(key, -3);
        return A.Sum(A.Tanh(scale is null ? sums : sums * scale), -1) * concatenated;
    }
}
