using Zoo.Autograd.Ops;

namespace Zoo.Transfer.Onnx;

/// <summary>Ops of shapes and places, and reductions.</summary>
static class OnnxArrays
{
    const long Endless = 1L << 40;

    public static Dictionary<string, Func<OnnxCall, Variable[]>> Forms()
    {
        Dictionary<string, Func<OnnxCall, Variable[]>> forms = new()
        {
            ["Reshape"] = c => [c.Reshaped(c[0])],
            ["ExpandDims"] = c => [c.Op("Unsqueeze", c[0], OnnxCall.Ints(c.Axis(1, c.Shape.Rank)))],
            ["Squeeze"] = c => [c.Node.Ints("squeeze_dims") is { Length: > 0 } given ? c.Op("Squeeze", c[0], OnnxCall.Ints(given)) : c.Op("Squeeze", c[0])],
            ["Transpose"] = c => [c.Op("Transpose", [c[0]], ("perm", c.Fixed(1)))],
            ["BroadcastTo"] = c => [c.Op("Expand", c[0], Sizes(c, c[1]))],
            ["Fill"] = c => [c.Op("Expand", c[1], Sizes(c, c[0]))],
            ["Shape"] = c => [As(c, OnnxNode.Of("Shape", c.Shape, DType.Int64, [c[0]]))],
            ["ConcatV2"] = c => [c.Op("Concat", c.Inputs[..^1], ("axis", c.Axis(c.Inputs.Length - 1, c.Shape.Rank)))],
            ["Pack"] = c => [c.Op("Concat", [.. c.Inputs.Select((x, i) => OnnxNode.Of("Unsqueeze", c.Shape.With(Axis(c), 1), x.DType, [x, OnnxCall.Ints(Axis(c))]))], ("axis", Axis(c)))],
            ["Unpack"] = c => [.. c.Node.Outputs.Select((v, i) => OnnxNode.Of("Gather", v.Shape, v.DType, [c[0], Autograd.AutoGrad.Constant(i, DType.Int64)], ("axis", c.Node.Int("axis"))))],
            ["Split"] = c => Parts(c, c[1], c.Axis(0, c.Shape.Rank)),
            ["SplitV"] = c => Parts(c, c[0], c.Axis(2, c.Shape.Rank)),
            ["Slice"] = c => c.Fixed(1) is var from ? [c.Op("Slice", c[0], OnnxCall.Ints(from), OnnxCall.Ints([.. c.Fixed(2).Select((n, i) => n < 0 ? long.MaxValue : from[i] + n)]))] : [],
            ["StridedSlice"] = Strided,
            ["ReverseV2"] = c => c.Fixed(1) is var axes ? [c.Op("Slice", c[0], All(axes, -1), All(axes, long.MinValue), OnnxCall.Ints(axes), All(axes, -1))] : [],
            ["Tile"] = c => [c.Op("Tile", c[0], OnnxCall.Ints(c.Fixed(1)))],
            ["GatherV2"] = c => c.Node.Int("batch_dims") == 0 ? [c.Op("Gather", [c[0], c[1]], ("axis", c.Axis(2, c.Node[0].Shape.Rank)))] : throw new GraphException("it has batch axes"),
            ["GatherNd"] = c => [c.Op("GatherND", c[0], To(c[1], c.Node[1].Shape, DType.Int64))],
            ["OneHot"] = c => c.Node[0].Shape.Rank > 0 ? [c.Op("OneHot", [c[0], c[1], Pair(c, 3, 2)], ("axis", c.Node.Int("axis")))] : throw new GraphException("its index is a number, not a vector"),
            ["EuclideanNorm"] = c => Reduced(c, "ReduceL2", "Abs"),
            ["Pad"] = c => [c.Op("Pad", c[0], Widths(c), c.Number(0))],
            ["PadV2"] = c => [c.Op("Pad", c[0], Widths(c), c[2])],
            ["MirrorPad"] = c => c.Node.Text("mode") == "REFLECT" ? [c.Op("Pad", [c[0], Widths(c)], ("mode", "reflect"))] : throw new GraphException("ONNX mirrors without the border alone (REFLECT)"),
            ["Cumsum"] = c => [c.Op("CumSum", [c[0], c[1]], ("exclusive", c.Node.Flag("exclusive") ? 1 : 0), ("reverse", c.Node.Flag("reverse") ? 1 : 0))],
            ["ArgMax"] = c => [Place(c, "ArgMax")],
            ["ArgMin"] = c => [Place(c, "ArgMin")],
        };
        foreach (var (ours, theirs) in (ReadOnlySpan<(string, string)>)[("Sum", "ReduceSum"), ("Mean", "ReduceMean"), ("Max", "ReduceMax"), ("Min", "ReduceMin"), ("Prod", "ReduceProd")])
            forms.Add(ours, c => Reduced(c, theirs, "Identity"));
        return forms;

        static Variable All(long[] axes, long value) => OnnxCall.Ints([.. axes.Select(_ => value)]);
    }

