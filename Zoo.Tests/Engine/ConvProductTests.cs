using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Convolutions that are matrix products on this engine: as float64, which never are, has them.</summary>
public class ConvProductTests
{
    static readonly string[] names = ["result", "input", "filter", "bias"];

    [Test]
    public void A_convolution_and_its_gradients_are_those_in_float64([Values(1, 2, 3)] int height, [Values(1, 3, 5)] int width, [Values(3, 20, 40)] int channels, [Values(8, 50, 70)] int filters, [Values(1, 2)] int stride, [Values("SAME", "VALID")] string padding) =>
        Compare(height, width, channels, filters, stride, padding, 1);

    [Test]
    public void So_are_those_of_a_window_with_gaps([Values(1, 20)] int channels, [Values(8, 50)] int filters, [Values("SAME", "VALID")] string padding) => Compare(3, 2, channels, filters, 1, padding, 2);

    [Test]
    public void Their_bits_do_not_depend_on_threads([Values(1, 20)] int channels)
    {
        var own = TorchThreads.Own;
        try
        {
            TorchThreads.Own = 1;
            var alone = Run();
            TorchThreads.Own = 3;
            var together = Run();
            for (var i = 0; i < alone.Length; i++) Assert.That(together[i], Is.EqualTo(alone[i]), names[i]);
        }
        finally
        {
            TorchThreads.Own = own;
        }

        float[][] Run() => ConvProductTests.Run(DType.Float32, [25, 20, 20, channels], [5, 5, channels, 50], 1, "SAME", 1);
    }

    static void Compare(int height, int width, int channels, int filters, int stride, string padding, int dilation)
    {
        float[][] single = Run(DType.Float32, [9, 9, 11, channels], [height, width, channels, filters], stride, padding, dilation);
        float[][] twice = Run(DType.Float64, [9, 9, 11, channels], [height, width, channels, filters], stride, padding, dilation);
        for (var i = 0; i < single.Length; i++)
            Assert.That(single[i], Is.EqualTo(twice[i]).Within(2e-3), names[i]);
    }

    static float[][] Run(DType dtype, long[] input, long[] window, int stride, string padding, int dilation)
    {
        var random = new Random(5);
        Variable x = Noise(input), filter = Noise(window), bias = Noise(window[3]);
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
