using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph;

/// <summary>Gradients as expressions.</summary>
public class GradientTests
{
    [Test]
    public void SecondOrder()
    {
        var x = StateOps.Input("x", [Dim.Any], DType.Float64);
        var first = A.Gradients(A.Sum(x * x * x + A.Exp(x)), x)[0];
        var second = A.Gradients(A.Sum(first), x)[0];
        using var session = Engines.Find("embedded").Compile(new() { Feeds = [x], Fetches = [first, second] });
        var results = new NDArray?[2];
        session.Run([new double[] { 0.5, -1.25, 2 }], results);
        double[] at = [0.5, -1.25, 2];
        Assert.That(results[0]!.ToArray<double>(), Is.EqualTo(at.Select(v => 3 * v * v + Math.Exp(v))).Within(1e-12));
        Assert.That(results[1]!.ToArray<double>(), Is.EqualTo(at.Select(v => 6 * v + Math.Exp(v))).Within(1e-12));
    }

    [Test]
    public void ABroadcastOperandGetsTheSum()
    {
        var x = StateOps.Input("x", [Dim.Any, 3], DType.Float64);
        var b = StateOps.Input("b", [3], DType.Float64);
        var g = A.Gradients(A.Sum(x * b), x, b);
        using var session = Engines.Find("embedded").Compile(new() { Feeds = [x, b], Fetches = [g[0], g[1]] });
        var results = new NDArray?[2];
        session.Run([new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, new double[] { 7, 8, 9 }], results);
        Assert.That(results[0]!.ToArray<double>(), Is.EqualTo(new[] { 7.0, 8, 9, 7, 8, 9 }));
        Assert.That(results[1]!.ToArray<double>(), Is.EqualTo(new[] { 5.0, 7, 9 }));
    }

    [Test]
    public void AnOpWithoutGradientSaysSo()
    {
        var x = StateOps.Input("x", [4], DType.Float32);
        var channels = StateOps.Input("scale", [4], DType.Float32);
        var pictures = A.Reshape(x, [1, 1, 1, 4]);
        var mean = NormOps.FusedBatchNorm.Call([pictures, channels, channels, channels, channels], Zoo.Autograd.Graph.Attrs.None).Outputs[1];
        Assert.That(() => A.Gradients(mean, x), Throws.TypeOf<GraphException>().With.Message.Contains("FusedBatchNormV3").And.Message.Contains("A.Moments"));
    }

    [Test]
    public void MixedDtypesNameTheCast()
    {
        var (x, n) = (StateOps.Input("x", [4], DType.Float32), StateOps.Input("n", [4], DType.Int32));
        Assert.That(() => x + n, Throws.TypeOf<GraphException>().With.Message.Contains("AddV2").And.Message.Contains("Cast"));
        Assert.That(() => x + StateOps.Input("y", [5], DType.Float32), Throws.TypeOf<ShapeException>().With.Message.Contains("[4]").And.Message.Contains("[5]"));
    }
}
