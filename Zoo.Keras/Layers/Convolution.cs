using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Convolution over one to three spatial axes: <see cref="Conv1D"/>, <see cref="Conv2D"/>, <see cref="Conv3D"/>.</summary>
public abstract class Convolution : Convolutional
{
    readonly LowRank lora = new();

    private protected Convolution(int axes, int filters, Sizes kernelSize, ActivationFunction activation) : base(axes, kernelSize, activation) => Filters = Positive(filters, "filters");

    /// <summary>The number of filters: the channels of the result.</summary>
    public int Filters { get; }

    /// <summary>In how many groups channels and filters are split; each filter sees the channels of its group.</summary>
    public int Groups { get; init => field = Positive(value, "groups"); } = 1;

    /// <summary>The kernel's first value.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>What the kernel is forced to be after each update.</summary>
    public Constraint? KernelConstraint { get; init; }

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

    private protected override long BuildFilters(long channels)
    {
        if (channels % Groups != 0 || Filters % Groups != 0)
            throw new ShapeException($"{channels} channels and {Filters} filters do not split into {Groups} groups. Expected multiples of {Groups}.");
        AdaptedWeight("kernel", [.. KernelSize.Longs, channels / Groups, Filters], KernelInitializer, KernelRegularizer, KernelConstraint);
        return Filters;
    }

    private protected override Variable CallLast(Variable x)
    {
        if (Padding.IsCausal) x = A.Pad(x, [(0, 0), ((KernelSize[0] - 1) * DilationRate[0], 0), (0, 0)]);
        return Spatial.Conv(x, lora.Value, Strides.Longs, Padding.Upper, DilationRate.Longs);
    }
}
