using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Padding: with a number, or with a mirror image of the edge.</summary>
internal static class PadOps
{
    internal static readonly Op Pad = new("Pad", "input:T paddings:Tpaddings -> output:T ; T:type Tpaddings:index=int32")
    {
        Shape = s => Padded(s, +1),
        Grad = (n, g) => [Cut(n, g), null],
        Kernel = k => k.Call("pad", k[0], Widths(k), "constant", Arg.None),
        Simplify = Nothing,
    };

    internal static readonly Op PadV2 = new("PadV2", "input:T paddings:Tpaddings constant_values:T -> output:T ; T:type Tpaddings:index=int32")
    {
        Shape = s =>
        {
            s.Rank(2, 0);
            return Padded(s, +1);
        },
        Grad = (n, g) => [Cut(n, g), null, A.Sum(g) - A.Sum(Cut(n, g))],
        Kernel = k => k.Call("pad", k[0], Widths(k), "constant", Arg.Optional(k.Numbers().Const(2).ComplexNumber(0) is { Imaginary: 0 } value ? value.Real : throw new GraphException($"PadV2: the embedded engine has no kernel for a number with an imaginary part. Pad the parts: A.Real(x), A.Imag(x)."))),
        Simplify = Nothing,
    };

    internal static readonly Op MirrorPad = new("MirrorPad", "input:T paddings:Tpaddings -> output:T ; T:type Tpaddings:index=int32 mode:string")
    {
        Shape = s => Padded(s, +1),
        Grad = (n, g) => [MirrorPadGrad!.Call([g, n[1]], ("mode", n.Text("mode"))), null],
        Kernel = k =>
        {
            var x = k[0];
            var shape = k.Shape(0);
            for (var axis = 0; axis < shape.Rank; axis++)
                if (Mirror(k, axis, shape[axis]) is { } map)
                {
                    var wider = shape.With(axis, map.Length);
                    x = k.Host(Rows.Take(shape, axis, map, k.Size()), [x], (wider, k.DType()))[0];
                    shape = wider;
                }
            return x;
        },
        Simplify = Nothing,
    };

    internal static readonly Op MirrorPadGrad = new("MirrorPadGrad", "input:T paddings:Tpaddings -> output:T ; T:type Tpaddings:index=int32 mode:string")
    {
        Shape = s => Padded(s, -1),
        Grad = (n, g) => [MirrorPad.Call([g, n[1]], ("mode", n.Text("mode"))), null],
        Moves = false,
        Kernel = k =>
        {
            var x = k[0];
            var shape = k.Shape(0);
            for (var axis = 0; axis < shape.Rank; axis++)
                if (Mirror(k, axis, k.OutShape()[axis]) is { } map)
                {
                    var narrow = shape.With(axis, k.OutShape()[axis]);
                    x = k.Host(Rows.Put(narrow, axis, map, k.DType(), k.Node.Op.Name), [x], (narrow, k.DType()))[0];
                    shape = narrow;
                }
            return x;
        },
        Simplify = Nothing,
    };

    static Shape Padded(ShapeContext s, int sign)
    {
        s.Rank(1, 2);
        if (s[1].HasRank && s[1][1] >= 0 && s[1][1] != 2) throw s.Fail("the paddings are no pairs", "Expected a matrix with two columns: before and after.");
        if (!s[0].HasRank) return s.OfLength(1);
        if (s[1].HasRank && s[1][0] >= 0 && s[1][0] != s[0].Rank) throw s.Fail($"there are paddings for {s[1][0]} axes", $"Expected {s[0].Rank}.");
        var widths = s.Known(1);
        var dims = s[0].ToArray();
        var mode = s.Has("mode") ? s.Text("mode") : "CONSTANT";
        for (var i = 0; i < dims.Length; i++)
        {
            var (before, after) = (widths?[2 * i], widths?[2 * i + 1]);
            if (before < 0 || after < 0) throw s.Fail($"axis {i} is padded by {before} and {after}", "Expected 0 or more.");
            var inner = sign > 0 ? dims[i] : dims[i] >= 0 && before + after is { } both ? dims[i] - both : Dim.Any;
            var most = mode switch { "REFLECT" => inner - 1, "SYMMETRIC" => inner, _ => long.MaxValue };
            if (dims[i] >= 0 && before + after is { } && (inner < 0 || before > most || after > most)) throw s.Fail($"axis {i} of size {dims[i]} cannot be padded by {before} and {after} in mode {mode}", $"Expected {most} at most.");
            dims[i] = dims[i] >= 0 && before + after is { } sum ? dims[i] + sign * sum : before == 0 && after == 0 ? dims[i] : Dim.Any;
        }
        return Shape.Create(dims);
    }

    /// <summary>The padding cut off a gradient again.</summary>
    static Variable Cut(Node n, Variable g)
    {
        var rank = n[1].Shape[0];
        Variable begin;
        if (ShapeValues.Entries(n[1]) is { } widths && Enumerable.Range(0, (int)rank).All(i => widths[2 * i] is not null))
            begin = A.Ints([.. Enumerable.Range(0, (int)rank).Select(i => widths[2 * i]!.Value)]);
        else begin = A.Cast(A.Reshape(SliceOps.Slice.Call(n[1], A.Ints([0, 0]), A.Ints([rank, 1])), [rank]), DType.Int32);
        return SliceOps.Slice.Call(g, begin, A.ShapeOf(n[0]));
    }

    static Variable? Nothing(Node n) => n[0].Shape.IsKnown && n[0].Shape == n.Out.Shape ? n[0] : null;

    /// <summary>ATen's list: the last axis first.</summary>
    static long[] Widths(Kernel k)
    {
        var pairs = k.ConstInts(1);
        return [.. Enumerable.Range(0, pairs.Length / 2).Reverse().SelectMany(i => new[] { pairs[2 * i], pairs[2 * i + 1] })];
    }

    /// <summary>The place each element of the padded axis comes from; null where the axis is not padded.</summary>
    static long[]? Mirror(Kernel k, int axis, long size)
    {
        var pairs = k.ConstInts(1);
        var (before, after) = (pairs[2 * axis], pairs[2 * axis + 1]);
        if (before + after == 0) return null;
        var skip = k.Node.Text("mode") == "REFLECT" ? 1 : 0;
        return
        [
            .. Enumerable.Range(0, (int)before).Select(i => before - 1 - i + skip),
            .. Enumerable.Range(0, (int)size).Select(i => (long)i),
            .. Enumerable.Range(0, (int)after).Select(i => size - 1 - i - skip),
        ];
    }
}
