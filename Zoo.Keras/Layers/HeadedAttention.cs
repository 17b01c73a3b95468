using Zoo.Keras.Graph;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: all of attention with heads but the projections' equations, options and all.
/// <summary>
/// What attention layers with several heads share. They are called on query, value and key (by default the value), by position or by name; <c>query_mask</c>,
/// <c>value_mask</c>, <c>key_mask</c> and <c>attention_mask</c> [batch, Tq, Tv] say what counts, <c>use_causal_mask</c> hides later steps, <c>return_attention_scores</c> gives the weights too.
/// </summary>
[KerasParameters("query", "value", "key"), KerasAlways("activity_regularizer"), KerasCallArgument("query_mask"), KerasCallArgument("value_mask"), KerasCallArgument("key_mask"), KerasCallArgument("attention_mask"),
    KerasCallArgument("return_attention_scores", false), KerasCallArgument("training"), KerasCallArgument("use_causal_mask", false)]
public abstract class HeadedAttention : Layer
{
    EinsumDense? queryDense, keyDense, gateDense, valueDense, outputDense;
    Softmax? softmax;
    Dropout? dropoutLayer;

    /// <summary>What stands before the names of projections in files: Python's classes differ in which of their attributes are public.</summary>
    private protected abstract string Prefix { get; }

    internal override IReadOnlyList<SubLayer> SubLayers =>
        [.. new (string, Layer?)[] { ($"{Prefix}query_dense", queryDense), ($"{Prefix}key_dense", keyDense), ("_gate_dense", gateDense), ($"{Prefix}value_dense", valueDense), ("_softmax", softmax),
            ("_dropout_layer", dropoutLayer), ($"{Prefix}output_dense", outputDense) }.Where(s => s.Item2 is not null).Select(s => new SubLayer(s.Item1, s.Item2!))];

    /// <summary>How much of the weights is dropped in training, from 0 to 1.</summary>
    public double Dropout { get; init => field = value is >= 0 and <= 1 ? value : throw new ArgumentException($"{GetType().Name}: the dropout {value} is out of range. Expected 0 to 1."); }

    /// <summary>A seed of its own for dropping; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <summary>Whether the projections have a bias.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>Whether a learned gate of the query multiplies each head's result.</summary>
    public bool UseGate { get; init; }

    /// <summary>Whether one op computes attention without keeping its weights: where it can by default; true demands it, false has it done step by step.</summary>
    [KerasIgnore]
    public bool? FlashAttention { get; init; }

