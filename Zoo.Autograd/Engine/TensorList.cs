namespace Zoo.Autograd.Engine;

/// <summary>TensorFlow's list of tensors, as the embedded engine keeps it: immutable; an item that was never set counts as zeros of the list's shape.</summary>
internal sealed class TensorList(DType dtype, Shape element, NDArray?[] items)
{
    const int MaxItems = 1 << 24;

    internal DType DType => dtype;
    internal Shape Element => element;
    internal int Count => items.Length;

    internal static TensorList Of(NDArray handle) => handle.Held<TensorList>();

    internal NDArray AsVariant() => NDArray.Variant(this);

    internal static TensorList Reserve(DType dtype, Shape element, long count) => count is >= 0 and <= MaxItems ? new(dtype, element, new NDArray?[count])
        : throw new EngineException($"TensorListReserve: {count} elements were asked for. Expected 0 to {MaxItems}.");

    internal static TensorList From(NDArray stacked, Shape element)
    {
        if (stacked.Shape.Rank == 0) throw new EngineException("TensorListFromTensor: the tensor is a number. Expected at least one axis.");
        return new(stacked.DType, element.HasRank ? element : stacked.Shape[1..], [.. Enumerable.Range(0, (int)stacked.Shape[0]).Select(i => stacked.Rows(i, 1).Reshape(stacked.Shape[1..]))]);
    }

    /// <summary>An item; zeros where none was set and the shape is known.</summary>
    internal NDArray Get(long index, Shape wanted)
    {
        if (index < 0 || index >= Count) throw new EngineException($"TensorListGetItem: item {index} was asked for. Expected 0 to {Count - 1}.");
        if (items[index] is { } item) return item;
        var shape = Merged(wanted);
        if (!shape.IsKnown && items.FirstOrDefault(i => i is not null) is { } other) shape = other.Shape;
        return shape.IsKnown ? NDArray.Zeros(shape, dtype) : throw new EngineException($"TensorListGetItem: item {index} was never set, and its shape {shape} is not known.");
    }

    internal TensorList Set(long index, NDArray item, bool grow = false)
    {
        if (index < 0 || index >= (grow ? MaxItems : Count)) throw new EngineException($"TensorListSetItem: item {index} was set. Expected 0 to {Count - 1}.");
        if (item.DType != dtype || !element.Accepts(item.Shape)) throw new EngineException($"TensorListSetItem: the item is {item.DType.Name()} {item.Shape}. Expected {dtype.Name()} {element}.");
        var copy = new NDArray?[Math.Max(Count, index + 1)];
        items.CopyTo(copy, 0);
        copy[index] = item;
        return new(dtype, element, copy);
    }

    internal TensorList Push(NDArray item) => Resize(Count + 1).Set(Count, item);

    internal (TensorList List, NDArray Item) Pop(Shape wanted) => Count > 0 ? (Resize(Count - 1), Get(Count - 1, wanted)) : throw new EngineException("TensorListPopBack: the list is empty.");

    internal TensorList Resize(long count)
    {
        if (count is < 0 or > MaxItems) throw new EngineException($"TensorListResize: {count} elements were asked for. Expected 0 to {MaxItems}.");
        var copy = items[..(int)Math.Min(count, Count)];
        Array.Resize(ref copy, (int)count);
        return new(dtype, element, copy);
    }

    internal NDArray Stack(IReadOnlyList<long> indices, Shape wanted)
    {
        if (indices.Count == 0 && Merged(wanted) is { IsKnown: true } none) return NDArray.Zeros(Shape.Create([0, .. none]), dtype);
        var parts = indices.Select(i => Get(i, wanted)).ToArray();
        if (parts.Length == 0 || Array.Exists(parts, p => p.Shape != parts[0].Shape)) throw new EngineException($"TensorListStack: the items are {string.Join(", ", parts.Take(8).Select(p => p.Shape))}. Expected equal shapes, and a known one where there are none.");
        var result = NDArray.Zeros(Shape.Create([parts.Length, .. parts[0].Shape]), dtype);
        for (var i = 0; i < parts.Length; i++) result.Put(i, parts[i]);
        return result;
    }

    internal NDArray Stack(Shape wanted) => Stack([.. Enumerable.Range(0, Count).Select(i => (long)i)], wanted);

    /// <summary>Parts of a tensor along its first axis.</summary>
    internal static TensorList Split(NDArray all, Shape element, long[] lengths)
    {
        if (all.Shape.Rank == 0 || Array.Exists(lengths, l => l < 0) || lengths.Sum() != all.Shape[0]) throw new EngineException($"TensorListSplit: a tensor of {all.Shape} is to be split into {string.Join(", ", lengths)} rows. Expected lengths that add up to its first axis.");
        var next = 0;
        return new(all.DType, element, [.. lengths.Select(l => all.Rows((next += (int)l) - (int)l, (int)l))]);
    }

    /// <summary>The items one after the other along their first axis, and the length of each; <paramref name="given"/>: the lengths of those that were never set.</summary>
    internal (NDArray All, NDArray Lengths) Concat(Shape wanted, long[] given)
    {
        var parts = Enumerable.Range(0, Count).Select(i => items[i] ?? Get(i, i < given.Length && Merged(wanted) is { HasRank: true, Rank: > 0 } shape ? shape.With(0, given[i]) : wanted)).ToArray();
        if (Array.Exists(parts, p => p.Shape.Rank == 0 || p.Shape[1..] != parts[0].Shape[1..])) throw new EngineException($"TensorListConcat: the items are {string.Join(", ", parts.Take(8).Select(p => p.Shape))}. Expected shapes that differ in the first axis only.");
        var rest = parts.Length > 0 ? parts[0].Shape[1..] : Merged(wanted) is { HasRank: true, Rank: > 0 } none && none[1..].IsKnown ? none[1..] : throw new EngineException("TensorListConcat: the list is empty, and the shape of its items is not known.");
        var all = NDArray.Zeros(Shape.Create([parts.Sum(p => p.Shape[0]), .. rest]), dtype);
        var at = 0;
        foreach (var part in parts)
        {
            Array.Copy(part.Data, part.Offset, all.Data, at, part.Count);
            at += part.Count;
        }
        return (all, NDArray.From(parts.Select(p => p.Shape[0]).ToArray()));
    }

    Shape Merged(Shape wanted) => element.Accepts(wanted) ? element.Merge(wanted) : wanted.Accepts(element) ? wanted.Merge(element)
        : throw new EngineException($"TensorList: items of {wanted} are wanted of a list of {element}.");
}
