using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Convolution gradients in ops that TensorFlow's CPU kernels can do: those of groups are computed group by group, those of dilated filters as
/// forward convolutions. The sizes of the pictures must be known; null where nothing has to be done.
/// </summary>
internal static class ConvPortable
{
    internal static Variable[]? BackpropInput(Node n)
    {
        if (ShapeValues.Of(n[0]) is not { } sizes || !Known(sizes) || !n[1].Shape.IsKnown || !n[2].Shape.HasRank || !Known(n[2].Shape.ToArray())) return null;
        var groups = sizes[3] / n[1].Shape[2];
        if (groups == 1 && !Dilated(n)) return null;
        var (filters, gradients) = (Parts(n[1], groups), Parts(n[2], groups));
        return [Join(filters.Zip(gradients, (w, g) => Dilated(n) ? Input(n, sizes, w, g) : ConvOps.Conv2DBackpropInput.Call([Channels(n[0], w.Shape[2]), w, g], n.Attrs).Out))];
    }

    internal static Variable[]? BackpropFilter(Node n)
    {
        if (ShapeValues.Of(n[1]) is not { } sizes || sizes.Contains(Dim.Any) || !n[0].Shape.HasRank || !Known(n[0].Shape.ToArray()) || !n[2].Shape.HasRank || !Known(n[2].Shape.ToArray())) return null;
        var groups = n[0].Shape[3] / sizes[2];
        if (groups == 1 && !Dilated(n)) return null;
        var (inputs, gradients) = (Parts(n[0], groups), Parts(n[2], groups));
        var part = A.Ints(sizes[0], sizes[1], sizes[2], sizes[3] / groups);
        return [Join(inputs.Zip(gradients, (x, g) => Dilated(n) ? Filter(n, sizes, x, g) : ConvOps.Conv2DBackpropFilter.Call([x, part, g], n.Attrs).Out))];
    }

    static bool Known(long[] sizes) => !sizes[1..].Contains(Dim.Any);

    static bool Dilated(Node n) => n.Ints("dilations").Any(d => d > 1);

    static Variable[] Parts(Variable v, long groups) => groups == 1 ? [v] : A.Split(v, (int)groups, 3);

    static Variable Join(IEnumerable<Variable> parts) => parts.ToArray() is var all && all.Length == 1 ? all[0] : A.Concat(all, 3);

    /// <summary>The sizes with another number of channels.</summary>
    static Variable Channels(Variable sizes, long channels) =>
        ShapeValues.Constant(sizes) is not null ? A.Ints([.. ShapeValues.Of(sizes)![..3], channels]) : A.Concat([sizes[..3], A.Ints(channels)], 0);

    /// <summary>The gradient spread by the strides, then a forward convolution with the filter turned round.</summary>
    static Variable Input(Node n, long[] sizes, Variable filter, Variable g)
    {
        var pads = new (long, long)[4];
        for (var axis = 1; axis <= 2; axis++)
        {
            var (stride, dilation, window, count) = (n.Ints("strides")[axis], n.Ints("dilations")[axis], filter.Shape[axis - 1], g.Shape[axis]);
            if (stride > 1) g = Spread(g, axis, stride);
            var before = Before(n, axis, sizes[axis], window);
            pads[axis] = ((window - 1) * dilation - before, sizes[axis] + before - ((count - 1) * stride + 1));
        }
        var turned = A.Transpose(A.Reverse(A.Reverse(filter, 0), 1), 0, 1, 3, 2);
        return Forward(Resize(g, pads), turned, [1, 1, 1, 1], n.Ints("dilations"));
    }

    /// <summary>A forward convolution over the batch: the gradient is the filter, strides and dilations change places.</summary>
    static Variable Filter(Node n, long[] sizes, Variable x, Variable g)
    {
        var pads = new (long, long)[4];
        for (var axis = 1; axis <= 2; axis++)
        {
            var (stride, dilation, window) = (n.Ints("strides")[axis], n.Ints("dilations")[axis], sizes[axis - 1]);
            var before = Before(n, axis, x.Shape[axis], window);
            pads[axis] = (before, (g.Shape[axis] - 1) * stride + 1 + (window - 1) * dilation - x.Shape[axis] - before);
        }
        var picture = A.Transpose(Resize(x, pads), 3, 1, 2, 0);
        return A.Transpose(Forward(picture, A.Transpose(g, 1, 2, 0, 3), n.Ints("dilations"), n.Ints("strides")), 1, 2, 0, 3);
    }

    static Variable Forward(Variable x, Variable filter, long[] strides, long[] dilations) =>
        ConvOps.Conv2D.Call([x, filter], ("strides", strides), ("padding", "VALID"), ("dilations", dilations));

    static long Before(Node n, int axis, long size, long window)
    {
        var given = n.Text("padding") == "EXPLICIT" ? n.Ints("explicit_paddings")[2 * axis] : 0;
        return Windows.Padding(size, window, n.Ints("strides")[axis], n.Ints("dilations")[axis], n.Text("padding"), given, 0).Before;
    }

    /// <summary>Zeros between the entries of an axis: each entry and stride − 1 zeros, but none at the end.</summary>
    static Variable Spread(Variable g, int axis, long stride)
    {
        var dims = g.Shape.ToArray();
        var wide = A.Reshape(A.Pad(A.ExpandDims(g, axis + 1), [.. Enumerable.Range(0, 5).Select(i => (0, i == axis + 1 ? (int)stride - 1 : 0))]),
            Shape.Create([.. dims[..axis], dims[axis] * stride, .. dims[(axis + 1)..]]));
        return Resize(wide, [.. Enumerable.Range(0, 4).Select(i => (0L, i == axis ? 1 - stride : 0L))]);
    }

    /// <summary>Pads, or cuts where a width is negative.</summary>
    static Variable Resize(Variable x, (long Before, long After)[] widths)
    {
        if (Array.Exists(widths, w => w.Before < 0 || w.After < 0))
            x = A.Slice(x, [.. widths.Select(w => Math.Max(0, -w.Before))], [.. widths.Select((w, i) => w is { Before: >= 0, After: >= 0 } ? -1 : x.Shape[i] - Math.Max(0, -w.Before) - Math.Max(0, -w.After))]);
        return Array.Exists(widths, w => w.Before > 0 || w.After > 0) ? A.Pad(x, [.. widths.Select(w => ((int)Math.Max(0, w.Before), (int)Math.Max(0, w.After)))]) : x;
    }
}
