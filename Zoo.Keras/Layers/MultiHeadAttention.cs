using Zoo.Keras.Saving;

namespace Zoo.Keras;

// Longer than a layer should be: it writes the equations of its products for inputs of any rank.
/// <summary>Attention with several heads over one or more axes of steps (Vaswani and others, 2017); see <see cref="HeadedAttention"/> for the call.</summary>
/// <example><code>var y = new MultiHeadAttention(numHeads: 8, keyDim: 64).Apply([x, x], ("use_causal_mask", true));</code></example>
[KerasObject("keras.layers")]
public sealed class MultiHeadAttention(int numHeads, int keyDim) : HeadedAttention
{
    string scoresEquation = "", combineEquation = "";

    /// <summary>How many heads.</summary>
    public int NumHeads { get; } = numHeads > 0 ? numHeads : throw new ArgumentException($"MultiHeadAttention: {numHeads} heads were asked for. Expected a positive number.");

    /// <summary>The size of a head's queries and keys.</summary>
    public int KeyDim { get; } = keyDim > 0 ? keyDim : throw new ArgumentException($"MultiHeadAttention: keys of size {keyDim} were asked for. Expected a positive number.");

    /// <summary>The size of a head's values; by default that of its keys.</summary>
    public int ValueDim { get => field > 0 ? field : KeyDim; init; }

    /// <summary>The shape of the result behind the steps; by default the size of the query.</summary>
    public long[]? OutputShape { get; init; }

    /// <summary>The axes of steps; by default all between the batch and the features.</summary>
    public int[]? AttentionAxes { get; set; }

    private protected override string Prefix => "";

    private protected override int[] StepAxes => AttentionAxes!;

    private protected override (string Scores, string Combine) Equations => (scoresEquation, combineEquation);

    private protected override Variable? QueryMask(Inputs x, CallContext c) => c.Masks[x.IndexOf("query")];

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        if (inputs.Count < 2) throw new ShapeException($"{inputs.Count} inputs were given. Expected query and value, and perhaps a key.");
        var (query, value, key) = (inputs[0], inputs[1], inputs[inputs.Count > 2 ? 2 : 1]);
        if (value.Rank != key.Rank || !value[1..^1].SequenceEqual(key[1..^1])) throw new ShapeException($"value {value} and key {key} do not go together. Expected equal sizes but for the last.") { Actual = key };
        AttentionAxes = AttentionAxes is null ? [.. Enumerable.Range(1, query.Rank - 2)] : [.. AttentionAxes.Select(a => a >= 0 ? a : a + query.Rank)];
        Attend(query.Rank + 1);
        var result = OutputShape is { Length: > 0 } shape ? shape : [query[-1]];
        Project(Heads("query", query, KeyDim), Heads("key", key, KeyDim), UseGate ? Heads("gate", query, ValueDim, "sigmoid") : null, Heads("value", value, ValueDim), Projection("attention_output", query.Rank - 1, 2, result));
    }

    EinsumDense Heads(string name, Shape input, int size, string activation = "linear") => Projection(name, input.Rank - 1, 1, [NumHeads, size], activation);

    /// <summary>A product over the last axes; the free ones before them stay.</summary>
    EinsumDense Projection(string name, int free, int bound, long[] result, string activation = "linear")
    {
        string kept = Letters(0, free), summed = Letters(free, bound), made = Letters(free + bound, result.Length);
        return Dense(name, $"{kept}{summed},{summed}{made}->{kept}{made}", Shape.Create([.. Enumerable.Repeat(Dim.Any, free - 1), .. result]), made, activation);
    }

    /// <summary>The equations of scores over the axes of steps, for projections of a rank: batch, free axes, steps, heads, features.</summary>
    void Attend(int rank)
    {
        var target = Letters(0, rank);
        var batch = Enumerable.Range(0, rank - 1).Where(i => !AttentionAxes!.Contains(i)).ToArray();   // with the heads, without the features
        var letter = rank;
        var source = string.Concat(target.Select((c, i) => batch.Contains(i) || i == rank - 1 ? c : (char)('a' + letter++)));
        var product = string.Concat(batch.Select(i => target[i]).Concat(AttentionAxes!.Select(i => target[i])).Concat(AttentionAxes!.Select(i => source[i])));
        scoresEquation = $"{source},{target}->{product}";
        combineEquation = $"{product},{source}->{target}";
    }

    static string Letters(int from, int count) => string.Concat(Enumerable.Range(from, count).Select(i => (char)('a' + i)));
}
