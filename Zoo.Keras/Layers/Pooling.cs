using Zoo.Autograd.Ops;

namespace Zoo.Keras;

/// <summary>What the layers share that pool windows over one to three spatial axes: the window and its step.</summary>
public abstract class Pooling : SpatialLayer
{
    private protected Pooling(int axes, Sizes poolSize) : base(axes) => PoolSize = poolSize.For(Axes, $"{GetType().Name}: the pool size");

    /// <summary>The sizes of the windows; by default 2 along each axis.</summary>
    public Sizes PoolSize { get; }

    /// <summary>The step of the windows; by default their size.</summary>
    public Sizes? Strides { get => field ?? PoolSize; init => field = value?.For(Axes, $"{GetType().Name}: the strides"); }

    /// <summary><c>valid</c> or <c>same</c>.</summary>
    public Padding Padding { get; init => field = value.NotCausal(GetType().Name); }

    private protected abstract bool IsMax { get; }

    private protected override Variable CallLast(Variable x) => Spatial.Pool(x, IsMax, PoolSize.Longs, Strides!.Value.Longs, Padding.Upper);
}
