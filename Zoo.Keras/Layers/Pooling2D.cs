using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Keras;

/// <summary>What the pooling layers of pictures share: the window and its step.</summary>
public abstract class Pooling2D : Layer
{
    private protected Pooling2D(Size2D poolSize) => PoolSize = poolSize.Positive($"{GetType().Name}: the pool size");

    /// <summary>Height and width of the windows.</summary>
    public Size2D PoolSize { get; }

    /// <summary>The step of the windows; by default their size.</summary>
    public Size2D? Strides { get => field ?? PoolSize; init => field = value?.Positive($"{GetType().Name}: the strides"); }

    /// <summary><c>valid</c> or <c>same</c>.</summary>
    public Padding Padding { get; init; }

    /// <summary>Where the channels stand.</summary>
    public DataFormat DataFormat { get; init; }

    private protected abstract Op Pool { get; }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        if (x.Shape.Rank != 4) throw new ShapeException($"the input has shape {x.Shape}. Expected pictures: a batch, height, width and channels.") { Actual = x.Shape };
        var y = Pool.Call([DataFormat.ToLast(x)], ("ksize", PoolSize.AsWindow), ("strides", Strides!.Value.AsWindow), ("padding", Padding.Upper));
        return DataFormat.FromLast(y);
    }
}
