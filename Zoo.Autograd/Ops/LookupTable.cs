namespace Zoo.Autograd.Ops;

/// <summary>What lookup ops look things up in: keys (strings or whole numbers), each with a value. It is filled once.</summary>
internal sealed class LookupTable(DType keys, DType values, string name = "table")
{
    readonly Dictionary<Key, int> places = [];
    Variable? handle;

    /// <summary>A table with its content.</summary>
    internal LookupTable(NDArray keys, NDArray values, string name = "table") : this(keys.DType, values.DType, name) => Fill(keys, values);

    internal DType KeyType { get; } = keys;

    internal DType ValueType { get; } = values;

    internal string Name { get; } = name;

    /// <summary>The keys in their order.</summary>
    internal NDArray Keys { get; private set; } = NDArray.Zeros([0], keys);

    /// <summary>The value of each key.</summary>
    internal NDArray Values { get; private set; } = NDArray.Zeros([0], values);

    /// <summary>The handle as ops take it: one node for all uses.</summary>
    internal Variable Handle => handle ??= TableOps.HashTable.Call([], Graph.Attrs.Of(("key_dtype", KeyType), ("value_dtype", ValueType)), Name, this).Out;

    /// <summary>Gives the table its content.</summary>
    /// <exception cref="ArgumentException">A key stands twice with different values.</exception>
    internal void Fill(NDArray from, NDArray to)
    {
        places.Clear();
        for (var i = 0; i < from.Count; i++)
            if (!places.TryAdd(new(from, i), i))
                throw new ArgumentException($"LookupTable: the key '{new Key(from, i)}' stands twice. Expected each key once. Remove one of them.");
        (Keys, Values) = (from.Reshape([from.Count]), to.Reshape([to.Count]));
    }

    /// <summary>The value of each key, or the default.</summary>
    internal NDArray Find(NDArray x, NDArray fallback)
    {
        var result = NDArray.Zeros(x.Shape, ValueType);
        for (var i = 0; i < x.Count; i++)
        {
            var (from, at) = places.TryGetValue(new(x, i), out var place) ? (Values, place) : (fallback, 0);
            Array.Copy(from.Data, from.Offset + at, result.Data, i, 1);
        }
        return result;
    }

    readonly struct Key : IEquatable<Key>
    {
        readonly byte[]? text;
        readonly long number;

        internal Key(NDArray from, int i)
        {
            if (from.DType == DType.String) text = from.AsSpan<byte[]>()[i];
            else number = from.DType == DType.Int64 ? from.AsSpan<long>()[i] : (long)from.Number(i);
        }

        public bool Equals(Key other) => number == other.number && text.AsSpan().SequenceEqual(other.text);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(number);
            hash.AddBytes(text);
            return hash.ToHashCode();
        }

        public override string ToString() => text is null ? $"{number}" : System.Text.Encoding.UTF8.GetString(text);
    }
}
