using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Layers;

/// <summary>Rules of Keras for which the goldens have no case: masks of merged inputs, batch renormalization, training under spectral normalization, sizes that only data know.</summary>
public class KerasRuleTests
{
    static readonly NDArray left = new float[,,] { { { 0, 0 }, { 1, 2 }, { 0, 0 }, { 3, 4 } } }, right = new float[,,] { { { 0, 0 }, { 0, 0 }, { 1, 2 }, { 3, 4 } } };

    static IEnumerable<TestCaseData> Merges()
    {
        static TestCaseData Of(Merge layer, float[] one, float[] both) => new TestCaseData(layer, one, both).SetName($"{{m}}({layer.GetType().Name})");
        yield return Of(new Add(), [0, 0, 1, 2, 1, 2, 6, 8], [0, 0, 1, 2, 1, 2, 6, 8]);
        yield return Of(new Subtract(), [0, 0, 1, 2, -1, -2, 0, 0], [0, 0, 1, 2, -1, -2, 0, 0]);
        yield return Of(new Multiply(), [0, 0, 0, 0, 1, 2, 9, 16], [0, 0, 1, 2, 1, 2, 9, 16]);
        yield return Of(new Maximum(), [0, 0, 1, 2, 1, 2, 3, 4], [0, 0, 1, 2, 1, 2, 3, 4]);
        yield return Of(new Minimum(), [0, 0, 0, 0, 1, 2, 3, 4], [0, 0, 1, 2, 1, 2, 3, 4]);
    }

    [TestCaseSource(nameof(Merges))]
    public void WhatDoesNotCountIsLeftOutOfWhatIsMerged(Merge layer, float[] oneMasked, float[] bothMasked)
    {
        foreach (var (both, expected) in new[] { (false, oneMasked), (true, bothMasked) })
        {
            Variable a = Input([4, 2], "a"), b = Input([4, 2], "b"), y = layer.Apply(a >> new Masking(), both ? b >> new Masking() : b);
            // An average over steps shows the mask: it counts those that count.
            Model model = new([a, b], [y, y >> new GlobalAveragePooling1D()]);
            var results = model.PredictMany([left, right]);
            Assert.That(results[0].ToArray<float>(), Is.EqualTo(expected));
            var steps = both ? 3 : 4;   // one mask alone gives the result none; of both the first step counts in neither
            Assert.That(results[1].ToArray<float>(), Is.EqualTo(new[] { 0, 1 }.Select(f => Enumerable.Range(0, 4).Sum(t => expected[2 * t + f]) / steps)).Within(1e-6));
        }
    }

    [Test]
    public void BatchRenormalizationCorrectsByItsMovingStatistics()
    {
        double[] x = [1, 3, -2, 6];
        const double epsilon = 1e-3, momentum = 0.9, own = 0.8;
        var layer = new BatchNormalization(momentum: momentum, epsilon: epsilon) { Renorm = true, RenormMomentum = own, RenormClipping = new Dictionary<string, double> { ["rmax"] = 1.5, ["dmax"] = 0.4 } };
        var input = Input([1], "x");
        Model model = new(input, input >> layer);
        float[] start = [2, 0.5f, 0.1f, 4, 2, 0.7f, 1.9f];   // gamma, beta, moving mean, variance and deviation, renorm mean and deviation
        Assert.That(model.Weights.Select(w => w.Name), Is.EqualTo(new[] { "gamma", "beta", "moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev" }));
        for (var i = 0; i < start.Length; i++) model.Weights[i].Value = new[] { start[i] };
        double mean = x.Average(), variance = x.Average(v => (v - mean) * (v - mean)), deviation = Math.Sqrt(variance + epsilon);
        double r = Math.Min(deviation / start[6], 1.5), d = Math.Clamp((mean - start[5]) / start[6], -0.4, 0.4);
        model.Compile(new SGD(0), (_, y) => A.Sum(y * y), []);
        var loss = model.TrainOnBatch(NDArray.From(x.Select(v => (float)v).ToArray(), [4, 1]), NDArray.Zeros([4, 1]))["loss"];
        Assert.That(loss, Is.EqualTo(x.Sum(v => Math.Pow(((v - mean) / deviation * r + d) * start[0] + start[1], 2))).Within(1e-3));
        var moved = start[4] * momentum + deviation * (1 - momentum);
        double[] after = [2, 0.5, start[2] * momentum + mean * (1 - momentum), moved * moved - epsilon, moved, start[5] * own + mean * (1 - own), start[6] * own + deviation * (1 - own)];
        Assert.That(model.Weights.Select(w => w.Value.ToNumber()), Is.EqualTo(after).Within(1e-5));
    }

    [Test]
    public void TrainingGoesOnFromTheDividedKernel()
    {
        NDArray kernel = new float[,] { { 3, 1 }, { 0, 2 } }, x = new float[,] { { 1, 2 }, { -1, 1 } }, y = new float[,] { { 1, 0 }, { 0, 1 } };
        var a = Input([2], "a");
        Model normal = new(a, a >> new SpectralNormalization(new Dense(2), powerIterations: 60));
        normal.Weights[0].Value = kernel;
        var largest = Math.Sqrt((14 + Math.Sqrt(14 * 14 - 4 * 36)) / 2);   // of the eigenvalues of kᵀk, whose trace is 14 and whose determinant is 36
        var b = Input([2], "b");
        Model plain = new(b, b >> new Dense(2));
        plain.Weights[0].Value = NDArray.From(kernel.ToArray<float>().Select(k => (float)(k / largest)).ToArray(), [2, 2]);
        foreach (var model in new[] { normal, plain })
        {
            model.Compile(new SGD(0.1), "mse", []);
            model.TrainOnBatch(x, y);
        }
        Assert.That(normal.Weights[0].Value.ToArray<float>(), Is.EqualTo(plain.Weights[0].Value.ToArray<float>()).Within(1e-5));
        Assert.That(normal.Weights[2].Value.ToArray<float>(), Is.EqualTo(plain.Weights[1].Value.ToArray<float>()).Within(1e-5));
    }

