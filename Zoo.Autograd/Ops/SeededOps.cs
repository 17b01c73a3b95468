using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Random ops that go on from run to run, as files have them. With a seed the first run gives TensorFlow's numbers; each run moves the counter on as TensorFlow
/// does. Without one every session begins anywhere.
/// </summary>
internal static class SeededOps
{
    const string Seeds = "seed:int=0 seed2:int=0";

    internal static readonly Op Uniform = Real("RandomUniform", RandomOps.Uniform);
    internal static readonly Op Normal = Real("RandomStandardNormal", RandomOps.Normal);
    internal static readonly Op TruncatedNormal = Real("TruncatedNormal", RandomOps.TruncatedNormal);

    internal static readonly Op UniformInt = new("RandomUniformInt", $"shape:T minval:Tout maxval:Tout -> output:Tout ; Tout:int32|int64 T:index {Seeds}")
    {
        Shape = Wanted,
        NoGradient = Op.Discrete,
        Stateful = true,
        Composite = n => [RandomOps.UniformInt.Call([n[0], Key(n), Counter(n, n.Out.Shape.Elements * 256), A.Constant(1, DType.Int32), n[1], n[2]])],
    };

    internal static readonly Op Shuffle = new("RandomShuffle", $"value:T -> output:T ; T:type {Seeds}")
    {
        Shape = s => s[0],
        NoGradient = "its rows are moved at random",
        Stateful = true,
        Composite = n => n[0].Shape.Rank == 0 || n[0].Shape[0] < 2 ? [n[0]] : [A.Gather(n[0], Order!.Call([Key(n), Counter(n, (n[0].Shape[0] + 2) / 4)], ("size", n[0].Shape[0])), 0)],
    };

    /// <summary>A permutation, as TensorFlow draws it. No TensorFlow op.</summary>
    static readonly Op Order = new("_Order", "key:uint64 counter:uint64 -> order:int64 ; size:int")
    {
        Shape = s => Shape.Create([s.Int("size")]),
        NoGradient = Op.Discrete,
        Kernel = k => k.Managed((n, x) =>
        {
            var order = new long[n.Int("size")];
            for (var i = 0; i < order.Length; i++) order[i] = i;
            var (key, low, high) = (x[0].AsSpan<ulong>()[0], x[1].AsSpan<ulong>()[0], x[1].AsSpan<ulong>()[1]);
            for (var i = 0; i + 1 < order.Length; i++)
            {
                var block = Philox.Generate(key, low, high, (ulong)(i / 4));
                var drawn = (i % 4) switch { 0 => block.X, 1 => block.Y, 2 => block.Z, _ => block.W };
                var other = i + (int)(drawn % (uint)(order.Length - i));
                (order[i], order[other]) = (order[other], order[i]);
            }
            return [NDArray.From(order)];
        }),
    };

    /// <summary>Where a node's generator stands: it moves on with each run. No TensorFlow op.</summary>
    static readonly Op Place = new("_Place", "-> counter:uint64 ; step:int")
    {
        Shape = _ => Shape.Create([2]),
        NoGradient = Op.Discrete,
        Stateful = true,
        Kernel = k => k.Managed((n, _) => [((Generator)n.Tag!).Next((ulong)n.Int("step"))]),
    };

    /// <summary>A generator's key and counter.</summary>
    internal sealed class Generator(long seed, long seed2)
    {
        readonly bool free = seed == 0 && seed2 == 0;
        readonly Lock gate = new();
        ulong low;

        internal ulong Key => free ? (field == 0 ? field = (ulong)Random.Shared.NextInt64() : field) : (ulong)seed;

        internal NDArray Next(ulong step)
        {
            lock (gate) return NDArray.From(new[] { (low += step) - step, (ulong)seed2 });
        }
    }

    static Op Real(string name, Op stateless) => new(name, $"shape:T -> output:dtype ; dtype:float T:index {Seeds}")
    {
        Shape = Wanted,
        NoGradient = Op.Discrete,
        Stateful = true,
        Composite = n => [stateless.Call([n[0], Key(n), Counter(n, n.Out.Shape.Elements * 256), A.Constant(1, DType.Int32)], ("dtype", n.Out.DType))],
    };

    static Generator Of(Node n) => n.Tag as Generator ?? states.GetValue(n, n => new(n.Int("seed"), n.Int("seed2")));

    static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Node, Generator> states = [];

    static Variable Key(Node n) => A.Constant(NDArray.From(new[] { Of(n).Key }));

    static Variable Counter(Node n, long step) => Place.Call([], Attrs.Of(("step", step)), null, Of(n)).Out;

    static Shapes Wanted(ShapeContext s)
    {
        s.Vector(0, -1);
        if (s.Known(0) is { } dims) return dims.Any(d => d < 0) ? throw s.Fail("a size is negative", "Expected 0 or more.") : Shape.Create([.. dims.Select(d => d ?? Dim.Any)]);
        return s.OfLength(0);
    }
}
