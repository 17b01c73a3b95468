using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: more than half are options, those of LoRA among them, each with its documentation.
/// <summary>Fully connected: activation(x · kernel + bias) along the last axis of inputs [batch, …, features].</summary>
/// <example><code>var y = x >> new Dense(10, "softmax");</code></example>
[KerasObject("keras.layers"), KerasInert("quantization_config")]
public sealed class Dense(int units, ActivationFunction activation = default) : Layer
{
    readonly LowRank lora = new();
    Parameter? bias;

    /// <summary>The size of the result's last axis.</summary>
    public int Units { get; } = units > 0 ? units : throw new ArgumentException($"Dense: {units} units were asked for. Expected a positive number.");

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; } = activation;

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

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
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank < 2) throw new ShapeException($"the input has shape {input}. Expected a batch and at least one more axis.") { Actual = input };
        AdaptedWeight("kernel", [input[-1], Units], KernelInitializer, KernelRegularizer, KernelConstraint);
        bias = UseBias ? Weight("bias", [Units], BiasInitializer, BiasRegularizer, constraint: BiasConstraint) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var y = A.Dot(Real(x), lora.Value);
        if (bias is not null) y = A.BiasAdd(y, bias);
        return Activation.Of(y);
    }
}
