using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Counts of values, and places of values among sorted ones.</summary>
internal static class CountOps
{
    internal static readonly Op Bincount = new("Bincount", "arr:int32 size:int32 weights:T -> bins:T ; T:int32|int64|float32|float64")
    {
        Shape = s =>
        {
            s.Rank(1, 0);
            Weights(s, 0, 2);
            return Shape.Create([Bins(s, 1)]);
        },
        NoGradient = Op.Discrete,
        Kernel = k => k.Numbers(new Count(1, (int)k.Shape(0).Elements, (int)k.OutShape()[0], k.DType(0), k.Shape(2).Elements > 0, false), typed: 2),
    };

    internal static readonly Op DenseBincount = new("DenseBincount", "input:Tidx size:Tidx weights:T -> output:T ; Tidx:index T:int32|int64|float32|float64 binary_output:bool=false")
    {
        Shape = s =>
        {
            s.Rank(0, 1, 2);
            s.Rank(1, 0);
            Weights(s, 0, 2);
            if (!s[0].HasRank) return Shape.Unknown;
            return s[0].Rank == 1 ? Shape.Create([Bins(s, 1)]) : Shape.Create([s[0][0], Bins(s, 1)]);
        },
        // what was counted with a weight gives it back; TensorFlow has no gradient here
        Grad = (n, g) => [null, null, n.Flag("binary_output") ? null : ForWeights(n[2], A.Sum(IndexOps.OneHot.Call(n[0], A.Cast(n[1], DType.Int32), A.Constant(1, g.DType), A.Constant(0, g.DType)) * A.ExpandDims(g, -2), -1))],
        Kernel = k =>
        {
            var rows = k.Shape(0).Rank == 1 ? 1 : (int)k.Shape(0)[0];
            return k.Numbers(new Count(rows, (int)k.Shape(0)[-1], (int)k.OutShape()[-1], k.DType(0), k.Shape(2).Elements > 0, k.Node.Flag("binary_output")), typed: 2);
        },
    };

    /// <summary>One number for each value, or none where no weights were given: which it is may be known only when it runs.</summary>
    static Variable ForWeights(Variable weights, Variable g) => weights.Shape is { IsKnown: true, Elements: > 0 } ? g
        : A.ReshapeLike(SliceOps.Slice.Call(A.Reshape(g, [Dim.Any]), A.Constant(new[] { 0 }), A.Reshape(A.SizeOf(weights), [1])), weights);

    internal static readonly Op HistogramFixedWidth = new("HistogramFixedWidth", "values:T value_range:T nbins:int32 -> out:dtype ; T:int32|int64|float32|float64 dtype:index=int32")
    {
        Shape = s =>
        {
            s.Vector(1, 2);
            s.Rank(2, 0);
            return Shape.Create([s.Known(2) is [{ } bins] ? bins > 0 ? bins : throw s.Fail($"there are {bins} bins", "Expected at least one.") : Dim.Any]);
        },
        NoGradient = Op.Discrete,
        Kernel = k => k.Numbers(new Histogram((int)k.Shape(0).Elements, (int)k.OutShape()[0], k.OutDType())),
    };

    internal static readonly Op LowerBound = Bound("LowerBound", upper: false);
    internal static readonly Op UpperBound = Bound("UpperBound", upper: true);

    internal static readonly Op Bucketize = new("Bucketize", "input:T -> output:int32 ; T:int32|int64|float32|float64 boundaries:floats")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Kernel = k => k.Numbers(new Bucket((int)k.Shape(0).Elements, Array.ConvertAll(k.Node.Attrs.Get<double[]>("boundaries"), b => (float)b))),
    };

    static Op Bound(string name, bool upper) => new(name, "sorted_inputs:T values:T -> output:out_type ; T:real out_type:index=int32")
    {
        Shape = s =>
        {
            s.Rank(0, 2);
            s.Rank(1, 2);
            if (s[0].HasRank && s[1].HasRank) s.Same(s[0][0], s[1][0], "the batches");
            return s[1];
        },
        NoGradient = Op.Discrete,
        Kernel = k => k.Numbers(new Search((int)k.Shape(0)[0], (int)k.Shape(0)[1], (int)k.Shape(1)[1], upper, k.OutDType())),
    };

    static long Bins(ShapeContext s, int input) => s.Known(input) is [{ } bins] ? bins >= 0 ? bins : throw s.Fail($"there are {bins} bins", "Expected 0 or more.") : Dim.Any;

    static void Weights(ShapeContext s, int data, int weights)
    {
        if (!s[weights].IsKnown || s[weights].Elements == 0) return;
        if (!s[data].Accepts(s[weights])) throw s.Fail("the weights have another shape than the values", "Expected that shape, or no weights.");
    }

    sealed record Count(int Rows, int Width, int Bins, DType Index, bool Weighted, bool Binary) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var values = Managed.Integers(from[0], Index, (long)Rows * Width);
            Span<T> weights = Weighted ? HostMemory.Span<T>(from[2], values.Length) : [], y = HostMemory.Span<T>(to[0], Rows * Bins);
            y.Clear();
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] < 0) throw new EngineException($"Bincount: the value {values[i]} at place {i} is out of range. Expected 0 or more.") { Op = "Bincount" };
                if (values[i] >= Bins) continue;
                ref var bin = ref y[i / Width * Bins + (int)values[i]];
                bin = Binary ? T.One : bin + (Weighted ? weights[i] : T.One);
            }
        }
    }

    /// <summary>Values outside the range count in the first and the last bin.</summary>
    sealed record Histogram(int Count, int Bins, DType Result) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            Span<T> x = HostMemory.Span<T>(from[0], Count), range = HostMemory.Span<T>(from[1], 2);
            if (range[0] >= range[1]) throw new EngineException($"HistogramFixedWidth: the range from {range[0]} to {range[1]} is out of range. Expected an end above the begin.") { Op = "HistogramFixedWidth" };
            var step = double.CreateTruncating(range[1] - range[0]) / Bins;
            var counts = new long[Bins];
            foreach (var v in x) counts[(int)Math.Min(double.CreateTruncating(T.Max(v, range[0]) - range[0]) / step, Bins - 1)]++;
            for (var i = 0; i < Bins; i++) Managed.Put(to[0], Result, i, counts[i]);
        }
    }

    /// <summary>The first place where a value could stand in a sorted row, or the last.</summary>
    sealed record Search(int Rows, int Sorted, int Values, bool Upper, DType Result) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            Span<T> sorted = HostMemory.Span<T>(from[0], Rows * Sorted), values = HostMemory.Span<T>(from[1], Rows * Values);
            for (var i = 0; i < values.Length; i++)
            {
                var row = sorted.Slice(i / Values * Sorted, Sorted);
                int low = 0, high = Sorted;
                while (low < high)
                {
                    var middle = (low + high) / 2;
                    if (Upper ? row[middle] <= values[i] : row[middle] < values[i]) low = middle + 1;
                    else high = middle;
                }
                Managed.Put(to[0], Result, i, low);
            }
        }
    }

    sealed record Bucket(int Count, float[] Boundaries) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = HostMemory.Span<T>(from[0], Count);
            var y = HostMemory.Span<int>(to[0], Count);
            for (var i = 0; i < x.Length; i++)
            {
                var value = double.CreateTruncating(x[i]);
                y[i] = Boundaries.Count(b => b <= value);
            }
        }
    }
}
