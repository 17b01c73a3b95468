using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Convolutions that are matrix products on this engine: as float64, which never are, has them.</summary>
public class ConvProductTests
{
    [Test]
    public void A_convolution_and_its_gradients_are_those_in_float64([Values(1, 2, 3)] int height, [Values(1, 3, 5)] int width, [Values(3, 20, 40)] int channels, [Values(8, 50, 70)] int filters, [Values(1, 2)] int stride, [Values("SAME", "VALID")] string padding) =>
        Compare(height, width, channels, filters, stride, padding, 1);

    [Test]
    public void So_are_those_of_a_window_with_gaps([Values(1, 20)] int channels, [Values(8, 50)] int filters, [Values("SAME", "VALID")] string padding) => Compare(3, 2, channels, filters, 1, padding, 2);

    static void Compare(int height, int width, int channels, int filters, int stride, string padding, int dilation)
    {
        float[][] single = Run(DType.Float32);
        float[][] twice = Run(DType.Float64);
        for (var i = 0; i < single.Length; i++)
            Assert.That(single[i], Is.EqualTo(twice[i]).Within(2e-3), new[] { "result", "input", "filter", "bias" }[i]);

        float[][] Run(DType dtype)
        {
            var random = new Random(5);
            Variable x = Noise(9, 9, 11, channels), filter = Noise(height, width, channels, filters), bias = Noise(filters);
            var y = A.BiasAdd(A.Conv2D(x, filter, stride, padding, dilation), bias);
            var weight = Noise([.. y.Shape.Dims.ToArray()]);
            var program = new Zoo.Autograd.Graph.Program { Feeds = [], Fetches = [y, .. Gradients.Of([y], [x, filter, bias], [weight])!] };
            using var session = TestEngines.Get("embedded").Compile(program);
            var fetched = new NDArray?[4];
            session.Run([], fetched);
            return Array.ConvertAll(fetched, f => f!.Cast(DType.Float32).ToArray<float>());

            Variable Noise(params long[] dims)
            {
                var shape = Shape.Create(dims);
                return new Parameter(NDArray.From([.. Enumerable.Range(0, (int)shape.Elements).Select(_ => random.NextSingle() - 0.5f)], shape).Cast(dtype), "noise").Variable;
            }
        }
    }
}
