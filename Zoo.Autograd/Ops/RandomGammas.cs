using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Gamma numbers as TensorFlow draws them (Marsaglia and Tsang, 2000): each has 256 blocks of the generator to draw from, so none depends on another.
/// </summary>
internal static class RandomGammas
{
    const ulong Blocks = 256;

    internal static readonly Op Gamma = new("StatelessRandomGammaV3", "shape:shape_dtype key:uint64 counter:uint64 alg:int32 alpha:dtype -> output:dtype ; dtype:float16|float32|float64 shape_dtype:index=int32")
    {
        Shape = s =>
        {
            var shape = RandomOps.Wanted(s);
            if (shape.HasRank && s[4].HasRank && (s[4].Rank > shape.Rank || !s[4].Accepts(shape[(shape.Rank - s[4].Rank)..]))) throw s.Fail($"the result {shape} does not end with the shape of alpha", "Expected the shape of one draw of all alphas behind that of the draws.");
            return shape;
        },
        Grad = (n, g) => [null, null, null, null, (g * SpecialOps.RandomGammaGrad.Call(n[4], n.Out)).SumTo(n[4])],
        Kernel = k =>
        {
            RandomOps.OnlyPhilox(k.Node);
            var (count, alphas, dtype) = ((int)k.OutShape().Elements, (int)k.Shape(4).Elements, k.DType(4));
            return k.Host((from, to) =>
            {
                var (key, low, high) = (HostMemory.Span<ulong>(from[0], 1)[0], HostMemory.Span<ulong>(from[1], 2)[0], HostMemory.Span<ulong>(from[1], 2)[1]);
                var samples = count / Math.Max(1, alphas);
                for (var i = 0; i < count; i++)
                {
                    var alpha = i % alphas;
                    var x = Draw(key, low, high, (ulong)(alpha * samples + i / alphas) * Blocks, ComplexKernel.Read(from[2], dtype, alpha).Real);
                    ComplexKernel.Write(to[0], dtype, i, x);
                }
            }, [k[1], k[2], k[4]], (k.OutShape(), k.OutDType()))[0];
        },
    };

    static double Draw(ulong key, ulong low, ulong high, ulong block, double alpha)
    {
        Span<double> normals = stackalloc double[2];
        var (uniform, hasUniform, normal) = (0.0, false, 0);
        if (alpha == 1) return -Math.Log(1 - Uniform());
        var small = alpha < 1;
        var d = alpha + (small ? 2 / 3.0 : -1 / 3.0);
        var c = 1.0 / 3 / Math.Sqrt(d);
        while (true)
        {
            if (normal == 0) normal = Philox.Normals(Philox.Generate(key, low, high, block++), normals);
            var x = normals[--normal];
            var v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            var u = Uniform();
            if (u >= 1 - 0.0331 * x * x * x * x && Math.Log(u) >= 0.5 * x * x + d * (1 - v + Math.Log(v))) continue;
            return small ? d * v * Math.Pow(Uniform(), 1 / alpha) : d * v;
        }

        // two come of a block; the second is given first
        double Uniform()
        {
            if (hasUniform)
            {
                hasUniform = false;
                return uniform;
            }
            var made = Philox.Generate(key, low, high, block++);
            (uniform, hasUniform) = (Philox.ToDouble(made.X, made.Y), true);
            return Philox.ToDouble(made.Z, made.W);
        }
    }
}
