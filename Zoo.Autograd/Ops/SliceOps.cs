using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Parts of tensors by position.</summary>
internal static class SliceOps
{
    const string Masks = "begin_mask:int=0 end_mask:int=0 ellipsis_mask:int=0 new_axis_mask:int=0 shrink_axis_mask:int=0";

    internal static readonly Op Slice = new("Slice", "input:T begin:Index size:Index -> output:T ; T:type Index:index")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            if (!s[0].HasRank) return s.OfLength(1);
            s.Vector(1, s[0].Rank);
            s.Vector(2, s[0].Rank);
            var (begin, size) = (s.Known(1), s.Known(2));
            var dims = s[0].ToArray();
            for (var i = 0; i < dims.Length; i++)
            {
                var (from, count, all) = (begin?[i], size?[i], dims[i]);
                if (count == -1) count = from is { } at && all >= 0 ? all - at : all < 0 && from == 0 ? Dim.Any : null;
                if (from < 0 || count < -1 || all >= 0 && (from > all || from + count > all))
                    throw s.Fail($"the slice of {count} from {from} does not lie within axis {i} of size {all}", "Expected begin and size within the input.");
                dims[i] = count ?? Dim.Any;
            }
            return Shape.Create(dims);
        },
        Grad = (n, g) => [Paddings(n) is { } pads ? PadOps.Pad.Call(g, pads) : null, null, null],
        Kernel = k => k.Strided(k[0], k.OutShape().ToArray(), Strides.RowMajor(k.Shape(0).Dims), k.ConstInts(1).Zip(Strides.RowMajor(k.Shape(0).Dims), (b, s) => b * s).Sum()),
        Simplify = n => n[0].Shape.IsKnown && n[0].Shape == n.Out.Shape ? n[0] : null,
        Fold = (n, v) => n.Out.Shape.Rank != 1 ? null : Pick(v[0], Enumerable.Range((int)v[1].Number(0), (int)n.Out.Shape[0])),
    };

    internal static readonly Op StridedSlice = new("StridedSlice", $"input:T begin:Index end:Index strides:Index -> output:T ; T:type Index:int16|int32|int64 {Masks}")
    {
        Shape = s => Spec(s, s[0], 1)?.Result ?? Shape.Unknown,
        Grad = (n, g) => [StridedSliceGrad!.Call([A.ShapeOf(n[0], n[1].DType), n[1], n[2], n[3], g], MasksOf(n)).Out, null, null, null],
        Kernel = k =>
        {
            var spec = Spec(k.Node, k.Shape(0), 1);
            var x = Flipped(k, k[0], spec);
            var strides = Strides.RowMajor(k.Shape(0).Dims);
            var kept = spec.Entries.Where(e => !e.Gone).ToArray();
            return k.Strided(x, Array.ConvertAll(kept, e => e.Count), Array.ConvertAll(kept, e => e.Axis < 0 ? 0 : Math.Abs(e.Step) * strides[e.Axis]),
                spec.Axes.Where(e => e.Count > 0).Sum(e => First(e, k.Shape(0)) * strides[e.Axis]));
        },
        Simplify = n => n[0].Shape.IsKnown && n[0].Shape == n.Out.Shape && Spec(n, n[0].Shape, 1).Axes.All(e => e.First == 0 && e.Step == 1) ? n[0] : null,
        Fold = (n, v) =>
        {
            if (v[0].Shape.Rank != 1) return null;
            var spec = Spec(n, v[0].Shape, 1);
            var e = spec.Axes.Single();
            return Pick(v[0], Enumerable.Range(0, (int)e.Count).Select(i => (int)(e.First + i * e.Step))).Reshape(spec.Result);
        },
    };

    internal static readonly Op StridedSliceGrad = new("StridedSliceGrad", $"shape:Index begin:Index end:Index strides:Index dy:T -> output:T ; T:type Index:index {Masks}")
    {
        Shape = s =>
        {
            s.Rank(0, 1);
            if (s.Value(0) is not { } dims) return s.OfLength(0);
            var shape = Shape.Create(dims);
            if (Spec(s, shape, 1) is { } spec && !spec.Result.Accepts(s[4])) throw s.Fail($"dy does not have the slice's shape {spec.Result} of {shape}", "Expected the gradient of that slice.");
            return shape;
        },
        Grad = (n, g) => [null, null, null, null, StridedSlice.Call([g, n[1], n[2], n[3]], MasksOf(n)).Out],
        Kernel = k =>
        {
            var shape = k.OutShape();
            var spec = Spec(k.Node, shape, 1);
            var axes = spec.Axes.ToArray();
            var dims = Array.ConvertAll(axes, e => e.Count);
            var x = k.Reshape(k[4], dims);
            for (var i = axes.Length - 1; i >= 0; i--)
            {
                if (dims[i] == shape[i] && axes[i].Step > 0) continue;
                dims[i] = shape[i];
                var (first, step) = (First(axes[i], shape), Math.Abs(axes[i].Step));
                x = k.Call("slice_backward", x, (long[])dims.Clone(), i, first, Math.Min(shape[i], first + axes[i].Count * step), step);
            }
            return Flipped(k, x, spec);
        },
    };

    /// <summary>What is before and after a slice along each axis, as a matrix; numbers where they are known.</summary>
    static Variable? Paddings(Node slice)
    {
        var (x, rank) = (slice[0], slice[1].Shape[0]);
        var (begin, size) = (ShapeValues.Entries(slice[1]), ShapeValues.Entries(slice[2]));
        if (x.Shape.HasRank && begin is not null && size is not null)
        {
            var flat = new long?[2 * rank];
            for (var i = 0; i < rank; i++)
                (flat[2 * i], flat[2 * i + 1]) = (begin[i], size[i] == -1 ? 0 : x.Shape[i] >= 0 && slice.Out.Shape[i] >= 0 ? x.Shape[i] - begin[i] - slice.Out.Shape[i] : null);
            if (Array.TrueForAll(flat, f => f is not null)) return A.Reshape(A.Ints([.. flat.Select(f => f!.Value)]), [rank, 2]);
        }
        var type = slice[1].DType;
        return JoinOps.Pack.Call([slice[1], A.ShapeOf(x, type) - slice[1] - A.ShapeOf(slice.Out, type)], ("axis", 1));
    }

    static StridedSpec? Spec(ShapeContext s, Shape input, int at)
    {
        s.Vector(at, -1);
        for (var i = at + 1; i < at + 3; i++) s.Vector(i, s[at].HasRank ? s[at][0] : -1);
        return StridedSpec.Of(input, s.Known(at), s.Known(at + 1), s.Known(at + 2), s.Int, s.Fail);
    }

    static StridedSpec Spec(Node n, Shape input, int at) =>
        StridedSpec.Of(input, Entries(n, at), Entries(n, at + 1), Entries(n, at + 2), n.Int, (happened, _) => new GraphException($"{n.Op.Name}: {happened}."))!;

    static long?[] Entries(Node n, int input) => ShapeValues.Entries(n[input]) is { } known && Array.TrueForAll(known, e => e is not null) ? known
        : throw new GraphException($"{n.Op.Name}: its input '{n.Op.Signature.Inputs[input].Name}' must be a constant on the embedded engine. Compute it from shapes or numbers known when the graph is planned.");

    /// <summary>Axes that run backwards turned round: ATen's views have no negative strides.</summary>
    static Value Flipped(Kernel k, Value x, StridedSpec spec)
    {
        var axes = spec.Axes.Where(e => e.Step < 0).Select(e => (long)e.Axis).ToArray();
        return axes.Length == 0 ? x : ReduceOps.IsUnsigned(k.OutDType()) ? k.Cast(k.Call("flip", k.Cast(x, DType.Int64), axes), k.OutDType()) : k.Call("flip", x, axes);
    }

    static long First(StridedSpec.Entry e, Shape shape) => e.Step < 0 ? shape[e.Axis] - 1 - e.First : e.First;

    static Attrs MasksOf(Node n) => Attrs.Of(
        ("begin_mask", n.Int("begin_mask")), ("end_mask", n.Int("end_mask")), ("ellipsis_mask", n.Int("ellipsis_mask")),
        ("new_axis_mask", n.Int("new_axis_mask")), ("shrink_axis_mask", n.Int("shrink_axis_mask")));

    /// <summary>Some entries of a vector.</summary>
    internal static NDArray Pick(NDArray from, IEnumerable<int> places)
    {
        var list = places.ToArray();
        var result = NDArray.Zeros([list.Length], from.DType);
        Array.Copy(Array.ConvertAll(list, i => from.Data.GetValue(from.Offset + i)), result.Data, list.Length);
        return result;
    }
}
