using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Tests.Engine;

/// <summary>Convolutions of one element with packed filters, on any processor with the instructions: sizes around the edges of tiles, panels and blocks.</summary>
public unsafe class PointwiseConvTests
{
    [Test]
    public void A_convolution_is_what_its_sums_are_whatever_the_threads([Values(1, 2)] int pictures, [Values(1, 9)] int height, [Values(7)] int width, [Values(1, 2, 3)] int step, [Values(5, 70, 1030)] int channels, [Values(8, 37, 130, 320)] int results, [Values] bool added, [Values] bool relu)
    {
        if (!System.Runtime.Intrinsics.X86.Avx512F.IsSupported) Assert.Ignore("It needs AVX-512.");
        var (down, across) = ((height + step - 1) / step, (width + step - 1) / step);
        var sizes = new PointwiseConv.Sizes(pictures, height, width, down, across, step, step, channels, results);
        var random = new Random(height * 7 + channels * 3 + results);
        float[] x = Numbers(pictures * height * width * channels), filter = Numbers(results * channels), bias = Numbers(results), other = Numbers(pictures * down * across * results);
        float[] one = Run(1, false);
        Assert.That(Run(2, false), Is.EqualTo(one), "one and two threads");
        if (added) Assert.That(Run(2, true), Is.EqualTo(one).Within(1e-5), "added to what is there");
        for (var n = 0; n < pictures; n++)
            for (var i = 0; i < down; i++)
                for (var j = 0; j < across; j++)
                    foreach (var r in new[] { 0, results / 2, results - 1 })
                    {
                        var at = ((n * down + i) * across + j) * results + r;
                        var (sum, size) = (bias[r] + (added ? (double)other[at] : 0), 1.0);
                        for (var c = 0; c < channels; c++)
                        {
                            var term = (double)x[((n * height + i * step) * width + j * step) * channels + c] * filter[r * channels + c];
                            (sum, size) = (sum + term, size + Math.Abs(term));
                        }
                        Assert.That(one[at], Is.EqualTo(relu ? Math.Max(0, sum) : sum).Within(4e-7 * size), $"picture {n}, row {i}, column {j}, result {r}");
                    }

        float[] Run(int threads, bool over)
        {
            var filters = WinogradTests.Guarded((int)sizes.Filters, [0], threads, (to, _) =>
            {
                fixed (float* by = filter) PointwiseConv.Pack(by, (float*)to, sizes);
            });
            return WinogradTests.Guarded(other.Length, Shape.Create([threads * sizes.Room]), threads, (to, room) =>
            {
                if (over) other.CopyTo(new Span<float>((float*)to, other.Length));
                fixed (float* from = x, by = filters, plus = bias, more = other)
                    PointwiseConv.Run(from, by, new() { Bias = plus, Other = !added ? null : over ? (float*)to : more, Relu = relu }, (float*)to, (float*)room, sizes, threads);
            });
        }

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
