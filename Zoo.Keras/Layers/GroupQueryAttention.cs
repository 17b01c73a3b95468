using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Attention in which several heads of the query share a key and a value (Ainslie and others, 2023); see <see cref="HeadedAttention"/> for the call.</summary>
[KerasObject("keras.layers")]
public sealed class GroupQueryAttention(int headDim, int numQueryHeads, int numKeyValueHeads) : HeadedAttention
{
    /// <summary>The size of a head.</summary>
    public int HeadDim { get; } = headDim;

    /// <summary>How many heads the query has.</summary>
    public int NumQueryHeads { get; } = numQueryHeads;

    /// <summary>How many keys and values have; a divisor of the query's.</summary>
    public int NumKeyValueHeads { get; } = numKeyValueHeads > 0 && numQueryHeads % numKeyValueHeads == 0 ? numKeyValueHeads
        : throw new ArgumentException($"GroupQueryAttention: {numKeyValueHeads} heads of keys do not divide the {numQueryHeads} of the query. Expected a divisor.");

    internal override string DefaultName => "grouped_query_attention";

    // Keras keeps the regularizer where layers keep their own: the result is penalized beside the projections.
    private protected override bool PenalizesActivity => true;

    private protected override string Prefix => "_";

    private protected override int[] StepAxes => [1];

    private protected override (string Scores, string Combine) Equations => ("bkuh,bquh->buqk", "buqk,bkuh->bquh");

    private protected override Variable? QueryMask(Inputs x, CallContext c) => c.MaskOf("query");

    private protected override Variable Repeated(Variable x)
    {
        var times = NumQueryHeads / NumKeyValueHeads;
        if (times == 1) return x;
        var repeated = A.Tile(A.ExpandDims(x, 3), 1, 1, 1, times, 1);
        return A.Reshape(repeated, A.Concat([A.ShapeOf(x)[..2], A.Ints([NumQueryHeads, HeadDim])], 0));
    }

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        if (inputs.Count < 2 || inputs.Any(i => i.Rank != 3)) throw new ShapeException($"the inputs have shapes {string.Join(", ", inputs)}. Expected query and value, and perhaps a key, [batch, steps, features] each.");
        EinsumDense Heads(string name, int heads, string activation = "linear") => Dense(name, "bqm,muh->bquh", [Dim.Any, heads, HeadDim], "uh", activation);
        Project(Heads("query", NumQueryHeads), Heads("key", NumKeyValueHeads), UseGate ? Heads("gate", NumQueryHeads, "sigmoid") : null, Heads("value", NumKeyValueHeads), Dense("attention_output", "bquh,uhm->bqm", [Dim.Any, inputs[0][-1]], "m"));
    }
}
