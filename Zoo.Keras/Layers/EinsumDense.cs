using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: options as Dense has them, and the shapes that follow from an equation.
/// <summary>activation(einsum(equation, x, kernel) + bias): a fully connected layer over any axes, such as <c>abc,cd->abd</c>.</summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer"), KerasInert("quantization_config")]
public sealed class EinsumDense(string equation, Shape outputShape, ActivationFunction activation = default) : Layer
{
    readonly LowRank lora = new();
    Parameter? bias;

    /// <summary>The axes of input, kernel and result by letters; dots at one end of input and result stand for axes without a letter.</summary>
    public string Equation { get; } = equation.Split(',', '>') is [_, _, _] ? equation.Replace(" ", "", StringComparison.Ordinal)
        : throw new ArgumentException($"EinsumDense: the equation '{equation}' is not known. Expected the form 'ab,bc->ac'.");

    /// <summary>The shape of a result without the batch and without axes that dots stand for; unknown where it follows from the input.</summary>
    public Shape OutputShape { get; } = outputShape;

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; } = activation;

    /// <summary>The letters of the result along which a bias is added; none without one.</summary>
    public string? BiasAxes { get; init; }

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

    /// <summary>Where it is given, the kernel is frozen and adapted by the product of two trainable weights, this number the size between them (LoRA); so too by <see cref="EnableLora"/>.</summary>
    [KerasOptional]
    public int? LoraRank { get => lora.Rank; init => lora.Rank = value; }

    /// <summary>What the product is multiplied by, divided by <see cref="LoraRank"/>; by default the rank.</summary>
    [KerasOptional]
    public double? LoraAlpha { get => lora.Alpha; init => lora.Alpha = value; }

    /// <summary>Freezes the kernel and has two weights of low rank train in its place (LoRA: Hu and others, 2021). A file holds the kernel with their product added.</summary>
    /// <param name="rank">The size between the two.</param>
    /// <param name="loraAlpha">What their product is multiplied by, divided by the rank; by default the rank.</param>
    /// <param name="aInitializer">The first value of the first; he_uniform by default.</param>
    /// <param name="bInitializer">The first value of the second; zeros by default, so that nothing changes at first.</param>
    /// <exception cref="InvalidOperationException">The layer has met no input yet, or is adapted already.</exception>
    /// <exception cref="ArgumentException">The kernel has a constraint, or the rank is not positive.</exception>
    public void EnableLora(int rank, double? loraAlpha = null, Initializer? aInitializer = null, Initializer? bInitializer = null) => lora.Enable(this, rank, loraAlpha, aInitializer, bInitializer);

    internal override LowRank Adaptation => lora;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        var parts = Equation.Replace("->", ",", StringComparison.Ordinal).Split(',');
        var left = parts[0].StartsWith("...", StringComparison.Ordinal);
        string from = parts[0].Replace("...", "", StringComparison.Ordinal), weight = parts[1], to = parts[2].Replace("...", "", StringComparison.Ordinal);
        var elided = input.Rank - from.Length;
        if (elided < 0 || elided > 0 && !parts[0].Contains("...", StringComparison.Ordinal))
            throw new ShapeException($"the input has shape {input}. Expected {from.Length} axes for '{Equation}'.") { Actual = input };
        // The whole result: the batch, what dots on the left stand for, the given shape, what dots on the right stand for.
        long[] result = [input[0], .. left && elided > 0 ? input[1..elided] : [], .. OutputShape, .. left ? [] : input[from.Length..]];
        var sizes = new Dictionary<char, long>();
        for (var i = 0; i < to.Length; i++) sizes[to[i]] = result[left ? i + elided : i];
        for (var i = 0; i < from.Length; i++) sizes[from[i]] = input[left ? i + elided : i];
        AdaptedWeight("kernel", Shape.Create([.. weight.Select(a => sizes.TryGetValue(a, out var size) ? size : throw Unknown(a))]), KernelInitializer, KernelRegularizer, KernelConstraint);
        if (string.IsNullOrEmpty(BiasAxes)) return;
        var first = BiasAxes.Min(a => to.IndexOf(a) is >= 0 and var at ? at : throw Unknown(a));
        long[] axes = [.. to[first..].Select(a => BiasAxes.Contains(a) ? sizes[a] : 1), .. left ? [] : Enumerable.Repeat(1L, elided)];
        bias = Weight("bias", Shape.Create(axes), BiasInitializer, BiasRegularizer, constraint: BiasConstraint);
    }

    ShapeException Unknown(char axis) => new($"the axis '{axis}' of '{Equation}' is not known. Expected one of the input or the result.");

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var y = A.Einsum(Equation, Real(x), lora.Value);
        if (bias is not null) y += bias;
        return Activation.Of(y);
    }
}
