using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Keras;

/// <summary>What the pooling layers of pictures share: the window and its step.</summary>
public abstract class Pooling2D : SpatialLayer
{
    private protected Pooling2D(Sizes poolSize) : base(2) => PoolSize = poolSize.For(Axes, $"{GetType().Name}: the pool size");

    /// <summary>The sizes of the windows.</summary>
    public Sizes PoolSize { get; }

    /// <summary>The step of the windows; by default their size.</summary>
    public Sizes? Strides { get => field ?? PoolSize; init => field = value?.For(Axes, $"{GetType().Name}: the strides"); }

    /// <summary><c>valid</c> or <c>same</c>.</summary>
    public Padding Padding { get; init => field = value.NotCausal(GetType().Name); }

    private protected abstract Op Pool { get; }

    private protected override Variable CallLast(Variable x) =>
        Pool.Call([x], ("ksize", Spatial.Around(PoolSize.Longs, 1)), ("strides", Spatial.Around(Strides!.Value.Longs, 1)), ("padding", Padding.Upper));
}
