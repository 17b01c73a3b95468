using NUnit.Framework;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Tests.Engine;

/// <summary>Convolutions of 3 x 3 by minimal filtering, on any processor with the instructions: sizes around the edges of squares, vectors, panels and blocks.</summary>
public unsafe class WinogradTests
{
    [Test]
    public void A_convolution_and_its_filters_gradient_are_what_their_sums_are_whatever_the_threads([Values(1, 3)] int pictures, [Values(1, 6, 17)] int height, [Values(2, 13)] int width, [Values(16, 21, 70)] int channels, [Values(16, 37, 130)] int results, [Values(0, 1, 2)] int zeros, [Values] bool turned)
    {
        if (!System.Runtime.Intrinsics.X86.Avx512F.IsSupported) Assert.Ignore("Winograd needs AVX-512.");
        var (down, across) = (height + 2 * zeros - 2, width + 2 * zeros - 2);
        if (down < 1 || across < 1) return;   // no result
        var sizes = new Winograd.Sizes(pictures, height, width, channels, down, across, results, zeros, zeros);
        var random = new Random(height * 7 + channels * 3 + results);
        float[] x = Numbers(pictures * height * width * channels), filter = Numbers(results * 9 * channels), bias = Numbers(results);
        float[] one = Run(1), two = Run(2);
        Assert.That(two, Is.EqualTo(one), "one and two threads");
        var other = Numbers(one.Length);
        foreach (var over in new[] { false, true }) Assert.That(Sum(over), Is.EqualTo(one.Zip(other, (a, b) => Math.Max(0, a + b))), over ? "added to what is there, Relu" : "something added, Relu");

        for (var n = 0; n < pictures; n++)
            for (var i = 0; i < down; i++)
                for (var j = 0; j < across; j++)
                    foreach (var r in new[] { 0, results / 2, results - 1 })
                    {
                        var (sum, size) = ((double)bias[r], 1.0);
                        for (var p = 0; p < 9; p++)
                        {
                            var (y, z) = (i - zeros + p / 3, j - zeros + p % 3);
                            if (y < 0 || y >= height || z < 0 || z >= width) continue;
                            for (var c = 0; c < channels; c++)
                            {
                                var term = (double)x[((n * height + y) * width + z) * channels + c] * (turned ? filter[(c * 9 + 8 - p) * results + r] : filter[(r * 9 + p) * channels + c]);
                                (sum, size) = (sum + term, size + Math.Abs(term));
                            }
                        }
                        Assert.That(one[((n * down + i) * across + j) * results + r], Is.EqualTo(sum).Within(4e-7 * size), $"picture {n}, row {i}, column {j}, result {r}");
                    }

        if (turned) return;

        // the gradient for the filter, of which what comes back is the result itself
        float[] first = Gradient(1), second = Gradient(2);
        Assert.That(second, Is.EqualTo(first), "the gradient, one and two threads");
        foreach (var r in new[] { 0, results - 1 })
            foreach (var c in new[] { 0, channels / 2, channels - 1 })
                for (var p = 0; p < 9; p++)
                {
                    var (sum, size) = (0.0, 1.0);
                    for (var n = 0; n < pictures; n++)
                        for (var i = 0; i < down; i++)
                            for (var j = 0; j < across; j++)
                            {
                                var (y, z) = (i - zeros + p / 3, j - zeros + p % 3);
                                if (y < 0 || y >= height || z < 0 || z >= width) continue;
                                var term = (double)x[((n * height + y) * width + z) * channels + c] * one[((n * down + i) * across + j) * results + r];
                                (sum, size) = (sum + term, size + Math.Abs(term));
                            }
                    Assert.That(first[(r * 9 + p) * channels + c], Is.EqualTo(sum).Within(4e-7 * size), $"place {p}, channel {c}, result {r}");
                }

        float[] Gradient(int threads) => Guarded(results * 9 * channels, WinogradGradient.Room(sizes, threads), threads, (to, room) =>
        {
            fixed (float* from = x, back = one) WinogradGradient.Run(from, back, (float*)to, (float*)room, sizes, threads);
        });

        float[] Run(int threads) => Guarded(pictures * down * across * results, Winograd.Room(sizes, threads), threads, (to, room) =>
        {
            fixed (float* from = x, by = filter, added = bias) Winograd.Run(from, by, turned, new() { Bias = added }, (float*)to, (float*)room, sizes, threads);
        });

        float[] Sum(bool over) => Guarded(one.Length, Winograd.Room(sizes, 2), 2, (to, room) =>
        {
            if (over) other.CopyTo(new Span<float>((float*)to, one.Length));
            fixed (float* from = x, by = filter, added = bias, more = other) Winograd.Run(from, by, turned, new() { Bias = added, Other = over ? (float*)to : more, Relu = true }, (float*)to, (float*)room, sizes, 2);
        });

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    /// <summary>What is written by so many threads, with guards around it.</summary>
    internal static float[] Guarded(int count, Zoo.Autograd.Shape space, int threads, Action<nint, nint> run)
    {
        var before = TorchThreads.Count;
        TorchThreads.Count = threads;
        try
        {
            var (result, room) = (new float[count + 32], new float[space.Elements + 32]);
            Array.Fill(result, 7);
            Array.Fill(room, 7);
            fixed (float* to = &result[16], within = &room[16]) run((nint)to, (nint)within);
            foreach (var array in new[] { result, room })
            {
                Assert.That(array[..16], Is.All.EqualTo(7));
                Assert.That(array[^16..], Is.All.EqualTo(7));
            }
            return result[16..^16];
        }
        finally { TorchThreads.Count = before; }
    }
}
