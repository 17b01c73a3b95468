using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What layers share that look at inputs of one to three spatial axes: their rank, and where the channels stand.</summary>
public abstract class SpatialLayer : Layer
{
    private protected SpatialLayer(int axes) => Axes = axes;

    /// <summary>Where the channels stand.</summary>
    public DataFormat DataFormat { get; init; }

    /// <summary>The number of spatial axes.</summary>
    private protected int Axes { get; }

    /// <summary>The first spatial axis in a shape with the batch.</summary>
    private protected int FirstAxis => DataFormat.IsFirst ? 2 : 1;

    /// <summary>The result for an input whose channels come last; not asked for where a layer overrides <see cref="Call(Variable)"/>.</summary>
    private protected virtual Variable CallLast(Variable x) => x;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        return DataFormat.FromLast(CallLast(DataFormat.ToLast(x)));
    }

    /// <summary>A number put around the spatial axes, of which the first is given.</summary>
    private protected Variable Around(Variable x, Borders widths, int first, double value = 0)
    {
        var all = new (int, int)[Axes + 2];
        for (var i = 0; i < Axes; i++) all[first + i] = widths[i];
        return A.Pad(x, all, value);
    }

    private protected void CheckRank(Shape input)
    {
        string[] names = Axes switch { 1 => ["steps"], 2 => ["height", "width"], _ => ["depth", "height", "width"] };
        string[] expected = DataFormat.IsFirst ? ["batch", "channels", .. names] : ["batch", .. names, "channels"];
        if (!input.HasRank || input.Rank != Axes + 2) throw new ShapeException($"the input has shape {input}. Expected rank {Axes + 2}: [{string.Join(", ", expected)}].") { Actual = input };
    }
}
