namespace Zoo.Keras;

/// <summary>What the layers share that cut the borders off one to three spatial axes.</summary>
public abstract class CroppingLayer : SpatialLayer
{
    private protected CroppingLayer(int axes, Borders borders) : base(axes) => Borders = borders.For(axes, $"{GetType().Name}: the cropping");

    private protected Borders Borders { get; }

    /// <inheritdoc/>
    protected override void Build(Shape input) => CheckRank(input);

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        var parts = new AxisIndex[FirstAxis + Axes];
        Array.Fill(parts, Range.All);
        for (var i = 0; i < Axes; i++)
        {
            var (before, after) = Borders[i];
            if (x.Shape[FirstAxis + i] is >= 0 and var size && before + after >= size)
                throw new ShapeException($"the input has shape {x.Shape}, of which {before} + {after} entries of axis {FirstAxis + i} are cut. Expected less than its size {size}.") { Actual = x.Shape };
            parts[FirstAxis + i] = before..^after;
        }
        return x[parts];
    }
}
