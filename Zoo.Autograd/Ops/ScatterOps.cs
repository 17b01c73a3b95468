using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Slices of a tensor read from and written to places given as vectors of indices.</summary>
internal static class ScatterOps
{
    const string Policy = "bad_indices_policy:string=";

    internal static readonly Op GatherNd = new("GatherNd", $"params:Tparams indices:Tindices -> output:Tparams ; Tparams:type Tindices:int16|int32|int64 {Policy}")
    {
        Shape = s =>
        {
            var depth = Depth(s, 1);
            if (depth < 0 || !s[0].HasRank) return Shape.Unknown;
            if (depth > s[0].Rank) throw s.Fail($"places of {depth} numbers do not exist in {s[0].Rank} axes", "Expected at most as many numbers as axes.");
            if (Empty(s[0][..depth]) && !Empty(s[1][..^1])) throw s.Fail("there is nothing to take from", "Expected axes that are not empty.");
            return s[1][..^1].Concat(s[0][depth..]);
        },
        Grad = (n, g) => [ScatterNd!.Call(n[1], g, A.ShapeOf(n[0], n[1].DType)), null],
        Kernel = k => k.Moves(new Take(Places.Of(k, 1, k.Shape(0)))),
    };

    internal static readonly Op ScatterNd = new("ScatterNd", $"indices:Tindices updates:T shape:Tindices -> output:T ; T:type Tindices:int16|int32|int64 {Policy}")
    {
        Shape = s =>
        {
            s.Rank(2, 1);
            var shape = s.Known(2) is { } dims ? dims.Any(d => d < 0) ? throw s.Fail("a size is negative", "Expected 0 or more.") : Shape.Create([.. dims.Select(d => d ?? Dim.Any)])
                : s.OfLength(2);
            Fits(s, shape, 0, 1);
            return shape;
        },
        Grad = (n, g) => [null, GatherNd.Call(g, n[0]), null],
        Moves = false,
        Kernel = k => k.Numbers(new Put(Places.Of(k, 0, k.OutShape()), How.Add, Onto: false), typed: 1),
    };

    internal static readonly Op TensorScatterUpdate = Scatter("TensorScatterUpdate", "int16|int32|int64|uint16", How.Set, (n, g) => [TensorScatterUpdate!.Call(g, n[1], A.ZerosLike(n[2])), null, GatherNd.Call(g, n[1])]);
    internal static readonly Op TensorScatterAdd = Scatter("TensorScatterAdd", "index", How.Add, (n, g) => [g, null, GatherNd.Call(g, n[1])]);
    internal static readonly Op TensorScatterSub = Scatter("TensorScatterSub", "index", How.Subtract, (n, g) => [g, null, -GatherNd.Call(g, n[1])]);
    internal static readonly Op TensorScatterMin = Scatter("TensorScatterMin", "index", How.Min, Extreme);
    internal static readonly Op TensorScatterMax = Scatter("TensorScatterMax", "index", How.Max, Extreme);
    internal static readonly Op ScatterNdNonAliasingAdd = Scatter("ScatterNdNonAliasingAdd", "index", How.Add, (n, g) => [g, null, GatherNd.Call(g, n[1])], "input", "number");

    internal enum How { Set, Add, Subtract, Min, Max }

    static Op Scatter(string name, string index, How how, Func<Node, Variable, Variable?[]> grad, string first = "tensor", string types = "type") =>
        new(name, $"{first}:T indices:Tindices updates:T -> output:T ; T:{types} Tindices:{index} {Policy}")
        {
            Shape = s =>
            {
                Fits(s, s[0], 1, 2);
                return s[0];
            },
            Grad = grad,
            Moves = how == How.Set,
            Kernel = k => how == How.Set ? k.Moves(new Set(Places.Of(k, 1, k.Shape(0)))) : k.Numbers(new Put(Places.Of(k, 1, k.Shape(0)), how, Onto: true)),
        };

    /// <summary>Those that hold the extreme share its gradient evenly, as in TensorFlow.</summary>
    static Variable?[] Extreme(Node n, Variable g)
    {
        var old = A.Cast(A.Equal(n.Out, n[0]), g.DType);
        var fresh = A.Cast(A.Equal(GatherNd.Call(n.Out, n[1]), n[2]), g.DType);
        var each = g / (old + ScatterNd.Call(n[1], fresh, A.ShapeOf(n[0], n[1].DType)));
        return [each * old, null, GatherNd.Call(each, n[1]) * fresh];
    }

