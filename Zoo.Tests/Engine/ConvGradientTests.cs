using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Gradients of grouped and dilated convolutions, for which TensorFlow's CPU kernels do not suffice, in graphs whose batch is unknown as users' graphs are.</summary>
[Category("Engines")]
public class ConvGradientTests
{
    [Test]
    public void BothEnginesAgree([Values(DType.Float32, DType.Float64)] DType dtype, [Values(1, 2)] int groups, [Values(1, 2)] int dilation, [Values("SAME", "VALID")] string padding)
    {
        var x = StateOps.Input("x", [Dim.Any, 8, 7, 4], dtype);
        var w = StateOps.Input("w", [3, 2, 4 / groups, 6], dtype);
        Agree(x, w, A.Conv2D(x, w, padding: padding, dilation: dilation));
    }

    /// <summary>oneDNN's kernel for the filter of these would write beyond its memory, on both engines: the places are picked first.</summary>
    [Test]
    public void BothEnginesAgreeOnOneTapInSteps([Values(DType.Float32, DType.Float64)] DType dtype, [Values(1, 2)] int groups, [Values(2, 3)] int stride, [Values(2, 4, 20)] int channels)
    {
        var x = StateOps.Input("x", [Dim.Any, 10, 10, channels], dtype);
        var w = StateOps.Input("w", [1, 1, channels / groups, 6], dtype);
        Agree(x, w, A.Conv2D(x, w, stride));
    }

    static void Agree(Variable x, Variable w, Variable y)
    {
        TensorFlow.TensorFlowLibrary.Require();
        var dtype = x.DType;
        var gradients = A.Gradients(A.Sum(y * A.Sin(y)), x, w);
        Assert.That(gradients.Select(g => g.Shape.ToArray()), Is.EqualTo(new[] { x.Shape.ToArray(), w.Shape.ToArray() }));
        var random = new Random(7);
        NDArray[] values = [Noise(x.Shape.With(0, 3)), Noise(w.Shape)];
        var results = new[] { "embedded", "tensorflow" }.Select(engine =>
        {
            using var session = Engines.Find(engine).Compile(new() { Feeds = [x, w], Fetches = gradients });
            var fetched = new NDArray?[2];
            session.Run(values, fetched);
            return fetched.SelectMany(f => Enumerable.Range(0, f!.Count).Select(f.Number)).ToArray();
        }).ToArray();
        Assert.That(results[1], Is.EqualTo(results[0]).Within(dtype == DType.Float32 ? 1e-3 : 1e-10));

        NDArray Noise(Shape shape)
        {
            var result = NDArray.Zeros(shape, dtype);
            for (var i = 0; i < result.Count; i++) result.SetNumber(i, random.NextDouble() * 2 - 1);
            return result;
        }
    }
}
