using System.Globalization;
using System.Runtime.InteropServices;

namespace Zoo.Autograd.Graph;

/// <summary>
/// The attributes of a node, sorted by name; immutable. A value is a long, double, bool, string, byte[], <see cref="DType"/>, <see cref="Shape"/>,
/// <see cref="NDArray"/>, <see cref="FunctionRef"/>, or an array of one of these; what a file's own attributes hold beyond that stays a message.
/// </summary>
internal sealed class Attrs
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

    internal bool SameAs(Attrs other)
    {
        var (mine, others) = (new System.Text.StringBuilder(), new System.Text.StringBuilder());
        AppendKey(mine);
        other.AppendKey(others);
        return mine.Equals(others);
    }

    internal T Get<T>(string name) => this[name] is var value && value is T typed ? typed
        : throw new GraphException($"attribute '{name}' is {(value is null ? "missing" : value.GetType().Name)}. Expected a value of {typeof(T).Name}.");

    static object Normal(object value) => value switch
    {
        int i => (long)i,
        float f => (double)f,
        int[] list when list.GetType() == typeof(int[]) => Array.ConvertAll(list, i => (long)i),   // to the runtime an array of an enum is an int[] too
        float[] list => Array.ConvertAll(list, f => (double)f),
        _ => value,
    };

    /// <summary>Appends a text that is equal for equal attributes: common subexpressions are found by it.</summary>
    internal void AppendKey(System.Text.StringBuilder to)
    {
        for (var i = 0; i < names.Length; i++) AppendValue(to.Append(names[i]).Append('='), values[i]).Append(';');
    }

    static System.Text.StringBuilder AppendValue(System.Text.StringBuilder to, object value) => value switch
    {
        double d => to.Append(d.ToString("R", CultureInfo.InvariantCulture)),
        byte[] bytes => to.Append(Convert.ToHexString(bytes)),
        NDArray { DType: DType.String } text => to.Append("s").Append(text.Shape).AppendJoin(',', text.ToArray<byte[]>().Select(Convert.ToHexString)),
        NDArray { Count: <= 64 } small => to.Append(small.DType.Name()).Append(small.Shape).Append(Convert.ToHexString(small.Bytes)),
        NDArray large => to.Append("data").Append(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(large.Data)).Append(large.Offset).Append(large.Shape),
        Array list => to.Append('[').AppendJoin(',', list.Cast<object>().Select(v => AppendValue(new(), v).ToString())).Append(']'),
        FunctionRef f => to.Append('@').Append(f.Name).Append('#').Append(f.Body?.Number),
        _ => to.Append(CultureInfo.InvariantCulture, $"{value}"),
    };
}

/// <summary>A function given to an op by name, with the function's own attributes.</summary>
internal sealed record FunctionRef(string Name, Attrs Attrs)
{
    internal FunctionRef(Function body) : this(body.Name, Attrs.None) => Body = body;

    /// <summary>The function itself, where it is at hand.</summary>
    internal Function? Body { get; init; }
}
