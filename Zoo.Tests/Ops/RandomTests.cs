using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Keras.Training;
using Zoo.Tests.Layers;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Ops;

/// <summary>Random numbers that are composed of uniform ones: right in the mean, the same on both engines; and masks that do not depend on where a batch is cut.</summary>
[Category("Engines")]
public class RandomTests
{
    static readonly Variable counter = A.Constant(NDArray.From(new[] { 3L, 1 }));

    static NDArray Both(Variable fetch)
    {
        var results = TestEngines.Names.Select(name =>
        {
            using var session = TestEngines.Get(name).Compile(new() { Feeds = [], Fetches = [fetch] });
            var found = new NDArray?[1];
            session.Run([], found);
            return found[0]!;
        }).ToArray();
        Assert.That(results[0].Shape, Is.EqualTo(results[1].Shape));
        for (var i = 0; i < results[0].Count; i++) Assert.That(results[0].Number(i), Is.EqualTo(results[1].Number(i)).Within(1e-6 * (1 + Math.Abs(results[1].Number(i)))), $"{i}");
        return results[0];
    }

    [Test]
    public void IntegersHaveEqualBits() => Assert.That(Both(A.RandomInteger(A.Constant(new[] { 500 }), A.Constant(-3, DType.Int32), A.Constant(9, DType.Int32), 5, counter)).ToArray<int>().Distinct(), Is.EquivalentTo(Enumerable.Range(-3, 12)));

    [Test]
    public void CategoriesComeAsOftenAsTheirProbabilities()
    {
        double[] p = [.1, .6, .3];
        var drawn = Both(A.RandomCategorical(A.Constant(NDArray.From(new float[,] { { (float)Math.Log(p[0]), (float)Math.Log(p[1]), (float)Math.Log(p[2]) }, { 0, -90, -90 } })), 4000, 7, counter));
        Assert.That(drawn.Shape, Is.EqualTo(Shape.Create([2, 4000])));
        for (var c = 0; c < 3; c++) Assert.That(Enumerable.Range(0, 4000).Count(i => drawn.Number(i) == c) / 4000.0, Is.EqualTo(p[c]).Within(.03));
        Assert.That(Enumerable.Range(4000, 4000).Select(drawn.Number), Has.All.Zero);
    }

    [Test]
    public void BinomialsHaveMeanAndVariance()
    {
        var drawn = Both(A.RandomBinomial(A.Constant(NDArray.From(Enumerable.Repeat(10, 3000).ToArray(), [3000])), A.Constant(.3f), 12, 11, counter)).ToArray<int>();
        Assert.That(drawn.Average(), Is.EqualTo(3).Within(.1));
        Assert.That(drawn.Average(x => (x - 3) * (x - 3)), Is.EqualTo(2.1).Within(.2));
        Assert.That(drawn, Has.All.InRange(0, 10));
    }

    [Test]
    public void AShuffleHasEveryRowOnce()
    {
        var rows = Both(A.RandomShuffle(A.Constant(NDArray.From(Enumerable.Range(0, 200).ToArray(), [100, 2])), 13, counter));
        Assert.That(Enumerable.Range(0, 100).Select(i => rows.Number(2 * i)), Is.EquivalentTo(Enumerable.Range(0, 100).Select(i => 2.0 * i)).And.Not.Ordered);
        Assert.That(Enumerable.Range(0, 100).Select(i => rows.Number(2 * i + 1) - rows.Number(2 * i)), Has.All.EqualTo(1));
    }

    [Test]
    public void GammasHaveMeanAndGradient()
    {
        var alpha = A.Constant(NDArray.From(new[] { .5, 3 }));
        var drawn = A.RandomGamma(A.Constant(new[] { 4000, 2 }), alpha, 17, counter);
        var mean = Both(A.Mean(drawn, 0));
        Assert.That(mean.Number(0), Is.EqualTo(.5).Within(.05));
        Assert.That(mean.Number(1), Is.EqualTo(3).Within(.1));
        // the mean is alpha, so its derivative is about 1
        Assert.That(Both(A.Gradients(A.Sum(A.Mean(drawn, 0)), [alpha])[0]).ToArray<double>(), Has.All.EqualTo(1).Within(.1));
    }

