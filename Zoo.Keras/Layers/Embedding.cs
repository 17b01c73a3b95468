using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: more than half are options, those of LoRA among them, each with its documentation.
/// <summary>A vector for each whole number: [batch, …] becomes [batch, …, outputDim]. The gradient has dense meaning: an optimizer moves every row.</summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer"), KerasInert("quantization_config")]
public class Embedding(int inputDim, int outputDim) : Layer
{
    readonly LowRank lora = new();

    /// <summary>The same with a table that is there already, [inputDim, outputDim].</summary>
    /// <param name="inputDim">How many numbers there are.</param>
    /// <param name="outputDim">The length of the vectors.</param>
    /// <param name="weights">The table.</param>
    /// <exception cref="ShapeException">The table has another shape; it is compared when the weights are made.</exception>
    public Embedding(int inputDim, int outputDim, NDArray weights) : this(inputDim, outputDim) => EmbeddingsInitializer = new Given(weights, "uniform");

    /// <summary>How many numbers there are: 0 to inputDim − 1.</summary>
    public int InputDim { get; } = inputDim > 0 ? inputDim : throw new ArgumentException($"Embedding: {inputDim} entries were asked for. Expected a positive number.");

    /// <summary>The length of the vectors.</summary>
    public int OutputDim { get; } = outputDim > 0 ? outputDim : throw new ArgumentException($"Embedding: vectors of length {outputDim} were asked for. Expected a positive number.");

    /// <summary>The table's first value.</summary>
    public Initializer EmbeddingsInitializer { get; init; } = "uniform";

    /// <summary>A penalty on the table.</summary>
    public Regularizer? EmbeddingsRegularizer { get; init; }

    /// <summary>What the table is forced to be after each update.</summary>
    public Constraint? EmbeddingsConstraint { get; init; }

    /// <summary>Whether 0 means "nothing here": layers behind this one then skip it.</summary>
    public bool MaskZero { get; init; }

    /// <summary>With <see cref="MaskZero"/>, the number that means "nothing here" in place of 0 (Analytics Zoo's padding_value; Keras has no such key).</summary>
    [KerasOptional]
    public int? PaddingValue { get; init; }

    /// <summary>Where it is given, the table is frozen and adapted by the product of two trainable weights, this number the size between them (LoRA); so too by <see cref="EnableLora"/>.</summary>
    [KerasOptional]
    public int? LoraRank { get => lora.Rank; init => lora.Rank = value; }

    /// <summary>What the product is multiplied by, divided by <see cref="LoraRank"/>; by default the rank.</summary>
    [KerasOptional]
    public double? LoraAlpha { get => lora.Alpha; init => lora.Alpha = value; }

    /// <summary>Freezes the table and has two weights of low rank train in its place (LoRA: Hu and others, 2021). A file holds the table with their product added.</summary>
    /// <param name="rank">The size between the two.</param>
    /// <param name="loraAlpha">What their product is multiplied by, divided by the rank; by default the rank.</param>
    /// <param name="aInitializer">The first value of the first; he_uniform by default.</param>
    /// <param name="bInitializer">The first value of the second; zeros by default, so that nothing changes at first.</param>
    /// <exception cref="InvalidOperationException">The layer has met no input yet, or is adapted already.</exception>
    /// <exception cref="ArgumentException">The table has a constraint, or the rank is not positive.</exception>
    public void EnableLora(int rank, double? loraAlpha = null, Initializer? aInitializer = null, Initializer? bInitializer = null) => lora.Enable(this, rank, loraAlpha, aInitializer, bInitializer);

    internal override LowRank Adaptation => lora;

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override bool SupportsMasking => MaskZero;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        AdaptedWeight("embeddings", [InputDim, OutputDim], EmbeddingsInitializer, EmbeddingsRegularizer, EmbeddingsConstraint);
        lora.Built(this);
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Cast(Rows(lora.Value, x), DTypePolicy.ComputeDType);

    /// <summary>Rows of a table by number; negative ones count from its end.</summary>
    internal static Variable Rows(Variable table, Variable x)
    {
        if (x.DType is not (DType.Int32 or DType.Int64)) x = A.Cast(x, DType.Int32);
        return A.Gather(table, A.Where(x < 0, x + table.Shape[0], x));
    }

    /// <inheritdoc/>
    protected override Variable? ComputeMask(Inputs x, CallContext c) => A.NotEqual(x, A.Constant(PaddingValue ?? 0, x[0].DType));
}
