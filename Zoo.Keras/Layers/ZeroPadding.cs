namespace Zoo.Keras;

/// <summary>What the layers share that put zeros around one to three spatial axes.</summary>
public abstract class ZeroPadding : SpatialLayer
{
    private protected ZeroPadding(int axes, Borders padding) : base(axes) => Padding = padding.For(axes, $"{GetType().Name}: the padding");

    /// <summary>How many zeros stand before and after each axis; by default 1.</summary>
    public Borders Padding { get; }

    /// <inheritdoc/>
    protected override void Build(Shape input) => CheckRank(input);

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        return Around(x, Padding, FirstAxis);
    }
}