    /// <summary>A random op over a shape, with how many counters a sample of eight numbers takes.</summary>
    sealed record Draw(string Name, int Counters, Func<Variable, Variable, Variable> Numbers)
    {
        public override string ToString() => Name;
    }

    static IEnumerable<Draw> Draws()
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Float16, DType.BFloat16 })
        {
            var counters = dtype == DType.Float64 ? 4 : 2;
            yield return new($"uniform {dtype}", counters, (shape, counter) => A.RandomUniform(shape, 9, counter, dtype));
            yield return new($"normal {dtype}", counters, (shape, counter) => A.RandomNormal(shape, 9, counter, dtype));
            yield return new($"truncated normal {dtype}", 256 * 2, (shape, counter) => A.RandomTruncatedNormal(shape, 9, counter, dtype));
        }
        yield return new("integer int32", 2, (shape, counter) => A.RandomInteger(shape, A.Constant(-3, DType.Int32), A.Constant(1000, DType.Int32), 9, counter));
        yield return new("integer int64", 4, (shape, counter) => A.RandomInteger(shape, A.Constant(-3L, DType.Int64), A.Constant(1L << 40, DType.Int64), 9, counter));
        foreach (var dtype in new[] { DType.Float32, DType.Float64 }) yield return new($"gamma {dtype}", 256 * 8, (shape, counter) => A.RandomGamma(shape, A.Constant(NDArray.Scalar(1.7, dtype)), 9, counter));
    }

    /// <summary>Samples 32 to 63 of a batch of 64 are those of a batch of 32 that begins at the counter of sample 32.</summary>
    [Test]
    public void SamplesCountFromTheirOwnPlace([ValueSource(nameof(Draws))] object given, [ValueSource(typeof(TestEngines), nameof(TestEngines.Names))] string engine)
    {
        var draw = (Draw)given;
        var found = ModelRuns.Run(engine, [], [draw.Numbers(A.Ints(64, 8), Counter(0)), draw.Numbers(A.Ints(32, 8), Counter(32))], []);
        Assert.That(found[1].HoldsTheSame(found[0].Rows(32, 32).Clone()), $"{found[1]} against {found[0].Rows(32, 32)}");
        Assert.That(found[1].HoldsTheSame(found[0].Rows(0, 32).Clone()), Is.False);

        Variable Counter(int sample) => A.Constant(NDArray.From(new[] { (long)sample * draw.Counters, 3 }));
    }

    static readonly Func<Layer>[] noisy = [() => new Dropout(.4), () => new GaussianDropout(.3), () => new GaussianNoise(.5), () => new AlphaDropout(.3), () => new SpatialDropout1D(.4)];

    /// <summary>Rows 32 to 63 of the mask of a batch of 64 are the mask of a batch of 32 that begins at 32.</summary>
    [Test]
    public void AMaskDoesNotDependOnWhereTheBatchIsCut([Range(0, 4)] int layer, [ValueSource(typeof(TestEngines), nameof(TestEngines.Names))] string engine)
    {
        var input = K.Input([5, 7]);
        Model model = new(input, input >> noisy[layer]());
        var step = A.Constant(4L, DType.Int64);
        var whole = Mask(64, null);
        var part = Mask(32, new(A.Constant(32L, DType.Int64)));
        Assert.That(part.ToArray<float>(), Is.EqualTo(whole.Rows(32, 32).ToArray<float>()));
        Assert.That(part.ToArray<float>(), Is.Not.EqualTo(whole.Rows(0, 32).ToArray<float>()));

        NDArray Mask(int rows, BatchPart? place)
        {
            var lowered = model.Lower(training: true, step, place);
            using var session = TestEngines.Get(engine).Compile(new() { Feeds = [.. model.Inputs, .. place is null ? Array.Empty<Variable>() : [place.First]], Fetches = lowered.Outputs });
            var found = new NDArray?[1];
            session.Run([NDArray.Full([rows, 5, 7], 1), .. place is null ? Array.Empty<NDArray>() : [NDArray.Scalar(32, DType.Int64)]], found);
            return found[0]!;
        }
    }
}
