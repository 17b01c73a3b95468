using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Convolutions in ops that TensorFlow's CPU kernels can do, null where they can do the node: groups are computed one by one, a dilated filter is one with zeros between its taps,
/// and a depthwise convolution in unequal steps is one with a group for each channel. The sizes of filters and channels must be known.
/// </summary>
internal sealed class ConvPortable(ConvFamily family, int rank, bool depthwise)
{
    internal Variable[]? Forward(Node n)
    {
        if (!Foreign(n, n[1].Shape, n[0].Shape, out var groups) || rank == 2 && !depthwise) return null;
        if (Uneven(n)) return Lower(ConvOps.Two.Forward, n.Attrs, n[0], Grouped(n[1], n[1].Shape));
        return [Join(Parts(n[0], groups).Zip(Parts(Spread(n, n[1]), groups), (x, w) => family.Forward.Call([x, w], Undilated(n)).Out))];
    }

    internal Variable[]? BackpropInput(Node n)
    {
        if (ShapeValues.Of(n[0]) is not { } sizes || !Foreign(n, n[1].Shape, Shape.Create(sizes), out var groups)) return null;
        if (Uneven(n)) return Lower(ConvOps.Two.BackpropInput, n.Attrs, n[0], Grouped(n[1], n[1].Shape), n[2]);
        var part = groups == 1 ? n[0] : Channels(n[0], sizes, sizes[^1] / groups);
        return [Join(Parts(Spread(n, n[1]), groups).Zip(Parts(n[2], groups), (w, g) => family.BackpropInput.Call([part, w, g], Undilated(n)).Out))];
    }

    internal Variable[]? BackpropFilter(Node n)
    {
        if (ShapeValues.Of(n[1]) is not { } sizes) return null;
        if (Stepwise(n) is [var step]) return step.Node.Op.Portable!(step.Node) ?? [step];
        if (!Foreign(n, Shape.Create(sizes), n[0].Shape, out var groups)) return null;
        var filter = Shape.Create(sizes);
        if (Uneven(n)) return [A.Reshape(Lower(ConvOps.Two.BackpropFilter, n.Attrs, n[0], A.Ints(GroupedShape(filter).Dims), n[2])[0], filter)];
        var wide = sizes.Select((size, axis) => axis < rank ? (size - 1) * Dilation(n, axis) + 1 : size).ToArray();
        wide[^1] /= groups;
        var dense = Join(Parts(n[0], groups).Zip(Parts(n[2], groups), (x, g) => family.BackpropFilter.Call([x, A.Ints(wide), g], Undilated(n)).Out));
        return [Thin(n, dense)];
    }

    /// <summary>Whether TensorFlow cannot do the node, and we know enough to write it otherwise.</summary>
    bool Foreign(Node n, Shape filter, Shape input, out long groups)
    {
        groups = 1;
        if (!filter.IsKnown || !input.HasRank || input[-1] < 0) return false;
        if (!depthwise) groups = input[-1] / filter[rank];
        return groups > 1 || n.Ints("dilations").Any(d => d > 1) || Uneven(n);
    }

    /// <summary>
    /// The filter's gradient where a filter of one tap moves in steps; null elsewhere. oneDNN 3, which libtorch and TensorFlow both call, writes beyond its own scratch memory there when the
    /// channels fill no whole vector, and so damages the process. The places stepped on are picked before; nothing is lost by it.
    /// </summary>
    internal Variable[]? Stepwise(Node n)
    {
        var steps = n.Ints("strides");
        if (Array.TrueForAll(steps, s => s == 1) || ShapeValues.Of(n[1]) is not { } filter || filter.AsSpan(0, rank).IndexOfAnyExcept(1) >= 0) return null;
        var attrs = n.Attrs.With("strides", Array.ConvertAll(steps, _ => 1L));
        var x = n[0];
        if (n.Text("padding") == "EXPLICIT")
        {
            var pads = n.Ints("explicit_paddings");
            x = A.Pad(x, [.. Enumerable.Range(0, steps.Length).Select(i => ((int)pads[2 * i], (int)pads[2 * i + 1]))]);
            attrs = attrs.With("padding", "VALID").With("explicit_paddings", Array.Empty<long>());
        }
        var (all, ends) = ((1L << steps.Length) - 1, A.Ints(new long[steps.Length]));
        var picked = SliceOps.StridedSlice.Call([x, ends, ends, A.Ints(steps)], Attrs.None.With("begin_mask", all).With("end_mask", all)).Out;
        return family.BackpropFilter.Call([picked, n[1], n[2]], attrs).Outputs;
    }

    bool Uneven(Node n) => depthwise && n.Ints("strides")[1] != n.Ints("strides")[2];

    static Attrs Undilated(Node n) => n.Attrs.With("dilations", Array.ConvertAll(n.Ints("dilations"), _ => 1L));

    static long Dilation(Node n, int axis) => n.Ints("dilations")[axis + 1];

    /// <summary>A node of another family, itself made portable.</summary>
    static Variable[] Lower(Op op, Attrs attrs, params Variable[] inputs)
    {
        var node = op.Call(inputs, attrs);
        return op.Portable!(node) ?? node.Outputs;
    }

    static Shape GroupedShape(Shape filter) => [filter[0], filter[1], 1, filter[2] * filter[3]];

    static Variable Grouped(Variable filter, Shape shape) => A.Reshape(filter, GroupedShape(shape));

    static Variable[] Parts(Variable v, long groups) => groups == 1 ? [v] : A.Split(v, (int)groups);

    static Variable Join(IEnumerable<Variable> parts) => parts.ToArray() is var all && all.Length == 1 ? all[0] : A.Concat(all);

    /// <summary>The sizes with another number of channels.</summary>
    static Variable Channels(Variable sizes, long[] known, long channels) =>
        ShapeValues.Constant(sizes) is not null ? A.Cast(A.Ints([.. known[..^1], channels]), sizes.DType) : A.Concat([sizes[..^1], A.Cast(A.Ints(channels), sizes.DType)], 0);

    /// <summary>Zeros between the taps of a filter.</summary>
    Variable Spread(Node n, Variable filter)
    {
        for (var axis = 0; axis < rank; axis++)
        {
            var (step, dims) = ((int)Dilation(n, axis), filter.Shape.ToArray());
            if (step == 1) continue;
            var taps = A.Pad(A.ExpandDims(filter, axis + 1), [.. Enumerable.Range(0, dims.Length + 1).Select(i => (0, i == axis + 1 ? step - 1 : 0))]);
            var size = dims[axis];
            dims[axis] *= step;
            var wide = A.Reshape(taps, Shape.Create(dims));
            dims[axis] = (size - 1) * step + 1;
            filter = A.Slice(wide, new long[dims.Length], dims);
        }
        return filter;
    }

    /// <summary>The taps alone.</summary>
    Variable Thin(Node n, Variable filter) => SliceOps.StridedSlice.Call([filter, A.Ints(new long[rank]), A.Ints(filter.Shape.Dims[..rank]), A.Ints([.. Enumerable.Range(0, rank).Select(i => Dilation(n, i))])], Attrs.None).Out;
}