    static int Axis(OnnxCall c) => (int)c.Node.Int("axis") is var axis && axis < 0 ? axis + c.Shape.Rank : axis;

    /// <summary>The result's sizes: constants where they are known, else as they are computed.</summary>
    static Variable Sizes(OnnxCall c, Variable computed) => c.Shape.IsKnown ? OnnxCall.Ints([.. c.Shape]) : To(computed, computed.Shape, DType.Int64);

    static Variable As(OnnxCall c, Variable v) => To(v, c.Shape, c.Node.Out.DType);

    static Variable To(Variable v, Shape shape, DType dtype) => v.DType == dtype ? v : OnnxNode.Of("Cast", shape, dtype, [v], ("to", (long)OnnxWriter.Type(dtype)));

    static Variable Place(OnnxCall c, string type) => As(c, OnnxNode.Of(type, c.Shape, DType.Int64, [c[0]], ("axis", c.Axis(1, c.Node[0].Shape.Rank)), ("keepdims", 0)));

    /// <summary>A reduction over axes; over none it is something else, where ONNX would take all.</summary>
    static Variable[] Reduced(OnnxCall c, string type, string overNone) => c.Fixed(1) is { Length: > 0 } axes ? [c.Op(type, [c[0], OnnxCall.Ints(axes)], ("keepdims", c.Node.Flag("keep_dims") ? 1 : 0))] : [c.Op(overNone, c[0])];

    /// <summary>Two numbers as a vector.</summary>
    static Variable Pair(OnnxCall c, params ReadOnlySpan<int> inputs) =>
        OnnxNode.Of("Concat", [2], c.Node.Out.DType, [.. inputs.ToArray().Select(i => OnnxNode.Of("Unsqueeze", [1], c.Node.Out.DType, [c[i], OnnxCall.Ints(0)]))], ("axis", 0));

    static Variable[] Parts(OnnxCall c, Variable x, int axis)
    {
        var from = 0L;
        return Array.ConvertAll(c.Node.Outputs, v =>
        {
            var size = v.Shape[axis] is >= 0 and var known ? known : throw new GraphException("the sizes of its parts are not known");
            return OnnxNode.Of("Slice", v.Shape, v.DType, [x, OnnxCall.Ints(from), OnnxCall.Ints(from += size), OnnxCall.Ints(axis)]);
        });
    }

    static Variable Widths(OnnxCall c) => c.Fixed(1) is var given ? OnnxCall.Ints([.. given.Where((_, i) => i % 2 == 0), .. given.Where((_, i) => i % 2 == 1)]) : null!;

    static Variable[] Strided(OnnxCall c)
    {
        // A size that is not known counts as one that no slice reaches from the front.
        var shape = Shape.Create([.. c.Node[0].Shape.Select(d => d < 0 ? Endless : d)]);
        var spec = StridedSpec.Of(shape, Numbers(1), Numbers(2), Numbers(3), c.Node.Int, (what, wanted) => new GraphException($"{what}. {wanted}"))!;
        var cut = spec.Axes.Where(e => e.Gone || e.First != 0 || e.Step != 1 || e.Count != shape[e.Axis]).ToArray();
        if (cut.Any(e => shape[e.Axis] == Endless && (e.Step < 0 || e.First > Endless / 2 || e.First + e.Count > Endless / 2 && e.First + e.Count != Endless))) throw new GraphException("it counts from the end of an axis whose size is not known");
        var x = cut.Length == 0 ? c[0] : OnnxNode.Of("Slice", c.Node[0].Shape, c.Node.Out.DType,
            [c[0], OnnxCall.Ints([.. cut.Select(e => e.First)]), OnnxCall.Ints([.. cut.Select(End)]), OnnxCall.Ints([.. cut.Select(e => (long)e.Axis)]), OnnxCall.Ints([.. cut.Select(e => e.Step)])]);
        long[] gone = [.. spec.Axes.Where(e => e.Gone).Select(e => (long)e.Axis)], fresh = [.. spec.Entries.Where(e => !e.Gone).Select((e, i) => (e.Axis, At: (long)i)).Where(e => e.Axis < 0).Select(e => e.At)];
        if (gone.Length > 0) x = c.Op("Squeeze", x, OnnxCall.Ints(gone));
        return [fresh.Length > 0 ? c.Op("Unsqueeze", x, OnnxCall.Ints(fresh)) : x];

        long?[] Numbers(int input) => [.. c.Fixed(input).Select(n => (long?)n)];
        // An end before the first element is no negative index, which would count from the end.
        static long End(StridedSpec.Entry e) => e.First + e.Count * e.Step is var end && end < 0 ? long.MinValue : end;
    }
}
