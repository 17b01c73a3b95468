using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Rows dealt out by number and put together again.</summary>
internal static class StitchOps
{
    internal static readonly Op DynamicPartition = new("DynamicPartition", "data:T partitions:int32 -> outputs:num_partitions*T ; num_partitions:int T:type")
    {
        Shape = s =>
        {
            var parts = (int)s.Int("num_partitions");
            if (!s[0].HasRank || !s[1].HasRank) return new([.. Enumerable.Repeat(Shape.Unknown, parts)]);
            if (s[1].Rank > s[0].Rank || !s[0][..s[1].Rank].Accepts(s[1])) throw s.Fail("the numbers do not fit the data", "Expected the data's shape to begin with theirs.");
            return new([.. Enumerable.Repeat(Shape.Create([Dim.Any, .. s[0].Dims[s[1].Rank..]]), parts)]);
        },
        Grads = (n, g) =>
        {
            var places = ArrayOps.Reshape.Call(A.Range(A.SizeOf(n[1])), A.ShapeOf(n[1]));
            var parts = DynamicPartition!.Call([places, n[1]], Attrs.Of(("num_partitions", n.Int("num_partitions")))).Outputs;
            var whole = DynamicStitch!.Call([.. parts, .. n.Outputs.Select((o, i) => g[i] ?? A.ZerosLike(o))], Attrs.Of(("N", parts.Length))).Out;
            return [ArrayOps.Reshape.Call(whole, A.ShapeOf(n[0])), null];
        },
        DataDependent = true,
        Kernel = k =>
        {
            var (count, width, parts, rest, dtype) = ((int)k.Shape(1).Elements, (int)Rows.Count(k.Shape(0).Dims[k.Shape(1).Rank..]), k.Node.Outputs.Length, k.Shape(0)[k.Shape(1).Rank..], k.DType());
            return k.Late(from =>
            {
                var numbers = Managed.Integers(from[1], DType.Int32, count);
                var rows = new List<int>[parts];
                for (var p = 0; p < parts; p++) rows[p] = [];
                for (var i = 0; i < count; i++)
                    if (numbers[i] >= 0 && numbers[i] < parts) rows[numbers[i]].Add(i);
                    else throw new EngineException($"DynamicPartition: the number {numbers[i]} at place {i} is out of range. Expected 0 to {parts - 1}.") { Op = "DynamicPartition" };
                var found = new NDArray[parts];
                for (var p = 0; p < parts; p++) found[p] = FindOps.Pick(from[0], rows[p], width, Shape.Create([rows[p].Count, .. rest.Dims]), dtype);
                return found;
            }, [k[0], k[1]], parts);
        },
    };

    internal static readonly Op DynamicStitch = Stitch("DynamicStitch");
    internal static readonly Op ParallelDynamicStitch = Stitch("ParallelDynamicStitch");

    static Op Stitch(string name) => new(name, "indices:N*int32 data:N*T -> merged:T ; N:int T:numeric")
    {
        Shape = s =>
        {
            var rest = Shape.Unknown;
            var parts = s.Count / 2;
            for (var i = 0; i < parts; i++)
            {
                Shape at = s[i], data = s[parts + i];
                if (!at.HasRank || !data.HasRank) continue;
                if (at.Rank > data.Rank || !data[..at.Rank].Accepts(at) || !rest.Accepts(data[at.Rank..])) throw s.Fail($"part {i} does not fit", "Expected each part's shape to begin with its indices', and to go on alike.");
                rest = rest.Merge(data[at.Rank..]);
            }
            return rest.HasRank ? Shape.Create([Dim.Any, .. rest.Dims]) : Shape.Unknown;
        },
        Grad = (n, g) => [.. n.Inputs[..(n.Inputs.Length / 2)].Select(_ => (Variable?)null), .. n.Inputs[..(n.Inputs.Length / 2)].Select(at => A.Gather(g, at))],
        DataDependent = true,
        Kernel = k =>
        {
            var parts = k.Count / 2;
            var counts = Enumerable.Range(0, parts).Select(i => (int)k.Shape(i).Elements).ToArray();
            var rest = k.Shape(parts)[k.Shape(0).Rank..];
            var (dtype, bytes) = (k.DType(parts), (int)rest.Elements * k.DType(parts).Size());
            return k.Late(from =>
            {
                var at = new long[parts][];
                for (var p = 0; p < parts; p++) at[p] = Managed.Integers(from[p], DType.Int32, counts[p]);
                if (at.SelectMany(a => a).Any(i => i < 0)) throw new EngineException($"{name}: the index {at.SelectMany(a => a).Min()} is out of range. Expected 0 or more.") { Op = name };
                var result = NDArray.Zeros(Shape.Create([at.SelectMany(a => a).DefaultIfEmpty(-1).Max() + 1, .. rest.Dims]), dtype);
                for (var p = 0; p < parts; p++)
                    for (var i = 0; i < counts[p]; i++) HostMemory.Span<byte>(from[parts + p] + (nint)((long)i * bytes), bytes).CopyTo(result.Bytes.Slice((int)at[p][i] * bytes, bytes));
                return [result];
            }, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], 1);
        },
    };

    internal static readonly Op InvertPermutation = new("InvertPermutation", "x:T -> y:T ; T:index=int32")
    {
        Shape = s => s.Rank(0, 1),
        NoGradient = Op.Discrete,
        Fold = (n, v) =>
        {
            var at = Enumerable.Range(0, v[0].Count).Select(i => (long)v[0].Number(i)).ToArray();
            return at.Order().SequenceEqual(Enumerable.Range(0, at.Length).Select(i => (long)i)) ? ArrayOps.Numbers(ArrayOps.Inverse(at), n.Out.DType) : null;
        },
        Kernel = k =>
        {
            var (count, dtype) = ((int)k.Shape(0)[0], k.DType());
            return k.Host((from, to) =>
            {
                var at = Managed.Integers(from[0], dtype, count);
                var seen = new bool[count];
                for (var i = 0; i < count; i++)
                {
                    if (at[i] < 0 || at[i] >= count || seen[at[i]]) throw new EngineException($"InvertPermutation: the place {at[i]} is out of range or named twice. Expected each of 0 to {count - 1} once.") { Op = "InvertPermutation" };
                    seen[at[i]] = true;
                    Managed.Put(to[0], dtype, (int)at[i], i);
                }
            }, [k[0]], (k.OutShape(), dtype))[0];
        },
    };

    internal static readonly Op ConcatOffset = new("ConcatOffset", "concat_dim:int32 shape:N*shape_type -> offset:N*shape_type ; N:int shape_type:index=int32")
    {
        Shape = s =>
        {
            s.Rank(0, 0);
            var shape = s.Alike(1, s.Count - 1);
            return new([.. Enumerable.Repeat(shape.HasRank && shape.Rank != 1 ? throw s.Fail("the shapes are no vectors", "Expected vectors.") : shape, s.Count - 1)]);
        },
        NoGradient = Op.Discrete,
        Folds = (n, v) =>
        {
            var (axis, at) = ((int)v[0].Number(0), 0L);
            var result = new NDArray[v.Length - 1];
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = NDArray.Zeros(v[i + 1].Shape, n.Out.DType);
                var place = axis < 0 ? axis + result[i].Count : axis;
                result[i].SetNumber(place, at);
                at += (long)v[i + 1].Number(place);
            }
            return result;
        },
    };
}
