using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph;

/// <summary>Functions that are made of several ops.</summary>
public class FunctionTests
{
    static NDArray Random(int seed, params long[] dims)
    {
        var random = new Random(seed);
        var result = NDArray.Zeros(Shape.Create(dims), DType.Float64);
        for (var i = 0; i < result.Count; i++) result.SetNumber(i, random.NextDouble() * 2 - 1);
        return result;
    }

    static NDArray Run(Func<Variable[], Variable> f, params NDArray[] values)
    {
        var inputs = values.Select((v, i) => StateOps.Input($"x{i}", v.Shape.With(0, Dim.Any), v.DType)).ToArray();
        var y = f(inputs);
        using var session = Engines.Find("embedded").Compile(new() { Feeds = inputs, Fetches = [y] });
        var results = new NDArray?[1];
        session.Run(values, results);
        Assert.That(y.Shape.Accepts(results[0]!.Shape), $"{y.Shape} was inferred for {results[0]!.Shape}");
        return results[0]!;
    }

    [Test]
    public void DotAndBatchDotAreSumsOfProducts()
    {
        NDArray x = Random(1, 2, 3, 4), w = Random(2, 4, 5), y = Random(3, 2, 4, 5), v = Random(4, 2, 4), u = Random(5, 2, 4);
        var dot = Run(i => A.Dot(i[0], A.Constant(w)), x);
        Assert.That(dot.Shape.ToArray(), Is.EqualTo(new[] { 2, 3, 5 }));
        Assert.That(dot.Number(7), Is.EqualTo(Enumerable.Range(0, 4).Sum(k => x.Number(4 + k) * w.Number(k * 5 + 2))).Within(1e-12));
        var batch = Run(i => A.BatchDot(i[0], i[1], 2, 1), x, y);
        Assert.That(batch.Shape.ToArray(), Is.EqualTo(new[] { 2, 3, 5 }));
        Assert.That(batch.Number(15 + 7), Is.EqualTo(Enumerable.Range(0, 4).Sum(k => x.Number(12 + 4 + k) * y.Number(20 + k * 5 + 2))).Within(1e-12));
        var cosine = Run(i => A.BatchDot(i[0], i[1], normalize: true), v, u);
        Assert.That(cosine.Shape.ToArray(), Is.EqualTo(new[] { 2, 1 }));
        double Norm(NDArray a) => Math.Sqrt(Enumerable.Range(4, 4).Sum(k => a.Number(k) * a.Number(k)));
        Assert.That(cosine.Number(1), Is.EqualTo(Enumerable.Range(4, 4).Sum(k => v.Number(k) * u.Number(k)) / Norm(v) / Norm(u)).Within(1e-12));
        Assert.That(() => Run(i => A.BatchDot(i[0], i[1], 1, 1), x, y), Throws.TypeOf<ShapeException>().With.Message.Contains("BatchDot"));
    }

    [Test]
    public void MomentsAndLogSumExpOverAxes()
    {
        var x = Random(1, 3, 4, 5);
        var all = Enumerable.Range(0, 60).Select(x.Number).ToArray();
        var column = Enumerable.Range(0, 12).Select(i => all[i * 5 + 2]).ToArray();
        var mean = column.Average();
        Assert.That(Run(i => A.Moments(i[0], [0, 1]).Mean, x).Number(2), Is.EqualTo(mean).Within(1e-12));
        Assert.That(Run(i => A.Moments(i[0], [0, 1]).Variance, x).Number(2), Is.EqualTo(column.Average(v => (v - mean) * (v - mean))).Within(1e-12));
        Assert.That(Run(i => A.Mean(i[0], [0, 1], keepDims: true), x).Shape.ToArray(), Is.EqualTo(new[] { 1, 1, 5 }));
        Assert.That(Run(i => A.LogSumExp(i[0] + 1000, 1), x).Number(2), Is.EqualTo(1000 + Math.Log(Enumerable.Range(0, 4).Sum(r => Math.Exp(all[r * 5 + 2])))).Within(1e-9));
        Assert.That(Run(i => A.Softmax(i[0], 1), x).Number(2), Is.EqualTo(Math.Exp(all[2]) / Enumerable.Range(0, 4).Sum(r => Math.Exp(all[r * 5 + 2]))).Within(1e-12));
        Assert.That(Run(i => A.L2Normalize(i[0], 0), x).Number(2), Is.EqualTo(all[2] / Math.Sqrt(all[2] * all[2] + all[22] * all[22] + all[42] * all[42])).Within(1e-12));
    }

    [Test]
    public void ClipHasNoGradientOutside()
    {
        NDArray x = new[] { -2.0, -0.5, 0.5, 2 };
        Assert.That(Run(i => A.Clip(i[0], -1, 1), x).ToArray<double>(), Is.EqualTo(new[] { -1, -0.5, 0.5, 1 }));
        Assert.That(Run(i => A.Gradients(A.Sum(A.Clip(i[0], -1, 1)), i[0])[0], x).ToArray<double>(), Is.EqualTo(new[] { 0.0, 1, 1, 0 }));
    }

    [Test]
    public void RandomNumbersDependOnKeyAndCounterOnly()
    {
        NDArray First(ulong key, long counter, int count) => Run(i => A.RandomUniform(A.Ints(count), key, A.Constant(NDArray.From(new[] { counter, 0L })) + A.Cast(A.Sum(i[0]) * 0, DType.Int64)), NDArray.Zeros([1]));
        var long_ = First(5, 0, 64).ToArray<float>();
        Assert.That(First(5, 0, 32).ToArray<float>(), Is.EqualTo(long_[..32]));
        Assert.That(First(5, 4, 8).ToArray<float>(), Is.EqualTo(long_[16..24]), "a count is four numbers of float32");
        Assert.That(First(6, 0, 64).ToArray<float>(), Is.Not.EqualTo(long_));
        Assert.That(long_, Has.All.InRange(0f, 1f));
        Assert.That(long_.Average(), Is.EqualTo(0.5).Within(0.15));
    }

    [Test]
    public void CheckNumericsNamesTheElement()
    {
        NDArray x = new[] { 1.0, double.NaN };
        Assert.That(() => Run(i => A.CheckNumerics(i[0], "loss"), x), Throws.TypeOf<EngineException>().With.Message.Contains("loss").And.Message.Contains("element 1"));
    }
}
