using System.Runtime.CompilerServices;

namespace Zoo.Keras;

/// <summary>The arrays within elements of a <see cref="Dataset{T}"/>: arrays, tuples, lists and dictionaries of them.</summary>
internal static class Elements
{
    /// <summary>One element in the form of the others, whose arrays are theirs, joined.</summary>
    internal static T Join<T>(T[] elements, Func<NDArray[], NDArray> join)
    {
        var parts = Array.ConvertAll(elements, e => Leaves(e).ToArray());
        foreach (var (part, i) in parts.Select((p, i) => (p, i)))
            if (part.Length != parts[0].Length) throw new ArgumentException($"element {i} of the batch holds {part.Length} arrays, the first holds {parts[0].Length}. Expected the same in all.");
        return Like(elements[0], [.. Enumerable.Range(0, parts[0].Length).Select(k => join(Array.ConvertAll(parts, p => p[k])))]);
    }

    /// <summary>The arrays of an element, in order.</summary>
    internal static IEnumerable<NDArray> Leaves(object? element) => element switch
    {
        null => [],
        NDArray array => [array],
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Leaves(tuple[i])),
        IReadOnlyDictionary<string, NDArray> named => named.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value),
        IEnumerable<NDArray> several => several,
        _ => throw new ArgumentException($"an element holds {element.GetType().Name}. Expected NDArray, or tuples, lists or dictionaries of them. Map the elements first: NDArray.Scalar(…) holds a number, NDArray.From(…) texts."),
    };

    /// <summary>An element in the form of another with other arrays.</summary>
    internal static T Like<T>(T form, NDArray[] leaves)
    {
        var at = 0;
        return (T)Make(form, leaves, ref at)!;
    }

    static object? Make(object? form, NDArray[] leaves, ref int at)
    {
        switch (form)
        {
            case null: return null;
            case NDArray: return leaves[at++];
            case ITuple tuple:
                var items = new object?[tuple.Length];
                for (var i = 0; i < items.Length; i++) items[i] = Make(tuple[i], leaves, ref at);
                return Activator.CreateInstance(form.GetType(), items);
            case Arrays arrays:
                var own = leaves.AsSpan(at, arrays.Count).ToArray();
                at += own.Length;
                return Arrays.Create(own, arrays.Names?.ToArray());
            case IReadOnlyDictionary<string, NDArray> named:
                var result = new Dictionary<string, NDArray>();
                foreach (var key in named.Keys.Order(StringComparer.Ordinal)) result[key] = leaves[at++];
                return result;
            case NDArray[] several:
                at += several.Length;
                return leaves[(at - several.Length)..at];
            default: throw new ArgumentException($"elements of {form.GetType().Name} cannot be joined. Expected NDArray, tuples, Arrays, NDArray[] or Dictionary<string, NDArray>.");
        }
    }

    /// <summary>Arrays of one shape as the rows of a new one.</summary>
    internal static NDArray Stack(NDArray[] rows)
    {
        var first = rows[0];
        for (var i = 1; i < rows.Length; i++)
            if (rows[i].Shape != first.Shape || rows[i].DType != first.DType)
                throw new ShapeException($"element {i} of the batch holds {rows[i].DType.Name()} {rows[i].Shape}, the first {first.DType.Name()} {first.Shape}. Expected the same in all. Resize them, or use PaddedBatch.") { Expected = first.Shape, Actual = rows[i].Shape };
        var all = NDArray.Zeros(Shape.Create([rows.Length, .. first.Shape]), first.DType);
        for (var i = 0; i < rows.Length; i++) all.Put(i, rows[i]);
        return all;
    }

    /// <summary>Arrays of one rank as the rows of a new one, filled up to the largest.</summary>
    internal static NDArray Pad(NDArray[] rows, double value)
    {
        var first = rows[0];
        foreach (var row in rows)
            if (row.Shape.Rank != first.Shape.Rank || row.DType != first.DType)
                throw new ShapeException($"an element holds {row.DType.Name()} {row.Shape}, the first {first.DType.Name()} {first.Shape}. Expected one type and one number of axes.") { Expected = first.Shape, Actual = row.Shape };
        var dims = first.Shape.ToArray();
        for (var axis = 0; axis < dims.Length; axis++) dims[axis] = rows.Max(r => r.Shape[axis]);
        var shape = Shape.Create([rows.Length, .. dims]);
        var all = value == 0 || first.DType == DType.String ? NDArray.Zeros(shape, first.DType) : NDArray.Full(shape, value, first.DType);
        for (var i = 0; i < rows.Length; i++) Place(rows[i], all.Rows(i, 1), dims);
        return all;
    }

    /// <summary>Copies an array into the beginning of a larger one, run by run of the last axis.</summary>
    static void Place(NDArray from, NDArray into, long[] dims)
    {
        var shape = from.Shape;
        if (from.Count == 0) return;
        var run = shape.Rank == 0 ? 1 : (int)shape[^1];
        var index = new long[Math.Max(shape.Rank - 1, 0)];
        for (var at = 0; at < from.Count; at += run)
        {
            long to = 0;
            for (var axis = 0; axis < index.Length; axis++) to = to * dims[axis] + index[axis];
            Array.Copy(from.Data, from.Offset + at, into.Data, into.Offset + to * (shape.Rank == 0 ? 1 : dims[^1]), run);
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) index[axis] = 0;
        }
    }

    /// <summary>Takes from several sequences in turn, each made of one item.</summary>
    internal static IEnumerable<TResult> Interleave<T, TResult>(IEnumerable<T> items, Func<T, IEnumerable<TResult>> map, int cycle, int block)
    {
        using var source = items.GetEnumerator();
        var open = new IEnumerator<TResult>?[cycle];
        try
        {
            var more = true;
            for (var turn = 0; more || Array.Exists(open, o => o is not null); turn = (turn + 1) % cycle)
            {
                if (open[turn] is null && more && (more = source.MoveNext())) open[turn] = map(source.Current).GetEnumerator();
                for (var i = 0; i < block && open[turn] is { } one; i++)
                {
                    if (one.MoveNext()) yield return one.Current;
                    else
                    {
                        one.Dispose();
                        open[turn] = null;
                    }
                }
            }
        }
        finally
        {
            foreach (var one in open) one?.Dispose();
        }
    }
}
