using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Keras.Training;
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

    /// <summary>Rows 32 to 63 of the mask of a batch of 64 are the mask of a batch of 32 that begins at 32.</summary>
    [TestCaseSource(typeof(TestEngines), nameof(TestEngines.Names))]
    public void AMaskDoesNotDependOnWhereTheBatchIsCut(string engine)
    {
        var input = K.Input([5, 7]);
        Model model = new(input, input >> new Dropout(.4));
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
