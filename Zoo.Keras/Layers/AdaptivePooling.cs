using Zoo.Autograd.Ops;

namespace Zoo.Keras;

/// <summary>What the layers share that pool to a given size, over windows of nearly equal sizes that cover each axis.</summary>
public abstract class AdaptivePooling : SpatialLayer
{
    private protected AdaptivePooling(int axes, Sizes outputSize) : base(axes) => OutputSize = outputSize.For(Axes, $"{GetType().Name}: the output size");

    /// <summary>The spatial sizes of the result.</summary>
    public Sizes OutputSize { get; }

    private protected abstract bool IsMax { get; }

    /// <inheritdoc/>
    protected override void Build(Shape input) => CheckRank(input);

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        for (var i = 0; i < Axes; i++)
            x = x.Shape[FirstAxis + i] > 0 ? Spatial.AdaptivePool(x, IsMax, FirstAxis + i, OutputSize[i])
                : throw new ShapeException($"the input has shape {x.Shape}. Expected known sizes along the spatial axes, which decide the windows. Give the Input its sizes.") { Actual = x.Shape };
        return x;
    }
}
