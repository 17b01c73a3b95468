using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: attention as one op, and its formula where weights are asked for.
/// <summary>
/// What attention layers share that are called on [query, value] or [query, value, key]: the softmax of scores weighs the values. <c>mask</c> has one for query and
/// one for value, <c>use_causal_mask</c> hides later steps, <c>return_attention_scores</c> gives the weights too.
/// </summary>
[KerasCallArgument("mask"), KerasCallArgument("training", false), KerasCallArgument("return_attention_scores", false), KerasCallArgument("use_causal_mask", false)]
public abstract class AttentionLayer : Layer
{
    /// <summary>Whether there is a learned scale.</summary>
    public bool UseScale { get; init; }

    /// <summary>How much of the weights is dropped in training, from 0 to 1.</summary>
    public double Dropout { get; init; }

    /// <summary>A seed of its own for dropping; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <summary>How well each key [batch, Tv, dim] fits each query [batch, Tq, dim].</summary>
    private protected abstract Variable Scores(Variable query, Variable key);

    /// <summary>The query by which keys are multiplied, where the scores are such products; else null.</summary>
    private protected virtual Variable? Product(Variable query) => null;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        if (inputs.Count is < 2 or > 3) throw new ShapeException($"{inputs.Count} inputs were given. Expected [query, value] or [query, value, key].");
        Build(inputs[0]);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var (query, value) = (Real(x[0]), Real(x[1]));
        var key = x.Count > 2 ? Real(x[2]) : value;
        var (causal, withScores) = (x.Option("use_causal_mask", false), x.Option("return_attention_scores", false));
        var mask = c.Masks[1] is { } values ? A.ExpandDims(values, -2) : null;
        Variable result;
        Variable? weights = null;
        if (!withScores && Product(query) is { } scaled && Alone(scaled) is var (q, k, v) && FusedAttention.Fits(q, k, v))
            result = A.Squeeze(FusedAttention.Of(c, q, k, v, mask is null ? null : A.ExpandDims(mask, 1), causal, 1, -1e9, "add", Dropout, Seed), 2);
        else
        {
            var scores = Scores(query, key);
            if (causal) mask = AttentionMasks.And(mask, AttentionMasks.Causal(scores, -2, scores, -1));
            if (mask is not null) scores = A.Where(mask, scores, scores - (scores.DType == DType.Float16 ? 65504.0 : 1e9));
            weights = A.Softmax(scores);
            if (c.Training && Dropout > 0) weights = A.Where(c.RandomUniform(weights, seed: Seed) >= Dropout, weights * (1 / (1 - Dropout)), A.ZerosLike(weights));
            result = A.BatchMatMul(weights, value);
        }
        if (c.Masks[0] is { } queries) result = A.Where(A.ExpandDims(queries, -1), result, A.ZerosLike(result));
        return withScores ? new[] { result, weights! } : result;

        // one head each
        (Variable, Variable, Variable) Alone(Variable scaled) => (A.ExpandDims(scaled, 2), A.ExpandDims(key, 2), A.ExpandDims(value, 2));
    }
}