    /// <summary>How far a query sees: less than this many steps to either side; everything by default.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The kernel's first value.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The bias' first value.</summary>
    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>What the kernel is forced to be after each update.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>What the bias is forced to be after each update.</summary>
    public Constraint? BiasConstraint { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <summary>The projections have the penalty, not the layer.</summary>
    private protected override bool PenalizesActivity => false;

    /// <summary>The axes over which the steps run.</summary>
    private protected abstract int[] StepAxes { get; }

    /// <summary>Makes the projections.</summary>
    private protected void Project(EinsumDense query, EinsumDense key, EinsumDense? gate, EinsumDense value, EinsumDense result)
    {
        (queryDense, keyDense, gateDense, valueDense, outputDense) = (query, key, gate, value, result);
        softmax = new(Enumerable.Range(-StepAxes.Length, StepAxes.Length).ToArray()) { DTypePolicy = DTypePolicy };
        dropoutLayer = new(Dropout) { DTypePolicy = DTypePolicy, Seed = Seed };
    }

    /// <summary>A projection with this layer's settings.</summary>
    private protected EinsumDense Dense(string name, string equation, Shape output, string bias, string activation = "linear") => new(equation, output, activation)
    {
        Name = name,
        DTypePolicy = DTypePolicy,
        BiasAxes = UseBias ? bias : null,
        KernelInitializer = KernelInitializer,
        BiasInitializer = BiasInitializer,
        KernelRegularizer = KernelRegularizer,
        BiasRegularizer = BiasRegularizer,
        ActivityRegularizer = ActivityRegularizer,
        KernelConstraint = KernelConstraint,
        BiasConstraint = BiasConstraint,
    };

    /// <summary>The mask of the query that counts.</summary>
    private protected abstract Variable? QueryMask(Inputs x, CallContext c);

    /// <summary>Keys and values for each head of the query.</summary>
    private protected virtual Variable Repeated(Variable x) => x;

    /// <summary>The equations of scores and of their products with values.</summary>
    private protected abstract (string Scores, string Combine) Equations { get; }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var (query, value) = (x["query"]!, x["value"]!);
        var key = x["key"] ?? value;
        var withScores = x.Option("return_attention_scores", false);
        var causal = x.Option("use_causal_mask", false);
        var mask = Mask(x, c, query, value, QueryMask(x, c));
        var (q, k, v) = (queryDense!.Apply(query), keyDense!.Apply(key), valueDense!.Apply(value));
        // Keras' fused form, which it takes where no weights are asked for, lets a query that sees nothing see everything; it goes on from the products in float32 at least.
        var fused = Dropout == 0 && !withScores && q.Shape.Rank == 4;
        var scale = 1 / Math.Sqrt(q.Shape[-1]);
        Variable heads;
        Variable? weights = null;
        var flash = !withScores && StepAxes is [1] && FusedAttention.Fits(q, k, v);
        if (FlashAttention == true && (!flash || Dropout > 0))
            throw new ArgumentException($"{Name}: FlashAttention is demanded {(withScores ? "with scores" : Dropout > 0 ? $"with a dropout of {Dropout}" : $"of queries {q.DType.Name()} {q.Shape} over {StepAxes.Length} axes")}. Expected neither scores nor dropout, one axis, and float32 or float64. Leave FlashAttention out.");
        if (flash && FlashAttention != false)
            heads = FusedAttention.Of(c, q, k, v, Wide(mask, 4), causal, scale, fused ? Lowest : -1e9, fused ? "replace" : "hide", Dropout, Seed);
        else
        {
            var scores = A.Einsum(Equations.Scores, Repeated(k), fused ? q : q * scale);
            if (causal) mask = AttentionMasks.And(mask, AttentionMasks.Causal(query, 1, value, 1));
            mask = Wide(mask, scores.Shape.Rank);
            weights = fused ? Fused(A.Cast(scores, scores.DType == DType.Float64 ? DType.Float64 : DType.Float32) * scale, mask, v.DType) : mask is null ? softmax!.Apply(scores) : softmax!.Apply([scores], ("mask", mask));
            heads = A.Einsum(Equations.Combine, Dropout > 0 ? dropoutLayer!.Apply(weights) : weights, Repeated(v));
        }
        var result = outputDense!.Apply(gateDense is null ? heads : heads * gateDense.Apply(query));
        c.OutputMasks = withScores ? [c.Masks[x.IndexOf("query")], mask] : [c.Masks[x.IndexOf("query")]];
        return withScores ? new[] { result, weights! } : result;
    }

    const double Lowest = -0.7 * float.MaxValue;

    /// <summary>The mask with axes for the heads and other free ones.</summary>
    Variable? Wide(Variable? mask, int rank)
    {
        while (mask is not null && mask.Shape.Rank < rank) mask = A.ExpandDims(mask, -StepAxes.Length * 2 - 1);
        return mask;
    }

    static Variable Fused(Variable scores, Variable? mask, DType dtype) => A.Cast(A.Softmax(mask is null ? scores : A.Where(mask, scores, A.Constant(Lowest, scores.DType))), dtype);

    Variable? Mask(Inputs x, CallContext c, Variable query, Variable value, Variable? queryMask)
    {
        var mask = x["attention_mask"] is { } given ? A.Cast(given, DType.Bool) : null;
        if (queryMask is not null) mask = AttentionMasks.And(mask, A.ExpandDims(A.Cast(queryMask, DType.Bool), -1));
        foreach (var name in (string[])["value", "key"])
            if (c.MaskOf(name) is { } one) mask = AttentionMasks.And(mask, A.ExpandDims(A.Cast(one, DType.Bool), -2));
        return SlidingWindow is { } steps ? AttentionMasks.And(mask, AttentionMasks.Window(query, value, steps)) : mask;
    }

    /// <inheritdoc/>
    protected override Variable? ComputeMask(Inputs x, CallContext c) => null;   // the call itself says
}
