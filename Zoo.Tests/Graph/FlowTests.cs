using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Tests.Layers;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph;

/// <summary>Functions of expressions beyond single ops: values by formulas, gradients by their differences, on both engines.</summary>
[Category("Engines")]
public class FlowTests
{
    /// <summary>A function, its arguments, and the formula of one number: the sum of the results' squares.</summary>
    sealed record Case(string Name, NDArray[] Xs, Func<Variable[], Variable[]> Function, Func<NDArray[], double[]> Formula)
    {
        public override string ToString() => Name;
    }

    static NDArray Numbers(int seed, params long[] shape) => FormulaCase.Random(seed, shape).Cast(DType.Float64);

    static double[] Flat(NDArray x) => FormulaCase.Numbers(x);

    static IEnumerable<Case> Cases()
    {
        var (x, y, w) = (Numbers(1, 3, 2), Numbers(2, 3, 2), Numbers(3, 2));
        // what is read besides the argument gets a gradient too
        foreach (var sign in (double[])[1, -1])
            yield return new($"Cond, {(sign > 0 ? "first" : "second")} branch", [x, w], v => [A.Cond(A.Sum(v[0]) * 0 + sign > 0, u => A.Sin(u) * v[1], u => u * u + A.Exp(v[1]), v[0])],
                v => FormulaCase.Each([3, 2], i => sign > 0 ? Math.Sin(v[0][i]) * v[1][i[1]] : v[0][i] * v[0][i] + Math.Exp(v[1][i[1]])));
        yield return new("Cond of several", [x, y], v => A.Cond(A.Constant(NDArray.Scalar(1, DType.Bool)), u => [u[0] + u[1], u[1]], u => [u[0], u[0]], v), v => [.. FormulaCase.Each([3, 2], i => v[0][i] + v[1][i]), .. Flat(v[1])]);
        yield return new("While with a limit", [w], v => [A.While(u => A.Sum(A.Square(u[0])) < 20, u => [u[0] * 2 + v[0]], [v[0]], maximumIterations: 9)[0]], v =>
        {
            var u = Flat(v[0]);
            for (var n = 0; n < 9 && u.Sum(e => e * e) < 20; n++) u = [.. u.Select((e, i) => e * 2 + v[0][i])];
            return u;
        });
        yield return new("Scan", [x, w], v => A.Scan((s, e) => (A.Tanh(s + e), s * e), v[1], v[0]) is var (last, all) ? [last, all] : [], v =>
        {
            var (s, all) = (Flat(v[1]), new List<double>());
            for (var t = 0; t < 3; t++)
            {
                all.AddRange(s.Select((e, i) => e * v[0][t, i]));
                s = [.. s.Select((e, i) => Math.Tanh(e + v[0][t, i]))];
            }
            return [.. s, .. all];
        });
        yield return new("Scan reversed, of several", [x, y, w], v => A.Scan((s, e) => ([s[0] * e[0] + e[1]], [s[0]]), [v[2]], [v[0], v[1]], reverse: true) is var (last, all) ? [last[0], all[0]] : [], v =>
        {
            var (s, all) = (Flat(v[2]), new double[6]);
            for (var t = 2; t >= 0; t--)
            {
                for (var i = 0; i < 2; i++) all[t * 2 + i] = s[i];
                s = [.. s.Select((e, i) => e * v[0][t, i] + v[1][t, i])];
            }
            return [.. s, .. all];
        });
        var (a, b) = (Numbers(4, 2, 3, 4), Numbers(5, 2, 4, 3));
        double Product(NDArray p, int[] i, NDArray q, int[] j) => p[i] * q[j];
        yield return new("MM", [a, b], v => [A.MM(v[0], v[1])], v => FormulaCase.Each([2, 3, 3], i => FormulaCase.Sum(4, k => Product(v[0], [i[0], i[1], k], v[1], [i[0], k, i[2]]))));
        yield return new("MM over the first axes", [a, b], v => [A.MM(v[0], v[1], (1, 2))], v => FormulaCase.Each([2, 4, 4], i => FormulaCase.Sum(3, k => Product(v[0], [i[0], k, i[1]], v[1], [i[0], i[2], k]))));
        yield return new("MM with a matrix", [a, Numbers(6, 4, 2)], v => [A.MM(v[0], v[1])], v => FormulaCase.Each([2, 3, 2], i => FormulaCase.Sum(4, k => Product(v[0], [i[0], i[1], k], v[1], [k, i[2]]))));
        yield return new("Expand", [Numbers(7, 3, 1)], v => [A.Expand(v[0], -1, 4)], v => FormulaCase.Each([3, 4], i => v[0][i[0], 0]));
        yield return new("Slice", [a], v => [v[0].Slice(2, 1, -1)], v => FormulaCase.Each([2, 3, 3], i => v[0][i[0], i[1], i[2] + 1]));
        yield return new("Squeeze", [Numbers(8, 1, 1, 3)], v => [v[0].Squeeze()], v => Flat(v[0]));
        yield return new("Replicate", [Numbers(9, 2, 2)], v => [v[0].Replicate(1, 2)], v => FormulaCase.Each([2, 4], i => v[0][i[0], i[1] % 2]));
        yield return new("IndexSelect", [a], v => [v[0].IndexSelect(-1, -1)], v => FormulaCase.Each([2, 3], i => v[0][i[0], i[1], 3]));
        yield return new("ScatterNd", [Numbers(10, 2, 3)], v => [A.ScatterNd(A.Constant(NDArray.From(new[,] { { 3 }, { 1 } })), v[0], [4, 3])], v => FormulaCase.Each([4, 3], i => i[0] == 3 ? v[0][0, i[1]] : i[0] == 1 ? v[0][1, i[1]] : 0));
        yield return new("BatchDot as the cosine", [x, y], v => [A.BatchDot(v[0], v[1], 1, 1, normalize: true)], v => FormulaCase.Each([3], i =>
        {
            double Dot(NDArray p, NDArray q) => p[i[0], 0] * q[i[0], 0] + p[i[0], 1] * q[i[0], 1];
            return Dot(v[0], v[1]) / Math.Sqrt(Dot(v[0], v[0]) * Dot(v[1], v[1]));
        }));
        yield return new("threshold", [x], v => [Activations.Threshold(v[0], 0.2, -3)], v => [.. Flat(v[0]).Select(e => e > 0.2 ? e : -3)]);
        yield return new("hard sigmoid of Keras 1", [x], v => [Activations.HardSigmoidKeras1(v[0] * 4)], v => [.. Flat(v[0]).Select(e => Math.Clamp(0.2 * 4 * e + 0.5, 0, 1))]);
        yield return new("softmin", [x], v => [Activations.Softmin(v[0])], v => FormulaCase.Each([3, 2], i => Math.Exp(-v[0][i]) / (Math.Exp(-v[0][i[0], 0]) + Math.Exp(-v[0][i[0], 1]))));
    }

