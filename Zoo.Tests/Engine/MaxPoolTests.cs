using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>The engine's max pooling that keeps places, and its gradient, beside loops: few channels, whole vectors, overlapping ones; equal elements, infinities of both signs, NaN.</summary>
[Category("Engines")]
internal sealed class MaxPoolTests
{
    const int Images = 2, Size = 7;

    [Test]
    public void ValuesAndGradientsAreThoseOfPlainLoops([Values(3, 16, 20, 64, 80, 130)] int channels, [Values(2, 3)] int window, [Values(1, 2, 3)] int stride, [Values("SAME", "VALID")] string padding)
    {
        var random = new Random(channels);
        float[] picture = [.. Enumerable.Range(0, Images * Size * Size * channels).Select(_ => random.Next(60) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, var n => n % 8 - 3f })];
        var x = StateOps.Input("x", [Images, Size, Size, channels], DType.Float32);
        var y = A.MaxPool(x, window, stride, padding);
        float[] weights = [.. Enumerable.Range(1, (int)y.Shape.Elements).Select(i => i % 5 + 1f)];
        using var session = new TorchEngine().Compile(new() { Feeds = [x], Fetches = [y, A.Gradients(A.Sum(y * A.Constant(NDArray.From(weights, y.Shape))), x)[0]] });
        var got = new NDArray?[2];
        session.Run([NDArray.From(picture, x.Shape)], got);
        var (values, gradient) = Plain(picture, channels, window, stride, (int)y.Shape[1], padding == "SAME" ? Math.Max(0, ((int)y.Shape[1] - 1) * stride + window - Size) / 2 : 0, weights);
        Assert.Multiple(() =>
        {
            Assert.That(got[0]!.ToArray<float>(), Is.EqualTo(values));
            Assert.That(got[1]!.ToArray<float>(), Is.EqualTo(gradient));
        });
    }

    /// <summary>Of equal elements the first of a window has the gradient; NaN wins, the last of several.</summary>
    static (float[] Values, float[] Gradient) Plain(float[] picture, int channels, int window, int stride, int outSize, int padding, float[] weights)
    {
        var (values, gradient) = (new float[weights.Length], new float[picture.Length]);
        for (var o = 0; o < weights.Length; o++)
        {
            var (c, ox, oy, image) = (o % channels, o / channels % outSize, o / channels / outSize % outSize, o / channels / outSize / outSize);
            var best = -1;
            for (var y = oy * stride - padding; y < oy * stride - padding + window; y++)
                for (var x = ox * stride - padding; x < ox * stride - padding + window; x++)
                {
                    if (y < 0 || x < 0 || y >= Size || x >= Size) continue;
                    var at = ((image * Size + y) * Size + x) * channels + c;
                    if (best < 0 || float.IsNaN(picture[at]) || picture[at] > picture[best]) best = at;
                }
            values[o] = picture[best];
            gradient[best] += weights[o];
        }
        return (values, gradient);
    }
}
