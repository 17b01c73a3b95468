using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Tests.Engine;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph;

/// <summary>A recurrence is the same as its steps written one after the other: values, gradients, gradients of gradients, on both engines.</summary>
public class ScanTests
{
    static readonly NDArray xs = Random(1, 4, 2, 3), h = Random(2, 2, 5), w = Random(3, 3, 5), u = Random(4, 5, 5);
    static readonly NDArray cell = Random(5, 2, 5);

    static NDArray Random(int seed, params long[] dims)
    {
        var random = new Random(seed);
        var result = NDArray.Zeros(Shape.Create(dims), DType.Float64);
        for (var i = 0; i < result.Count; i++) result.SetNumber(i, random.NextDouble() * 2 - 1);
        return result;
    }

    /// <summary>Two states, one result beyond them, and weights that the step reads from outside.</summary>
    static (Variable[] States, Variable Result) Step(Variable x, Variable h, Variable c, Variable w, Variable u)
    {
        var next = A.Tanh(A.MatMul(x, w * 2) + A.MatMul(h, u) + c);
        return ([next, c * A.Sigmoid(next)], A.Sum(next, 1, keepDims: true) * c);
    }

    static Variable Looped(Variable[] v, bool reverse)
    {
        var (x, first, second) = (ScanOps.Entry(v[0]), ScanOps.State(v[1]), ScanOps.State(v[2]));
        var (states, result) = Step(x, first, second, v[3], v[4]);
        var scan = ScanOps.Make("cell", [(v[0], x)], [(v[1], first), (v[2], second)], states, [result], reverse);
        return A.Sum(A.Square(scan.Last[0]) + scan.Last[1]) + A.Sum(A.Square(scan.Results[0])) + A.Sum(A.Square(scan.Before[1]));
    }

    static Variable Unrolled(Variable[] v, bool reverse)
    {
        var states = new[] { v[1], v[2] };
        var sum = new List<Variable>();
        for (var n = 0; n < 4; n++)
        {
            sum.Add(A.Sum(A.Square(states[1])));
            (states, var result) = Step(v[0][reverse ? 3 - n : n], states[0], states[1], v[3], v[4]);
            sum.Add(A.Sum(A.Square(result)));
        }
        return A.Sum(A.Square(states[0]) + states[1]) + A.AddN([.. sum]);
    }

    [Test]
    public void A_loop_is_its_steps([Values("embedded", "tensorflow")] string engine, [Values] bool reverse, [Values] bool unknown)
    {
        NDArray[] values = [xs, h, cell, w, u];
        Variable[] v = [.. values.Select((a, i) => StateOps.Input($"v{i}", unknown && i < 3 ? a.Shape.With(i == 0 ? 1 : 0, Dim.Any) : a.Shape, a.DType))];
        NDArray[] Run(Func<Variable[], bool, Variable> f)
        {
            var y = f(v, reverse);
            var first = A.Gradients(y, v);
            var second = A.Gradients(A.AddN([.. first.Select(g => A.Sum(A.Square(g)))]), v);
            using var session = TestEngines.Get(engine).Compile(new() { Feeds = v, Fetches = [y, .. first, .. second] });
            var results = new NDArray?[11];
            session.Run(values, results);
            return results!;
        }
        var (looped, unrolled) = (Run(Looped), Run(Unrolled));
        for (var k = 0; k < looped.Length; k++)
        {
            Assert.That(looped[k].Shape, Is.EqualTo(unrolled[k].Shape));
            for (var i = 0; i < looped[k].Count; i++) Assert.That(looped[k].Number(i), Is.EqualTo(unrolled[k].Number(i)).Within(1e-10), $"fetch {k} [{i}]");
        }
    }

    [Test]
    public void What_changes_its_shape_or_length_is_an_error()
    {
        Variable x = StateOps.Input("x", [4, 2, 3], DType.Float32), first = StateOps.Input("h", [2, 3], DType.Float32);
        var (entry, state) = (ScanOps.Entry(x), ScanOps.State(first));
        Assert.That(() => ScanOps.Make("bad", [(x, entry)], [(first, state)], [A.Concat([state, entry], 1)], []), Throws.TypeOf<ShapeException>().With.Message.Contains("state 0 becomes"));
        var other = StateOps.Input("y", [5, 2, 3], DType.Float32);
        Assert.That(() => ScanOps.Make("bad", [(x, entry), (other, ScanOps.Entry(other))], [(first, state)], [state], []), Throws.TypeOf<ShapeException>().With.Message.Contains("4 against 5"));
    }
}