    [Test]
    public void DroppingNeedsNoKnownSizes()
    {
        var x = Input([Dim.Any, Dim.Any], "x");
        Model model = new(x, A.Abs(x >> new Dropout(0.25)) >> new GlobalAveragePooling1D() >> new Flatten());
        model.Compile(new SGD(0), (_, y) => A.Mean(y), []);
        Assert.That(model.TrainOnBatch(NDArray.Full([2, 500, 7], 1), NDArray.Zeros([2, 7]))["loss"], Is.EqualTo(1).Within(0.05).And.Not.EqualTo(1));
        Assert.That(model.TrainOnBatch(NDArray.Full([3, 200, 5], 1), NDArray.Zeros([3, 5]))["loss"], Is.EqualTo(1).Within(0.1).And.Not.EqualTo(1));
    }

    [Test]
    public void ALayerMayBeTheActivation()
    {
        Model model = new Sequential { Input([2]), new Dense(2, new LeakyReLU(0.5)) { KernelInitializer = new Identity() } };
        var again = Model.FromJson(model.ToJson());
        Assert.That(again.ToJson(), Is.EqualTo(model.ToJson()));
        Assert.That(again.Predict(new float[,] { { -2, 3 } }).ToArray<float>(), Is.EqualTo(new[] { -1f, 3 }));
    }

    [Test]
    public void MixedNumbersBecomeTheWidest()
    {
        Variable whole = Input([1], "i", DType.Int32), small = Input([1], "s", DType.UInt8), real = Input([1], "r");
        Assert.That(new Add().Apply(whole, real).DType, Is.EqualTo(DType.Float32));
        Assert.That(new Concatenate().Apply(small, whole).DType, Is.EqualTo(DType.Int32));
        Assert.That(new Maximum().Apply(small, Input([1], "b", DType.Int8)).DType, Is.EqualTo(DType.Int16));
        Assert.That((whole >> new Dense(2)).DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void AttentionTakesItsInputsByNameInAnyOrder()
    {
        Variable query = Input([4, 8], "q"), value = Input([2, 6], "v"), key = Input([2, 3], "k");
        foreach (var layer in new HeadedAttention[] { new MultiHeadAttention(2, 3), new GroupQueryAttention(3, 4, 2) })
        {
            var y = layer.Apply([], ("value", value), ("key", key), ("query", query));
            Assert.That(y.Shape, Is.EqualTo(query.Shape));
            Assert.That(layer.Weights.Where(w => w.Name == "kernel").Select(w => w.Shape[0]).Take(3), Is.EqualTo(new long[] { 8, 3, 6 }), "of query, key and value");
        }
    }

    [Test]
    public void NormalizationBeginsBeforeHalfPrecision()
    {
        var x = Input([4, 8], "x");   // 70000 is no float16
        foreach (var layer in new Layer[] { new LayerNormalization { DTypePolicy = "mixed_float16" }, new GroupNormalization(2) { DTypePolicy = "mixed_float16" } })
        {
            Model model = new(x, x >> layer);
            Assert.That(model.Outputs.Values[0].DType, Is.EqualTo(DType.Float16));
            Assert.That(model.Predict(NDArray.Full([2, 4, 8], 70000)).Cast(DType.Float32).ToArray<float>(), Is.All.EqualTo(0).Within(0.2));
        }
    }

    [Test]
    public void TheFirstArgumentOfANormalizationIsTheAxis()
    {
        Assert.That(new LayerNormalization(1).Axis.Axes, Is.EqualTo(new[] { 1 }));
        Assert.That(new RMSNormalization(new[] { 1, 2 }).Axis.Axes, Is.EqualTo(new[] { 1, 2 }));
        Assert.That((new LayerNormalization().Axis.Axes, new LayerNormalization().Epsilon), Is.EqualTo((new[] { -1 }, 1e-3)));
        var layer = new LayerNormalization(new[] { 1, -1 });   // Keras sorts the numbers as they are
        layer.Apply(Input([3, 4]));
        Assert.That(layer.Weights[0].Shape, Is.EqualTo(Zoo.Autograd.Shape.Create([4, 3])));
    }

    [Test]
    public void SparseResultsAreDenseOnes()
    {
        Variable x = Input([2], "x", DType.Int32), text = Input([2], "text", DType.String);
        Layer[] layers = [new CategoryEncoding(4) { Sparse = true }, new IntegerLookup { Terms = [1, 2, 3], NumOovIndices = 1, OutputMode = "multi_hot", Sparse = true }, new Hashing(4, "multi_hot") { Sparse = true }, new Discretization([0.5, 1.5], outputMode: "count") { Sparse = true }];
        foreach (var layer in layers)
        {
            var again = Model.FromJson(new Model(x, x >> layer).ToJson());
            Assert.That(again.Predict(new[,] { { 1, 2 } }).Cast(DType.Float32).ToArray<float>().Sum(), Is.EqualTo(2).Within(0), layer.Name);
        }
        foreach (var make in (Func<object>[])[() => new Hashing(4) { Sparse = true }, () => new Discretization([0.5]) { Sparse = true }, () => text >> new StringLookup { Terms = ["a"], Sparse = true }, () => Input([1], "t", DType.String) >> new TextVectorization { Terms = ["a"], Sparse = true }])
            Assert.That(Assert.Catch<ArgumentException>(() => make())!.Message, Does.Contain("Sparse").And.Contain("multi_hot"));
    }
}
