using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

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

    /// <summary>Widths of a border around the input, before any <see cref="Padding"/> (Analytics Zoo's and Caffe's explicit padding; Keras has no such key). It does not count.</summary>
    [KerasOptional]
    public Borders? Pads { get; init => field = value?.For(Axes, $"{GetType().Name}: the pads"); }

    /// <summary>Whether the zeros of <see cref="Pads"/> count in a mean.</summary>
    private protected virtual bool CountsPads => false;

    private protected abstract bool IsMax { get; }

    private protected override Variable CallLast(Variable x)
    {
        if (Pads is not { } pads) return Pool(x);
        if (IsMax) return Pool(Around(x, pads, 1, double.NegativeInfinity));
        var mean = Pool(Around(x, pads, 1));
        return CountsPads ? mean : A.DivNoNan(mean, Pool(Around(A.OnesLike(x), pads, 1)));
    }

    Variable Pool(Variable x) => Spatial.Pool(x, IsMax, PoolSize.Longs, Strides!.Value.Longs, Padding.Upper);
}
