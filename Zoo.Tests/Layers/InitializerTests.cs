using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Layers;

/// <summary>Random first values: many are made by several threads, and are what one thread would have made.</summary>
public class InitializerTests
{
    static readonly Initializer[] Random = [new RandomUniform(-2, 3), new RandomNormal(1, 2), new TruncatedNormal(0, 1), new GlorotUniform(), new HeNormal(), new VarianceScaling(2, "fan_out", "untruncated_normal")];

    [TestCaseSource(nameof(Random))]
    public void ASeedGivesTheSameNumbersAlways(Initializer initializer)
    {
        Shape shape = [300, 1000];   // several blocks
        var value = initializer.Create(shape, DType.Float32, 7).ToArray<float>();
        Assert.That(initializer.Create(shape, DType.Float32, 7).ToArray<float>(), Is.EqualTo(value));
        Assert.That(initializer.Create(shape, DType.Float64, 7).ToArray<double>().Select(x => (float)x), Is.EqualTo(value), "in every type");
        Assert.That(initializer.Create(shape, DType.Float32, 8).ToArray<float>(), Is.Not.EqualTo(value));
        Assert.That(value.Distinct().Count(), Is.GreaterThan(value.Length * 0.97), "no block is as another");
        var blocks = value.Chunk(1 << 16).Select(b => b.Average()).ToArray();
        Assert.That(blocks.Max() - blocks.Min(), Is.LessThan(0.05 * Math.Max(1, value.Max())), "and all are alike");
    }

    [Test]
    public void TheFormulasAreThoseOfTheStream()
    {
        var random = new SplitMix(5);
        double Next() => (random.Next() >> 11) * Math.ScaleB(1, -53);
        double[] uniform = [.. Enumerable.Range(0, 1000).Select(_ => Next())];
        Assert.That(new RandomUniform(-1, 1).Create([1000], DType.Float64, 5).ToArray<double>(), Is.EqualTo(uniform.Select(u => -1 + 2 * u)).Within(1e-15));
        double[] normal = [.. uniform.Chunk(2).Select(u => Math.Sqrt(-2 * Math.Log(1 - u[0])) * Math.Cos(2 * Math.PI * u[1]))];
        Assert.That(new RandomNormal(0, 1).Create([500], DType.Float64, 5).ToArray<double>(), Is.EqualTo(normal).Within(1e-13));
        Assert.That(new TruncatedNormal(0, 1).Create([400], DType.Float64, 5).ToArray<double>(), Is.EqualTo(normal.Where(x => Math.Abs(x) < 2).Take(400)).Within(1e-13));
    }
}
