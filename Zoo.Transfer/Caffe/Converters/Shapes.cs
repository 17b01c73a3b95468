using Zoo.Keras;
using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Converters;

/// <summary>Layers that move elements: Concat, Slice, Split, Crop, Reshape, Flatten, Permute, Tile, BatchReindex, Filter; Reduction and ArgMax; DummyData.</summary>
static class Shapes
{
    public static Variable[] Concat(CaffeLayer c)
    {
        var p = c.Settings.ConcatParam ?? new();
        var axis = p.HasConcatDim && !p.HasAxis ? checked((int)p.ConcatDim) : p.Axis;
        return [c.Inputs.Count == 1 ? c.Apply(new Activation("linear"), c.Input) : c.Apply(new Concatenate(axis), [.. c.Inputs])];
    }

    public static Variable[] Slice(CaffeLayer c)
    {
        var p = c.Settings.SliceParam ?? new();
        var axis = p.HasSliceDim && !p.HasAxis ? checked((int)p.SliceDim) : p.Axis;
        if (p.SlicePoint.Count > 0 && p.SlicePoint.Count != c.Results - 1) throw new GraphException($"it has {p.SlicePoint.Count} points for {c.Results} tops. Expected {c.Results - 1}");
        return c.Results == 1 ? [c.Apply(new Activation("linear"), c.Input)] : c.ApplyMany(new Slice(axis, [.. p.SlicePoint.Select(at => checked((int)at))]) { Pieces = p.SlicePoint.Count > 0 ? 1 : c.Results }, c.Input);
    }

    /// <summary>The same value for each top: what uses a value may be several here.</summary>
    public static Variable[] Split(CaffeLayer c) => [.. Enumerable.Repeat(c.Input, c.Results)];

    public static Variable[] Crop(CaffeLayer c)
    {
        var p = c.Settings.CropParam ?? new();
        return [c.Apply(new Crop(p.Axis, [.. p.Offset.Select(o => checked((int)o))]), [.. c.Inputs])];
    }

    public static Variable[] Reshape(CaffeLayer c)
    {
        var p = c.Settings.ReshapeParam ?? new();
        var shape = c.Input.Shape;
        var first = p.Axis >= 0 ? p.Axis : shape.Rank + p.Axis + 1;
        var last = p.NumAxes < 0 ? shape.Rank : (long)first + p.NumAxes;
        long[] inner = [.. p.Shape?.Dim ?? []];
        if (first < 0 || first > shape.Rank || last > shape.Rank || p.NumAxes < -1 || inner.Where((d, i) => d < -1 || d == 0 && first + i >= shape.Rank).Any())
            throw new GraphException($"its shape [{string.Join(", ", inner)}] from axis {p.Axis} on ({p.NumAxes} axes) does not fit {shape}");
        long[] target = [.. shape.Dims[..first], .. inner.Select((d, i) => d == 0 ? shape[first + i] : d), .. shape.Dims[(int)last..]];
        var copied = first > 0 || inner is [0, ..];
        return [c.Apply(target.Length > 0 && KeepsBatch(shape, target, copied) ? new Reshape(target[1..]) : new WholeReshape([.. target.Select((d, i) => d < 0 && (i < first || i - first < inner.Length && inner[i - first] == 0) ? 0 : d)]), c.Input)];
    }

    /// <summary>Whether the first axis stays the batch, so that Keras' Reshape does it. The batch size that a file writes stands for any.</summary>
    static bool KeepsBatch(Shape shape, long[] target, bool copied)
    {
        if (copied || shape.Rank == 0 || !shape[1..].IsKnown) return copied;
        var (free, sample) = (target[1..].Contains(-1), shape[1..].Elements);
        var rest = target[1..].Where(d => d != -1).Aggregate(1L, (a, b) => checked(a * b));
        return free ? target[0] != -1 && rest > 0 && sample % rest == 0 : rest == sample;
    }

    public static Variable[] Flatten(CaffeLayer c)
    {
        var p = c.Settings.FlattenParam ?? new();
        var shape = c.Input.Shape;
        int first = shape.Axis(p.Axis, "axis"), last = shape.Axis(p.EndAxis, "end_axis");
        if (last < first) throw new GraphException($"its axes {first} to {last} are in the wrong order");
        if (first == 1 && last == shape.Rank - 1) return [c.Apply(new Flatten(), c.Input)];
        if (!shape[Math.Max(1, first)..(last + 1)].IsKnown) throw new GraphException($"its input has shape {shape}. Expected known sizes");
        return [c.Apply(first > 0 ? new Reshape([.. shape.Dims[1..first], shape[first..(last + 1)].Elements, .. shape.Dims[(last + 1)..]]) : new WholeReshape([-1, .. shape.Dims[(last + 1)..]]), c.Input)];
    }

    public static Variable[] Permute(CaffeLayer c)
    {
        var given = c.Settings.PermuteParam?.Order.Select(o => checked((int)o)).ToArray() ?? [];
        int[] order = [.. given, .. Enumerable.Range(0, c.Input.Shape.Rank).Except(given)];
        if (!order.Order().SequenceEqual(Enumerable.Range(0, c.Input.Shape.Rank))) throw new GraphException($"its order ({string.Join(", ", given)}) does not name axes of {c.Input.Shape} once each");
        return [c.Apply(order[0] == 0 ? new Permute(order[1..]) : new WholePermute(order), c.Input)];
    }

    public static Variable[] Tile(CaffeLayer c) => [c.Apply(new Tile(c.Settings.TileParam?.Axis ?? 1, c.Settings.TileParam?.Tiles ?? 0), c.Input)];

    public static Variable[] Filter(CaffeLayer c) => c.ApplyMany(new Filter(), [.. c.Inputs]);

    public static Variable[] BatchReindex(CaffeLayer c) => [c.Apply(new BatchReindex(), [.. c.Inputs])];

    public static Variable[] Reduction(CaffeLayer c)
    {
        var p = c.Settings.ReductionParam ?? new();
        return [c.Apply(new TailReduction(p.Operation.ToString().ToLowerInvariant(), p.Axis, p.Coeff), c.Input)];
    }

    public static Variable[] ArgMax(CaffeLayer c)
    {
        var p = c.Settings.ArgmaxParam ?? new();
        return [c.Apply(new ArgMax(checked((int)p.TopK), p.OutMaxVal, p.HasAxis ? p.Axis : null), c.Input)];
    }

    public static Variable[] DummyData(CaffeLayer c)
    {
        var p = c.Settings.DummyDataParam ?? new();
        return [.. Enumerable.Range(0, c.Results).Select(i =>
        {
            var filler = p.DataFiller.Count == 0 ? new FillerParameter() : p.DataFiller[Math.Min(i, p.DataFiller.Count - 1)];
            if (filler.Type != "constant") throw new GraphException($"it draws numbers ({filler.Type}). Expected constant ones");
            var shape = p.Shape.Count > 0 ? Shape.Create([.. p.Shape[Math.Min(i, p.Shape.Count - 1)].Dim]) : [At(p.Num, i), At(p.Channels, i), At(p.Height, i), At(p.Width, i)];
            c.Count(shape.Elements);
            return A.Constant(NDArray.Full(shape, filler.Value));
        })];

        static long At(IReadOnlyList<uint> sizes, int i) => sizes.Count > 0 ? sizes[Math.Min(i, sizes.Count - 1)] : throw new GraphException("it has no shape");
    }
}