    [Test]
    public void ValuesAndGradientsAreTheFormulas([ValueSource(nameof(Cases))] object given, [Values("embedded", "tensorflow")] string engine)
    {
        var c = (Case)given;
        Variable[] xs = [.. c.Xs.Select((x, i) => StateOps.Input($"x{i}", x.Shape, x.DType))];
        var results = c.Function(xs);
        var objective = results.Select(r => A.Sum(A.Square(r))).Aggregate((a, b) => a + b);
        var found = ModelRuns.Run(engine, xs, [.. results, .. A.Gradients(objective, xs)], c.Xs);
        Assert.That(found.Take(results.Length).SelectMany(Flat), Is.EqualTo(c.Formula(c.Xs)).Within(1e-9));
        for (var i = 0; i < xs.Length; i++)
        {
            var moved = c.Xs.Select(x => x.Clone()).ToArray();
            var differences = FormulaCase.Each([moved[i].Count], at =>
            {
                double Sum(double step)
                {
                    moved[i].SetNumber(at[0], c.Xs[i].Number(at[0]) + step);
                    return c.Formula(moved).Sum(r => r * r);
                }
                var slope = (Sum(1e-5) - Sum(-1e-5)) / 2e-5;
                moved[i].SetNumber(at[0], c.Xs[i].Number(at[0]));
                return slope;
            });
            Assert.That(Flat(found[results.Length + i]), Is.EqualTo(differences).Within(1e-5), $"gradient of argument {i}");
        }
    }

