using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>A product with bias and Relu in one kernel gives what a loop gives, also where a part of the pattern is wanted itself or has other users.</summary>
public class FusedLinearTests
{
    [Test]
    public void TheResultIsThatOfALoop([Values(1, 33, 128)] int rows, [Values("bias", "relu", "both", "doubled")] string wanted)
    {
        const int Inner = 130, Columns = 70;
        Variable x = StateOps.Input("x", [Dim.Any, Inner], DType.Float32), w = StateOps.Input("w", [Inner, Columns], DType.Float32), b = StateOps.Input("b", [Columns], DType.Float32);
        var sum = A.BiasAdd(A.MatMul(x, w), b);
        var relu = A.Relu(sum);
        Variable[] fetches = wanted switch { "bias" => [sum], "relu" => [relu], "both" => [sum, relu], _ => [relu + sum] };
        var random = new Random(rows);
        NDArray[] values = [Noise([rows, Inner]), Noise([Inner, Columns]), Noise([Columns])];
        var results = new NDArray?[fetches.Length];
        using (var session = Engines.Find("embedded").Compile(new() { Feeds = [x, w, b], Fetches = fetches })) session.Run(values, results);
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < Columns; j++)
            {
                var total = values[2].Number(j);
                for (var k = 0; k < Inner; k++) total += values[0].Number(i * Inner + k) * values[1].Number(k * Columns + j);
                var positive = Math.Max(total, 0);
                double[] expected = wanted switch { "bias" => [total], "relu" => [positive], "both" => [total, positive], _ => [positive + total] };
                Assert.That(results.Select(r => r!.Number(i * Columns + j)), Is.EqualTo(expected).Within(1e-4));
            }

        NDArray Noise(Shape shape)
        {
            var result = NDArray.Zeros(shape, DType.Float32);
            for (var i = 0; i < result.Count; i++) result.SetNumber(i, random.NextDouble() * 2 - 1);
            return result;
        }
    }
}
