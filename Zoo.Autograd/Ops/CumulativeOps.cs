using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Running sums and products along an axis; exclusive ones leave out the element itself.</summary>
internal static class CumulativeOps
{
    internal static readonly Op Cumsum = Cumulative("Cumsum", (n, g) => [Cumsum!.Call([g, n[1]], ("exclusive", n.Flag("exclusive")), ("reverse", !n.Flag("reverse"))), null], product: false);

    internal static readonly Op Cumprod = Cumulative("Cumprod", (n, g) =>
        [Cumsum.Call([n.Out * g, n[1]], ("exclusive", n.Flag("exclusive")), ("reverse", !n.Flag("reverse"))) / n[0], null], product: true);

    static Op Cumulative(string name, Func<Node, Variable, Variable?[]> grad, bool product) => new(name, "x:T axis:Tidx -> out:T ; exclusive:bool=false reverse:bool=false T:number Tidx:index=int32")
    {
        Shape = s =>
        {
            s.Rank(1, 0);
            if (s[0].HasRank && s.Known(1) is [{ } axis]) s.Axis(axis, s[0].Rank);
            return s[0];
        },
        Grad = grad,
        Kernel = k =>
        {
            var axis = (int)k.ConstInts(1)[0];
            if (axis < 0) axis += k.Shape(0).Rank;
            var dims = k.Shape(0).Dims;
            var run = new Runner((int)Rows.Count(dims[..axis]), (int)dims[axis], (int)Rows.Count(dims[(axis + 1)..]), k.Node.Flag("exclusive"), k.Node.Flag("reverse"), product);
            HostKernel kernel = k.DType() switch
            {
                DType.Float32 => run.Run<float>,
                DType.Float64 => run.Run<double>,
                DType.Int32 => run.Run<int>,
                DType.Int64 => run.Run<long>,
                _ => throw new GraphException($"{name}: the embedded engine has no kernel for {k.DType().Name()}. Cast to float32 before."),
            };
            return k.Host(kernel, [k[0]], (k.OutShape(), k.OutDType()))[0];
        },
    };

    sealed record Runner(int Outer, int Count, int Inner, bool Exclusive, bool Reverse, bool Product)
    {
        internal void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>
        {
            Span<T> x = HostMemory.Span<T>(from[0], Outer * Count * Inner), y = HostMemory.Span<T>(to[0], Outer * Count * Inner);
            for (var o = 0; o < Outer; o++)
                for (var i = 0; i < Inner; i++)
                {
                    var total = Product ? T.One : T.Zero;
                    for (var j = 0; j < Count; j++)
                    {
                        var at = (o * Count + (Reverse ? Count - 1 - j : j)) * Inner + i;
                        var next = Product ? total * x[at] : total + x[at];
                        y[at] = Exclusive ? total : next;
                        total = next;
                    }
                }
        }
    }

    internal static readonly Op[] All = [Cumsum, Cumprod];
}
