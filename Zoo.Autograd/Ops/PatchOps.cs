using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>The windows of pictures or volumes, channels last, each laid along the last axis: [batch, places…, window · channels].</summary>
internal static class PatchOps
{
    internal static readonly Op ExtractImagePatches = Extract("ExtractImagePatches", "images:T -> patches:T ; ksizes:ints strides:ints rates:ints T:bfloat16|float16|float32|float64|int8|int16|int32|int64|uint8|uint16|uint32|uint64|complex64|complex128|bool padding:string", 2);
    internal static readonly Op ExtractVolumePatches = Extract("ExtractVolumePatches", "input:T -> patches:T ; ksizes:ints strides:ints T:real padding:string", 3);

    static Op Extract(string name, string signature, int rank) => new(name, signature)
    {
        Shape = s =>
        {
            s.Rank(0, rank + 2);
            var rates = s.Has("rates") ? s.Ints("rates") : One(rank);
            foreach (var list in new[] { s.Ints("ksizes"), s.Ints("strides"), rates })
                if (list.Length != rank + 2 || list[0] != 1 || list[^1] != 1 || list.Any(n => n < 1)) throw s.Fail($"a window of [{string.Join(", ", list)}]", $"Expected {rank + 2} positive sizes, strides and rates, 1 for batch and channels.");
            if (!s[0].HasRank) return ShapeContext.OfRank(rank + 2);
            var dims = s[0].ToArray();
            for (var i = 1; i <= rank; i++)
            {
                dims[i] = Windows.Count(s[0][i], s.Ints("ksizes")[i], s.Ints("strides")[i], rates[i], s.Text("padding"), 0, 0);
                if (s[0][i] >= 0 && dims[i] == 0) throw s.Fail($"the window of {s.Ints("ksizes")[i]} is larger than the picture at axis {i}", "Expected a smaller window, a larger picture, or padding SAME.");
            }
            if (dims[^1] >= 0) dims[^1] *= Rows.Count(s.Ints("ksizes"));
            return Shape.Create(dims);
        },
        Grad = (n, g) => Graph.Gradients.Of([Formula(n, rank)], n.Inputs, [g]),
        Kernel = k =>
        {
            var (x, y, size, rows) = (k.Shape(0), k.OutShape(), Rows.Count(k.Node.Ints("ksizes")), k.Shape(0)[-1] * k.DType().Size());
            var windows = Enumerable.Range(1, rank).Select(i => Geometry(k.Node, x, i)).ToArray();
            var places = (int)(y.Elements / Math.Max(1, y[-1]));
            return k.Host((from, to) =>
            {
                for (long place = 0; place < places; place++)
                    for (long tap = 0; tap < size; tap++)
                    {
                        var (source, step, inside, p, t) = (0L, 1L, true, place, tap);
                        for (var i = rank - 1; i >= 0; i--)
                        {
                            var (window, stride, rate, before) = windows[i];
                            var at = p % y[i + 1] * stride - before + t % window * rate;
                            (inside, source, step, p, t) = (inside && at >= 0 && at < x[i + 1], source + at * step, step * x[i + 1], p / y[i + 1], t / window);
                        }
                        var target = HostMemory.Span<byte>(to[0] + (nint)((place * size + tap) * rows), (int)rows);
                        if (inside) HostMemory.Span<byte>(from[0] + (nint)((source + p * step) * rows), (int)rows).CopyTo(target);
                        else target.Clear();
                    }
            }, [k[0]], (y, k.OutDType()))[0];
        },
    };

    static long[] One(int rank) => [.. Enumerable.Repeat(1L, rank + 2)];

    static (long Window, long Stride, long Rate, long Before) Geometry(Node n, Shape input, int axis)
    {
        var (window, stride, rate) = (n.Ints("ksizes")[axis], n.Ints("strides")[axis], n.Attrs.Has("rates") ? n.Ints("rates")[axis] : 1);
        return (window, stride, rate, Windows.Padding(input[axis], window, stride, rate, n.Text("padding"), 0, 0).Before);
    }

    /// <summary>The same in slices: what each tap of the window sees, side by side.</summary>
    static Variable Formula(Node n, int rank)
    {
        var (shape, places) = (n[0].Shape, n.Out.Shape);
        if (shape[1..^1].Contains(Dim.Any)) throw new GraphException($"Gradients: {n.Op.Name} of pictures of unknown size {shape} has no gradient. Give the Input its sizes.") { Node = n.Name };
        var axes = Enumerable.Range(1, rank).Select(i => Geometry(n, shape, i)).ToArray();
        var widths = new (int, int)[rank + 2];
        for (var i = 0; i < rank; i++)
            widths[i + 1] = ((int)axes[i].Before, (int)Math.Max(0, (places[i + 1] - 1) * axes[i].Stride + (axes[i].Window - 1) * axes[i].Rate + 1 - axes[i].Before - shape[i + 1]));
        var (padded, taps) = (A.Pad(n[0], widths), new List<Variable>());
        for (long tap = 0; tap < Rows.Count(n.Ints("ksizes")); tap++)
        {
            var (begin, end, steps, rest) = (new long[rank + 2], new long[rank + 2], One(rank), tap);
            for (var i = rank - 1; i >= 0; i--)
            {
                begin[i + 1] = rest % axes[i].Window * axes[i].Rate;
                end[i + 1] = begin[i + 1] + (places[i + 1] - 1) * axes[i].Stride + 1;
                (steps[i + 1], rest) = (axes[i].Stride, rest / axes[i].Window);
            }
            var whole = 1L | 1L << (rank + 1);
            taps.Add(SliceOps.StridedSlice.Call([padded, A.Ints(begin), A.Ints(end), A.Ints(steps)], ("begin_mask", whole), ("end_mask", whole)));
        }
        return A.Concat(taps);
    }
}
