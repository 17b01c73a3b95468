using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Random numbers of a seed of two numbers, which TensorFlow scrambles into a key and a counter.</summary>
internal static class StatelessOps
{
    internal static readonly Op KeyCounter = Scrambled("StatelessRandomGetKeyCounter", "", v => v);
    internal static readonly Op KeyCounterAlg = Scrambled("StatelessRandomGetKeyCounterAlg", " alg:int32", v => [.. v, NDArray.Scalar(1, DType.Int32)]);

    /// <summary>The algorithm of CPUs: Philox.</summary>
    internal static readonly Op Alg = new("StatelessRandomGetAlg", "-> alg:int32") { Shape = _ => Shape.Scalar, NoGradient = Op.Discrete, Fold = (_, _) => NDArray.Scalar(1, DType.Int32) };

    internal static readonly Op[] Older =
    [
        Seeded("StatelessRandomUniform", "dtype:float=float32 T:index=int32", RandomOps.Uniform), Seeded("StatelessRandomNormal", "dtype:float=float32 T:index=int32", RandomOps.Normal), Seeded("StatelessTruncatedNormal", "dtype:float=float32 T:index=int32", RandomOps.TruncatedNormal),
        Seeded("StatelessRandomUniformFullInt", "dtype:int32|int64|uint32|uint64=uint64 T:index=int32", RandomOps.FullInt), Seeded("StatelessRandomUniformInt", "dtype:int32|int64 T:index", RandomOps.UniformInt, " minval:dtype maxval:dtype"),
    ];

    static Op Scrambled(string name, string more, Func<NDArray[], NDArray[]> results) => new(name, $"seed:Tseed -> key:uint64 counter:uint64{more} ; Tseed:index=int64")
    {
        Shape = s =>
        {
            s.Vector(0, 2);
            return more.Length > 0 ? [[1], [2], []] : [[1], [2]];
        },
        NoGradient = Op.Discrete,
        Folds = (_, v) => results(Scramble(v[0])),
        Kernel = k => k.Managed((_, v) => results(Scramble(v[0]))),
    };

    static Op Seeded(string name, string attrs, Op op, string more = "") => new(name, $"shape:T seed:Tseed{more} -> output:dtype ; {attrs} Tseed:index=int64")
    {
        Shape = s =>
        {
            s.Vector(1, 2);
            for (var i = 2; i < s.Count; i++) s.Rank(i, 0);
            if (s.Count > 2 && s.Number(2) is { } low && s.Number(3) is { } high && low >= high) throw s.Fail($"there is no integer from {low} below {high}", "Expected minval below maxval.");
            s.Vector(0, -1);
            return SparseTensorOps.Sizes(s, 0);
        },
        NoGradient = Op.Discrete,
        Composite = n =>
        {
            var scrambled = KeyCounter.Node([n[1]]).Outputs;
            return [op.Call([n[0], .. scrambled, A.Constant(1, DType.Int32), .. n.Inputs[2..]], ("dtype", n.Out.DType))];
        },
    };

    /// <summary>One block of Philox with a key of TensorFlow's own, at the place that the seed names.</summary>
    static NDArray[] Scramble(NDArray seed)
    {
        var numbers = seed.Cast(DType.Int64).AsSpan<long>();
        var mix = Philox.Generate(0x02461E29_3EC8F720, (ulong)numbers[0], (ulong)numbers[1], 0);
        return [NDArray.From(new[] { mix.X | (ulong)mix.Y << 32 }), NDArray.From(new ulong[] { 0, mix.Z | (ulong)mix.W << 32 })];
    }
}
