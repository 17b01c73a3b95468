using System.Runtime.InteropServices;

namespace Zoo.Autograd.Graph;

/// <summary>
/// The attributes of a node, sorted by name; immutable. A value is a long, double, bool, string, byte[], <see cref="DType"/>, <see cref="Shape"/>,
/// <see cref="NDArray"/>, <see cref="FunctionRef"/>, or an array of one of these; what a file's own attributes hold beyond that stays a message.
/// </summary>
internal sealed class Attrs : IEquatable<Attrs>
{
    readonly string[] names;
    readonly object[] values;

    Attrs(string[] names, object[] values) => (this.names, this.values) = (names, values);

    internal static Attrs None { get; } = new([], []);

    internal static Attrs Of(params (string Name, object Value)[] pairs) => None.With(pairs);

    internal static Attrs From(Dictionary<string, object> all)
    {
        string[] names = [.. all.Keys];
        Array.Sort(names, StringComparer.Ordinal);
        return new(names, Array.ConvertAll(names, name => Normal(all[name])));
    }

    internal object? this[string name] => Find(name) is >= 0 and var at ? values[at] : null;

    /// <summary>Attributes whose names are sorted and whose values are of the kinds above already.</summary>
    internal static Attrs Sorted(string[] names, object[] values) => new(names, values);

    internal ReadOnlySpan<string> Names => names;
    internal ReadOnlySpan<object> Values => values;

    internal IEnumerable<KeyValuePair<string, object>> All
    {
        get
        {
            for (var i = 0; i < names.Length; i++) yield return new(names[i], values[i]);
        }
    }

    internal bool Has(string name) => Find(name) >= 0;

    internal Attrs Without(string name) => Find(name) is >= 0 and var at ? new([.. names[..at], .. names[(at + 1)..]], [.. values[..at], .. values[(at + 1)..]]) : this;

    internal Attrs With(string name, object value) => With((name, value));

    internal Attrs With(params (string Name, object Value)[] pairs)
    {
        if (pairs.Length == 0) return this;
        var all = new Dictionary<string, object>(names.Length + pairs.Length);
        for (var i = 0; i < names.Length; i++) all[names[i]] = values[i];
        foreach (var (name, value) in pairs) all[name] = value;
        return From(all);
    }

    int Find(string name) => Array.BinarySearch(names, name, StringComparer.Ordinal);

    internal T Get<T>(string name) => this[name] is var value && value is T typed ? typed
        : throw new GraphException($"attribute '{name}' is {(value is null ? "missing" : value.GetType().Name)}. Expected a value of {typeof(T).Name}.");

    internal static object Normal(object value) => value switch
    {
        int i => (long)i,
        float f => (double)f,
        int[] list when list.GetType() == typeof(int[]) => Array.ConvertAll(list, i => (long)i),   // to the runtime an array of an enum is an int[] too
        float[] list => Array.ConvertAll(list, f => (double)f),
        _ => value,
    };

    /// <summary>Whether all are the same: numbers bit for bit, arrays of more than 64 elements by where they lie.</summary>
    public bool Equals(Attrs? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || !names.AsSpan().SequenceEqual(other.names)) return false;
        for (var i = 0; i < values.Length; i++)
            if (!Same(values[i], other.values[i])) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Attrs);

    public override int GetHashCode()
    {
        var mix = new HashCode();
        foreach (var value in values)
            switch (value)
            {
                case NDArray array:
                    mix.Add(array.Shape);
                    if (IsSmall(array) && array.DType != DType.String) mix.AddBytes(array.Bytes);
                    break;
                case long[] list:
                    mix.AddBytes(MemoryMarshal.AsBytes<long>(list));
                    break;
                case Array list:
                    mix.Add(list.Length);
                    break;
                default:
                    mix.Add(value);
                    break;
            }
        return mix.ToHashCode();
    }

    static bool Same(object a, object b) => (a, b) switch
    {
        (double x, double y) => BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y),
        (NDArray x, NDArray y) => IsSmall(x) ? x.HoldsTheSame(y) : ReferenceEquals(x.Data, y.Data) && x.Offset == y.Offset && x.Shape == y.Shape,
        (Array x, Array y) => x.Length == y.Length && x.GetType() == y.GetType() && Enumerable.Range(0, x.Length).All(i => Same(x.GetValue(i)!, y.GetValue(i)!)),
        _ => a.Equals(b),
    };

    static bool IsSmall(NDArray array) => array.Count <= 64 || array.DType == DType.String;
}

/// <summary>A function given to an op by name, with the function's own attributes.</summary>
internal sealed record FunctionRef(string Name, Attrs Attrs)
{
    internal FunctionRef(Function body) : this(body.Name, Attrs.None) => Body = body;

    /// <summary>The function itself, where it is at hand.</summary>
    internal Function? Body { get; init; }
}