    static int Depth(ShapeContext s, int indices)
    {
        if (!s[indices].HasRank) return -1;
        return s[indices].Rank > 0 ? (int)s[indices][-1] : throw s.Fail("the indices are a single number", "Expected a vector of indices for each place.");
    }

    static bool Empty(Shape shape) => shape.Any(d => d == 0);

    static void Fits(ShapeContext s, Shape shape, int indices, int updates)
    {
        var depth = Depth(s, indices);
        if (depth < 0 || !shape.HasRank) return;
        if (depth > shape.Rank) throw s.Fail($"places of {depth} numbers do not exist in {shape.Rank} axes", "Expected at most as many numbers as axes.");
        if (!s[indices][..^1].Concat(shape[depth..]).Accepts(s[updates])) throw s.Fail($"the updates do not fit {shape}", $"Expected updates of shape {s[indices][..^1].Concat(shape[depth..])}.");
        if (Empty(shape) && !Empty(s[updates]) && !Empty(s[indices])) throw s.Fail("the target is empty", "Expected a target with elements.");
    }

    /// <summary>Where each slice begins, in elements.</summary>
    sealed record Places(string Op, int Count, int Depth, long[] Sizes, long[] Steps, int Width, int Whole, DType DType, int Input)
    {
        internal static Places Of(Kernel k, int input, Shape shape)
        {
            var depth = (int)k.Shape(input)[-1];
            var steps = Strides.RowMajor(shape.Dims);
            return new(k.Node.Op.Name, (int)k.Shape(input)[..^1].Elements, depth, shape.ToArray()[..depth], steps[..depth], (int)Rows.Count(shape.Dims[depth..]), (int)shape.Elements, k.DType(input), input);
        }

        internal int[] Read(ReadOnlySpan<nint> from)
        {
            var numbers = Managed.Integers(from[Input], DType, (long)Count * Depth);
            var places = new int[Count];
            for (var i = 0; i < Count; i++)
                for (var d = 0; d < Depth; d++)
                {
                    var at = numbers[i * Depth + d];
                    if (at < 0 || at >= Sizes[d])
                        throw new EngineException($"{Op}: the index {at} for axis {d} at place {i} is out of range. Expected 0 to {Sizes[d] - 1}. Check the indices.") { Op = Op };
                    places[i] += (int)(at * Steps[d]);
                }
            return places;
        }
    }

    sealed record Take(Places Places) : IMoveKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged
        {
            Span<T> x = HostMemory.Span<T>(from[0], Places.Whole), y = HostMemory.Span<T>(to[0], Places.Count * Places.Width);
            var at = Places.Read(from);
            for (var i = 0; i < at.Length; i++) x.Slice(at[i], Places.Width).CopyTo(y.Slice(i * Places.Width, Places.Width));
        }
    }

    sealed record Set(Places Places) : IMoveKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged
        {
            Span<T> x = HostMemory.Span<T>(from[0], Places.Whole), y = HostMemory.Span<T>(to[0], Places.Whole), fresh = HostMemory.Span<T>(from[2], Places.Count * Places.Width);
            var at = Places.Read(from);
            x.CopyTo(y);
            for (var i = 0; i < at.Length; i++) fresh.Slice(i * Places.Width, Places.Width).CopyTo(y.Slice(at[i], Places.Width));
        }
    }

    sealed record Put(Places Places, How How, bool Onto) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var (at, width) = (Places.Read(from), Places.Width);
            Span<T> y = HostMemory.Span<T>(to[0], Places.Whole), fresh = HostMemory.Span<T>(from[Onto ? 2 : 1], Places.Count * width);
            if (Onto) HostMemory.Span<T>(from[0], Places.Whole).CopyTo(y);
            else y.Clear();
            for (var i = 0; i < at.Length; i++)
                for (var j = 0; j < width; j++)
                {
                    ref var target = ref y[at[i] + j];
                    var x = fresh[i * width + j];
                    target = How switch { How.Add => target + x, How.Subtract => target - x, How.Min => T.Min(target, x), _ => T.Max(target, x) };
                }
        }
    }
}
