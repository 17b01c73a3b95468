using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Where a plan's values lie, and what it costs to plan large graphs.</summary>
public class PackingTests
{
    const int Unit = 64;

    /// <summary>By kind: random times and sizes; a net's forward pass that is kept for its gradient, with short values between; a chain; values that all stay.</summary>
    static (int First, int Last, long Bytes)[] Values(string kind, int count, int seed)
    {
        var random = new Random(seed);
        long Size() => Unit * (1 + random.Next(40));
        return [.. Enumerable.Range(0, count).Select(i => kind switch
        {
            "random" => (i / 2, i / 2 + random.Next(30), Size()),
            "net" => (i, i % 3 == 0 ? i + 1 : i < count / 2 ? count - i : i + 2, Unit * (1 + i % 3)),
            "chain" => (i, i + 1, Size()),
            _ => (i, int.MaxValue, Size()),
        })];
    }

    static bool Meet((int First, int Last, long Bytes) a, (int First, int Last, long Bytes) b) => a.First <= b.Last && b.First <= a.Last;

    static long MostAtOnce((int First, int Last, long Bytes)[] values) => values.Max(at => values.Where(v => v.First <= at.First && at.First <= v.Last).Sum(v => v.Bytes));

    [TestCase("random")]
    [TestCase("net")]
    [TestCase("chain")]
    [TestCase("stay")]
    public void Each_value_lies_in_the_lowest_free_place_the_largest_first(string kind)
    {
        for (var seed = 0; seed < 25; seed++)
        {
            var values = Values(kind, 1 + 17 * seed, seed);
            var (offsets, bytes) = Packing.Of(values);
            Assert.That(bytes, Is.EqualTo(values.Select((v, i) => offsets[i] + v.Bytes).Max()), $"{kind} {seed}");
            if (kind is "net" or "stay") Assert.That(bytes, Is.EqualTo(MostAtOnce(values)), $"{kind} {seed}: what is needed at once");
            int[] placed = [.. Enumerable.Range(0, values.Length).OrderByDescending(i => values[i].Bytes)];
            for (var n = 0; n < placed.Length; n++)
            {
                var i = placed[n];
                var others = placed[..n].Where(o => Meet(values[i], values[o])).Select(o => (From: offsets[o], To: offsets[o] + values[o].Bytes)).ToArray();
                bool Free(long at) => others.All(o => o.To <= at || at + values[i].Bytes <= o.From);
                Assert.That(offsets[i], Is.EqualTo(others.Select(o => o.To).Prepend(0).Where(Free).Min()), $"{kind} {seed}: value {i}");
            }
        }
    }

    [Test]
    public void Nothing_needs_no_place() => Assert.That(Packing.Of([]).Bytes, Is.Zero);

    static Zoo.Autograd.Graph.Program Net(string kind, int nodes)
    {
        var x = StateOps.Input("x", [2, 4], DType.Float32);
        var weights = Enumerable.Range(0, nodes / 8).Select(i => new Parameter($"w{i}", [4, 4], DType.Float32, () => NDArray.Zeros([4, 4], DType.Float32))).ToArray();
        var y = x;
        foreach (var w in weights) y = kind == "plain" ? A.Tanh(A.MatMul(y, w.Variable)) : A.Tanh(A.MatMul(y, w.Variable)) + y;
        if (kind == "forward") return new() { Feeds = [x], Fetches = [y] };
        var gradients = Gradients.Of([A.Sum(y)], [.. weights.Select(w => w.Variable)]);
        return new() { Feeds = [x], Fetches = [y], Updates = [.. weights.Zip(gradients, (w, g) => (w, w.Variable - 0.1f * g!))] };
    }

    /// <summary>Memory that a plan takes to make says what it looks at: searches through a graph remember where they have been.</summary>
    [TestCase("plain")]
    [TestCase("residual")]
    [TestCase("forward")]
    public void Planning_a_large_net_takes_as_much_for_a_node_as_planning_a_small_one(string kind)
    {
        Planned(200);   // what is made once
        Assert.That(Planned(8000), Is.LessThan(1.25 * Planned(1000)));

        double Planned(int nodes)
        {
            var program = Specialize.For(Net(kind, nodes), [[2, 4]]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Planner.Make(program);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)nodes;
        }
    }
}
