using System.Collections;
using System.Runtime.CompilerServices;

namespace Zoo.Autograd;

/// <summary>
/// The dimensions of a tensor, outermost first. A dimension may be unknown (<see cref="Dim.Any"/>, printed as ?), as the
/// batch is until data arrives; the rank may be unknown too (<see cref="Unknown"/>). Written as a collection: <c>[Dim.Any, 28, 28, 1]</c>.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IEquatable<Shape>, IEnumerable<long>
{
    readonly long[]? dims;

    Shape(long[]? dims) => this.dims = dims;

    /// <summary>The shape of a single number.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>A shape of which not even the rank is known.</summary>
    public static Shape Unknown { get; } = new(null);

    /// <summary>The most dimensions that a shape has; TensorFlow's limit.</summary>
    internal const int MaxRank = 254;

    /// <summary>A shape with these dimensions.</summary>
    /// <exception cref="ArgumentException">A dimension is below -1, or there are more than 254.</exception>
    public static Shape Create(ReadOnlySpan<long> dims)
    {
        if (dims.Length > MaxRank) throw new ArgumentException($"Shape: it has {dims.Length} dimensions. Expected at most {MaxRank}.");
        foreach (var d in dims)
            if (d < Dim.Any) throw new ArgumentException($"Shape: {d} is not a dimension. Expected a size from 0, or Dim.Any where it is unknown.");
        return dims.Length == 0 ? Scalar : new(dims.ToArray());
    }

    /// <summary>A shape from 32-bit dimensions.</summary>
    public static Shape Of(params ReadOnlySpan<int> dims)
    {
        var wide = new long[dims.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = dims[i];
        return Create(wide);
    }

    /// <summary>Whether the rank is known.</summary>
    public bool HasRank => dims is not null;

    /// <summary>The number of dimensions.</summary>
    /// <exception cref="InvalidOperationException">The rank is unknown.</exception>
    public int Rank => Known().Length;

    /// <summary>Whether every dimension is known.</summary>
    public bool IsKnown
    {
        get
        {
            foreach (var d in dims ?? [])
                if (d == Dim.Any) return false;
            return dims is not null;
        }
    }

    /// <summary>The number of elements.</summary>
    /// <exception cref="InvalidOperationException">A dimension is unknown.</exception>
    public long Elements
    {
        get
        {
            long n = 1;
            foreach (var d in Known())
                n = checked(n * (d >= 0 ? d : throw new InvalidOperationException($"Shape: {this} has an unknown dimension, so its elements cannot be counted.")));
            return n;
        }
    }

    /// <summary>One dimension; negative counts from the end.</summary>
    public long this[int axis] => Known()[axis < 0 ? axis + dims!.Length : axis];

    /// <summary>One dimension.</summary>
    public long this[Index axis] => Known()[axis];

    /// <summary>Some of the dimensions.</summary>
    public Shape this[Range range] => Create(Known().AsSpan()[range]);

    /// <summary>The dimensions as a span.</summary>
    public ReadOnlySpan<long> Dims => Known();

    /// <summary>The dimensions as a new array.</summary>
    public long[] ToArray() => (long[])Known().Clone();

    /// <summary>This shape with one dimension replaced.</summary>
    public Shape With(int axis, long size)
    {
        var copy = ToArray();
        copy[axis < 0 ? axis + copy.Length : axis] = size;
        return Create(copy);
    }

    /// <summary>The dimensions of this shape followed by those of another.</summary>
    public Shape Concat(Shape other) => Create([.. Known(), .. other.Known()]);

    /// <summary>Whether data of shape <paramref name="actual"/> fits this shape, unknown dimensions fitting anything.</summary>
    public bool Accepts(Shape actual)
    {
        if (dims is null || actual.dims is null) return true;
        if (dims.Length != actual.dims.Length) return false;
        for (var i = 0; i < dims.Length; i++)
            if (dims[i] != actual.dims[i] && dims[i] != Dim.Any && actual.dims[i] != Dim.Any) return false;
        return true;
    }

    /// <summary>The shape that fits both, each filling in what the other does not know.</summary>
    internal Shape Merge(Shape other)
    {
        if (dims is null) return other;
        if (other.dims is null) return this;
        var merged = new long[dims.Length];
        for (var i = 0; i < merged.Length; i++) merged[i] = dims[i] == Dim.Any ? other.dims[i] : dims[i];
        return Create(merged);
    }

    /// <summary>The axis counted from the front, checked.</summary>
    /// <exception cref="ShapeException">The axis does not exist.</exception>
    internal int Axis(long axis, string where)
    {
        var n = Rank;
        if (axis < -n || axis >= n)
            throw new ShapeException($"{where}: axis {axis} does not exist in {this}. Expected an axis from {-n} to {n - 1}.") { Actual = this };
        return (int)(axis < 0 ? axis + n : axis);
    }

    /// <summary>The shape of an element-wise result of two operands (NumPy's rule).</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Shape Broadcast(Shape a, Shape b)
    {
        if (a.dims is null || b.dims is null) return Unknown;
        var rank = Math.Max(a.Rank, b.Rank);
        var result = new long[rank];
        for (var i = 1; i <= rank; i++)
        {
            long x = i <= a.Rank ? a[-i] : 1, y = i <= b.Rank ? b[-i] : 1;
            result[^i] = (x, y) switch
            {
                _ when x == y => x,
                (1, _) => y,
                (_, 1) => x,
                (Dim.Any, _) => y,
                (_, Dim.Any) => x,
                _ => throw new ShapeException($"the shapes {a} and {b} do not broadcast: {x} against {y} at axis {-i}. Expected equal sizes or 1. Reshape one of them.") { Expected = a, Actual = b },
            };
        }
        return Create(result);
    }

    long[] Known() => dims ?? throw new InvalidOperationException("Shape: the rank is not known.");

    /// <inheritdoc/>
    public bool Equals(Shape? other) =>
        other is not null && (dims is null ? other.dims is null : other.dims is not null && dims.AsSpan().SequenceEqual(other.dims));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        if (dims is not null)
            foreach (var d in dims) hash.Add(d);
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes have the same dimensions, unknown ones at the same places.</summary>
    public static bool operator ==(Shape? a, Shape? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape? a, Shape? b) => !(a == b);

    /// <inheritdoc/>
    public override string ToString() => dims is null ? "<unknown rank>" : $"[{string.Join(", ", dims.Select(d => d < 0 ? "?" : d.ToString()))}]";

    /// <inheritdoc/>
    public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)Known()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
