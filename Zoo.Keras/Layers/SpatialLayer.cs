namespace Zoo.Keras;

/// <summary>What layers share that look at inputs of one to three spatial axes: their rank, and where the channels stand.</summary>
public abstract class SpatialLayer : Layer
{
    private protected SpatialLayer(int axes) => Axes = axes;

    /// <summary>Where the channels stand.</summary>
    public DataFormat DataFormat { get; init; }

    /// <summary>The number of spatial axes.</summary>
    private protected int Axes { get; }

    /// <summary>The result for an input whose channels come last.</summary>
    private protected abstract Variable CallLast(Variable x);

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        return DataFormat.FromLast(CallLast(DataFormat.ToLast(x)));
    }

    private protected void CheckRank(Shape input)
    {
        string[] names = Axes switch { 1 => ["steps"], 2 => ["height", "width"], _ => ["depth", "height", "width"] };
        string[] expected = DataFormat.IsFirst ? ["batch", "channels", .. names] : ["batch", .. names, "channels"];
        if (!input.HasRank || input.Rank != Axes + 2) throw new ShapeException($"the input has shape {input}. Expected rank {Axes + 2}: [{string.Join(", ", expected)}].") { Actual = input };
    }
}
