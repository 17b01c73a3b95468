namespace Zoo.Keras;

/// <summary>A number, or numbers in rows, as configurations hold them: converts from a number and from arrays.</summary>
public readonly record struct NestedNumbers : IKerasValue<NestedNumbers>
{
    readonly bool stored;   // as an array of a type of its own

    NestedNumbers(NDArray array, bool stored = false) => (Array, this.stored) = (array, stored);

    /// <summary>The numbers.</summary>
    public NDArray Array { get => field ?? NDArray.Scalar(0, DType.Float64); }

    /// <summary>One number.</summary>
    public static implicit operator NestedNumbers(double number) => new(NDArray.Scalar(number, DType.Float64));

    /// <summary>The numbers of a .NET array of any rank.</summary>
    public static implicit operator NestedNumbers(Array array) => new(NDArray.From(array).Cast(DType.Float64));

    /// <summary>The numbers of an array.</summary>
    public static implicit operator NestedNumbers(NDArray array) => new(array.Cast(DType.Float64));

    /// <inheritdoc/>
    public object? ToKeras() => stored ? Array : Nested(Array);

    static object? Nested(NDArray x) => x.Shape.Rank == 0 ? x.ToNumber() : Enumerable.Range(0, (int)x.Shape[0]).Select(i => Nested(x.Rows(i, 1).Reshape(x.Shape[1..]))).ToList();

    /// <inheritdoc/>
    public static NestedNumbers FromKeras(object? value)
    {
        if (value is Dictionary<string, object?> array && array.GetValueOrDefault("config") is Dictionary<string, object?> config) return new(Saving.KerasCollections.Numbers(config, "numbers"), stored: true);
        var flat = new List<double>();
        var shape = new List<long>();
        Walk(value, 0);
        return new(NDArray.From(flat.ToArray(), Shape.Create([.. shape])));

        void Walk(object? item, int depth)
        {
            if (item is List<object?> list)
            {
                if (shape.Count == depth) shape.Add(list.Count);
                foreach (var inner in list) Walk(inner, depth + 1);
            }
            else flat.Add(item switch { double d => d, long n => n, _ => throw new ArgumentException($"'{item}' is no number. Expected a number or rows of them.") });
        }
    }
}
