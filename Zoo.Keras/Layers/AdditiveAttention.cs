using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Attention whose scores are the sum of scale · tanh(query + key) (Bahdanau and others, 2014); see <see cref="AttentionLayer"/> for the call.</summary>
[KerasObject("keras.layers")]
public sealed class AdditiveAttention : AttentionLayer
{
    Parameter? scale;

    /// <summary>Attention with a learned scale for each feature.</summary>
    public AdditiveAttention() => UseScale = true;

    /// <inheritdoc/>
    protected override void Build(Shape input) => scale = UseScale ? Weight("scale", [input[-1]], Initializer.GlorotUniform) : null;

    private protected override Variable Scores(Variable query, Variable key)
    {
        var sums = A.Tanh(A.ExpandDims(query, -2) + A.ExpandDims(key, -3));
        return A.Sum(scale is null ? sums : sums * scale, -1);
    }
}
