using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>The promise on bits holds wherever the arrays that are fed lie in memory.</summary>
public class FeedPlaceTests
{
    [Test]
    public void ResultsDoNotDependOnWhereInputsLie([Values(DType.Float32, DType.Float64)] DType dtype, [Values(1, 4, 33)] int rows, [Values(5, 131)] int inner, [Values(1, 3, 7)] int columns)
    {
        const int Places = 16;
        Variable x = StateOps.Input("x", [rows, inner], dtype), w = StateOps.Input("w", [inner, columns], dtype);
        using var session = Engines.Find("embedded").Compile(new() { Feeds = [x, w], Fetches = [A.MatMul(x, w), A.Sum(x, 1)] });
        var random = new Random(5);
        double[] xs = Noise(rows * inner), ws = Noise(inner * columns);
        var first = Run(0);
        for (var place = 1; place < Places; place++) Assert.That(Run(place), Is.EqualTo(first), $"{place} elements further on");

        double[][] Run(int place)
        {
            var results = new NDArray?[2];
            session.Run([At(xs, place, [rows, inner]), At(ws, place, [inner, columns])], results);
            return [.. results.Select(r => Enumerable.Range(0, r!.Count).Select(r.Number).ToArray())];
        }

        NDArray At(double[] values, int place, Shape shape)
        {
            var wide = NDArray.Zeros([values.Length + place], dtype);
            for (var i = 0; i < values.Length; i++) wide.SetNumber(place + i, values[i]);
            return wide.Rows(place, values.Length).Reshape(shape);
        }

        double[] Noise(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 1)];
    }
}
