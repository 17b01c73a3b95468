namespace Zoo.Keras.Torch;

// Longer than a layer should be: several small layers of one kind.
/// <summary>What the layers share that have weights of a given size, which broadcast against the input: <see cref="CAdd"/>, <see cref="CMul"/>, <see cref="Scale"/>.</summary>
public abstract class SizedLayer : Layer
{
    private protected SizedLayer(long[] size) => Size = size.Length > 0 && Array.TrueForAll(size, d => d > 0) ? size
        : throw new ArgumentException($"{GetType().Name}: [{string.Join(", ", size)}] is no size of a weight. Expected positive numbers.");

    /// <summary>The size of a weight: it broadcasts against a sample, as [channels, 1, 1]; or, with 1 in front, against the batch.</summary>
    public long[] Size { get; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    private protected Parameter Sized(string name, Shape input, Initializer initializer, Regularizer? regularizer)
    {
        if (input.HasRank && Shape.Broadcast(input, Shape.Create(Size)) is var shape && shape.Rank != input.Rank)
            throw new ShapeException($"the input has shape {input}. Expected at least the {Size.Length} axes of the size [{string.Join(", ", Size)}].") { Actual = input };
        return Weight(name, Shape.Create(Size), initializer, regularizer);
    }
}

/// <summary>Adds a learned bias of a given size (Analytics Zoo's CAdd).</summary>
[KerasObject(Package = "zoo")]
public sealed class CAdd(params long[] size) : SizedLayer(size)
{
    Parameter bias = null!;

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <inheritdoc/>
    protected override void Build(Shape input) => bias = Sized("bias", input, Initializer.Zeros, BiasRegularizer);

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x + bias;
}

/// <summary>Multiplies by a learned factor of a given size (Analytics Zoo's CMul).</summary>
[KerasObject(Package = "zoo")]
public sealed class CMul(params long[] size) : SizedLayer(size)
{
    Parameter weight = null!;

    /// <summary>A penalty on the factor.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <inheritdoc/>
    protected override void Build(Shape input) => weight = Sized("weight", input, Initializer.Ones, KernelRegularizer);

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x * weight;
}

/// <summary><see cref="CMul"/>, then <see cref="CAdd"/>: x · weight + bias (Analytics Zoo's Scale, Caffe's too).</summary>
[KerasObject(Package = "zoo")]
public sealed class Scale(params long[] size) : SizedLayer(size)
{
    Parameter weight = null!, bias = null!;

    /// <inheritdoc/>
    protected override void Build(Shape input) =>
        (weight, bias) = (Sized("weight", input, Initializer.Ones, null), Sized("bias", input, Initializer.Zeros, null));

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x * weight + bias;
}

/// <summary>Multiplies by one learned number, which begins at random as Keras' uniform (Analytics Zoo's Mul).</summary>
[KerasObject(Package = "zoo")]
public sealed class Mul : Layer
{
    Parameter weight = null!;

    /// <summary>The number's first value.</summary>
    public Initializer KernelInitializer { get; init; } = "uniform";

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input) => weight = Weight("weight", [1], KernelInitializer);

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x * weight;
}