    [Test]
    public void AGradientOfOnesOwnTakesTheOthersPlace([Values("embedded", "tensorflow")] string engine)
    {
        var x = StateOps.Input("x", [3], DType.Float64);
        var w = StateOps.Input("w", [], DType.Float64);
        var y = A.CustomGradient(v => (A.Square(v) * 3, g => g * v * w + 1), x);
        var two = A.CustomGradient(v => (v[0] * v[1], g => [g * 10, g * v[0]]), x, x + 1);
        var (first, second) = (A.Gradients(A.Sum(y * y), x)[0], A.Gradients(A.Sum(two), x)[0]);
        var found = ModelRuns.Run(engine, [x, w], [y, first, A.Gradients(A.Sum(first), x)[0], second, A.Gradients(y, w)[0]], new double[] { 1, -2, 0.5 }, NDArray.Scalar(2, DType.Float64));
        double[] at = [1, -2, 0.5];
        Assert.That(Flat(found[0]), Is.EqualTo(at.Select(v => 3 * v * v)).Within(1e-12));
        // of the sum of y², what comes in is 2 y
        Assert.That(Flat(found[1]), Is.EqualTo(at.Select(v => 2 * 3 * v * v * v * 2 + 1)).Within(1e-12));
        // 4 v y + 1 once more: 4 y, and 4 v through y, whose gradient is one's own
        Assert.That(Flat(found[2]), Is.EqualTo(at.Select(v => 4 * 3 * v * v + (4 * v * v * 2 + 1))).Within(1e-12));
        Assert.That(Flat(found[3]), Is.EqualTo(at.Select(v => 10 + v)).Within(1e-12));
        Assert.That(found[4].ToNumber(), Is.Zero, "what is read besides gets no gradient");
    }

    [Test]
    public void AnOpenLoopRunsAndSaysWhyItHasNoGradient([Values("embedded", "tensorflow")] string engine)
    {
        var (x, factor) = (StateOps.Input("x", [2], DType.Float64), StateOps.Input("factor", [], DType.Float64));
        var last = A.While(v => A.Sum(v[0]) < 100, v => [v[0] * factor, v[1] + 1], [x, A.Constant(0, DType.Int32)]);
        var found = ModelRuns.Run(engine, [x, factor], last, new double[] { 1, 2 }, NDArray.Scalar(3, DType.Float64));
        Assert.That(Flat(found[0]), Is.EqualTo(new double[] { 81, 162 }));
        Assert.That(found[1].ToNumber(), Is.EqualTo(4));
        Assert.That(() => A.Gradients(last[0], x), Throws.TypeOf<GraphException>().With.Message.Contains("maximumIterations"));
    }

    [Test]
    public void FunctionsStandBetweenLayersAndTrain()
    {
        var x = K.Input([4]);
        var hidden = x >> new Dense(3, "tanh");
        var y = A.Cond(A.Sum(hidden) > 0, v => v * 2, v => v * 3, hidden) >> new Dense(1);
        Model model = new(x, y);
        model.Compile(new SGD(0.05), "mse");
        var losses = model.Fit(FormulaCase.Random(1, 32, 4), FormulaCase.Random(2, 32, 1), epochs: 5, verbose: 0)["loss"];
        Assert.That(losses[^1], Is.LessThan(losses[0]));
    }

    [Test]
    public void WhatDoesNotFitIsExplained()
    {
        var x = K.Input([2]);
        var number = A.Sum(x);
        Assert.That(() => A.Cond(number > 0, v => v >> new Dense(1), v => v, x), Throws.TypeOf<GraphException>().With.Message.Contains("dense").And.Message.Contains("Expected expressions"));
        Assert.That(() => A.Cond(number > 0, v => [v[0]], v => [v[0], v[0]], x), Throws.TypeOf<GraphException>().With.Message.Contains("[float32] and [float32, float32]"));
        Assert.That(() => A.While(v => number > 0, v => [A.Cast(v[0], DType.Int32)], [x]), Throws.TypeOf<GraphException>().With.Message.Contains("int32"));
        Assert.That(() => A.Scan((s, e) => ([s[0], s[0]], []), [x], [x]), Throws.TypeOf<GraphException>().With.Message.Contains("2 states"));
        Assert.That(() => A.CustomGradient(v => (v[0], g => []), x), Throws.TypeOf<GraphException>().With.Message.Contains("0 gradients"));
        Assert.That(() => A.MM(x, x, (0, 1)), Throws.Nothing);
        Assert.That(() => A.MM(A.ExpandDims(x, 0), A.ExpandDims(x, 0), (0, 1)), Throws.TypeOf<ShapeException>().With.Message.Contains("last two"));
        Assert.That(() => x.Slice(0, 1, 1), Throws.TypeOf<ShapeException>().With.Message.Contains("batch"));
        Assert.That(() => x.Slice(1, 1, 4), Throws.TypeOf<ShapeException>().With.Message.Contains("0..2"));
    }
}
