using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Running sums and products along an axis; exclusive ones leave out the element itself.</summary>
internal static class CumulativeOps
{
    internal static readonly Op Cumsum = Cumulative("Cumsum", (n, g) => [Cumsum!.Call([g, n[1]], ("exclusive", n.Flag("exclusive")), ("reverse", !n.Flag("reverse"))), null], product: false);

    internal static readonly Op Cumprod = Cumulative("Cumprod", (n, g) =>
        [Cumsum.Call([n.Out * g, n[1]], ("exclusive", n.Flag("exclusive")), ("reverse", !n.Flag("reverse"))) / n[0], null], product: true);

    internal static readonly Op CumulativeLogsumexp = new("CumulativeLogsumexp", "x:T axis:Tidx -> out:T ; exclusive:bool=false reverse:bool=false T:float Tidx:index=int32")
    {
        Shape = Checked,
        Grad = (n, g) =>
        {
            // the gradient is a sum of positive and of negative shares, each exact as a logarithm
            Variable Share(Variable part) => A.Exp(CumulativeLogsumexp!.Call([A.Where(part > 0, A.Log(A.Where(part > 0, part, A.OnesLike(part))), A.ZerosLike(part) - 1e30) - n.Out, n[1]], ("exclusive", n.Flag("exclusive")), ("reverse", !n.Flag("reverse"))) + n[0]);
            return [Share(g) - Share(-g), null];
        },
        Kernel = k => Run(k, (runner, dtype) => dtype switch
        {
            DType.Float32 => runner.Log<float>,
            DType.Float64 => runner.Log<double>,
            _ => throw Unsupported("CumulativeLogsumexp", dtype),
        }),
    };

    static GraphException Unsupported(string name, DType dtype) => new($"{name}: the embedded engine has no kernel for {dtype.Name()}. Cast to float32 before.");

    static Shapes Checked(ShapeContext s)
    {
        s.Rank(1, 0);
        if (s[0].HasRank && s.Known(1) is [{ } axis]) s.Axis(axis, s[0].Rank);
        return s[0];
    }

    static Values Run(Kernel k, Func<Runner, DType, HostKernel> kernel, bool product = false)
    {
        var axis = (int)k.ConstInts(1)[0];
        if (axis < 0) axis += k.Shape(0).Rank;
        var dims = k.Shape(0).Dims;
        var run = new Runner((int)Rows.Count(dims[..axis]), (int)dims[axis], (int)Rows.Count(dims[(axis + 1)..]), k.Node.Flag("exclusive"), k.Node.Flag("reverse"), product);
        return k.Host(kernel(run, k.DType()), [k[0]], (k.OutShape(), k.OutDType()))[0];
    }

    static Op Cumulative(string name, Func<Node, Variable, Variable?[]> grad, bool product) => new(name, "x:T axis:Tidx -> out:T ; exclusive:bool=false reverse:bool=false T:number Tidx:index=int32")
    {
        Shape = Checked,
        Grad = grad,
        Kernel = k => Run(k, (runner, dtype) => Managed.Numbers(name, dtype, runner), product),
    };

    sealed record Runner(int Outer, int Count, int Inner, bool Exclusive, bool Reverse, bool Product) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
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

        internal void Log<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
        {
            Span<T> x = HostMemory.Span<T>(from[0], Outer * Count * Inner), y = HostMemory.Span<T>(to[0], Outer * Count * Inner);
            for (var o = 0; o < Outer; o++)
                for (var i = 0; i < Inner; i++)
                {
                    var total = T.MinValue;
                    for (var j = 0; j < Count; j++)
                    {
                        var at = (o * Count + (Reverse ? Count - 1 - j : j)) * Inner + i;
                        var (high, low) = x[at] > total ? (x[at], total) : (total, x[at]);
                        var next = T.IsInfinity(high) ? high : high + T.LogP1(T.Exp(low - high));
                        y[at] = Exclusive ? total : next;
                        total = next;
                    }
                }
        }
    }
}
