using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;

namespace Zoo.Tests.Training;

/// <summary>Compile, Fit, Evaluate, Predict.</summary>
public class FitTests
{
    static (NDArray X, NDArray Y) Blobs(int n)
    {
        var random = new Random(3);
        var (x, y) = (new float[n * 4], new long[n]);
        for (var i = 0; i < n; i++)
        {
            y[i] = i % 3;
            for (var j = 0; j < 4; j++) x[i * 4 + j] = (float)(random.NextDouble() - .5 + (j == y[i] ? 1.5 : 0));
        }
        return (NDArray.From(x, [n, 4]), NDArray.From(y, [n]));
    }

    static Optimizer[] Optimizers => [new SGD(0.1), new SGD(0.05, 0.9), new SGD(0.05, 0.9, nesterov: true), new Adam(0.01)];

    [TestCaseSource(nameof(Optimizers))]
    public void EveryOptimizerLearnsThreeBlobs(Optimizer optimizer)
    {
        Sequential model = [new Dense(8, "relu") { InputShape = [4] }, new Dense(3, "softmax")];
        model.Compile(optimizer, "sparse_categorical_crossentropy", ["accuracy"]);
        var (x, y) = Blobs(100);
        var history = model.Fit(x, y, batchSize: 16, epochs: 25, verbose: 0);
        Assert.That(history["loss"][^1], Is.LessThan(history["loss"][0] / 2));
        Assert.That(model.Evaluate(x, y)["accuracy"], Is.GreaterThan(0.95));
        Assert.That(model.Weights.Select(w => w.Path), Is.EqualTo(new[] { "dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias" }));
    }

    [Test]
    public void PredictGivesARowASample()
    {
        Sequential model = [new Dense(3, "softmax")];
        var (x, _) = Blobs(70);
        var p = model.Predict(x);
        Assert.That(p.Shape, Is.EqualTo(Shape.Create([70, 3])));
        for (var i = 0; i < 70; i++) Assert.That(p.Number(i * 3) + p.Number(i * 3 + 1) + p.Number(i * 3 + 2), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void ASharedLayerHasOneSetOfWeights()
    {
        var input = Input([4]);
        var shared = new Dense(4, "tanh");
        Model model = new(input, (input >> shared >> shared) - input);
        Assert.That(model.Weights, Has.Count.EqualTo(2));
        var (x, _) = Blobs(5);
        Assert.That(model.Predict(x).Shape, Is.EqualTo(x.Shape));
    }

    [Test]
    public void EqualSeedsGiveEqualBits()
    {
        var (x, y) = Blobs(50);
        float[] Train()
        {
            Sequential model = [new Dense(8, "relu"), new Dense(3, "softmax")];
            model.Compile(new Adam(), "sparse_categorical_crossentropy");
            model.Fit(x, y, epochs: 3, verbose: 0);
            return model.Weights[0].Value.ToArray<float>();
        }
        Assert.That(Train(), Is.EqualTo(Train()));
    }

    [Test]
    public void ALabelOutOfRangeLeavesTheModelAsItWas()
    {
        Sequential model = [new Dense(3, "softmax") { InputShape = [4] }];
        model.Compile(new SGD(0.1), "sparse_categorical_crossentropy");
        var (x, y) = Blobs(8);
        model.Fit(x, y, verbose: 0);
        var before = model.Weights[0].Value.ToArray<float>();
        y.AsSpan<long>()[2] = 3;
        Assert.That(() => model.Fit(x, y, verbose: 0), Throws.TypeOf<EngineException>().With.Message.Contains("label 3"));
        Assert.That(model.Weights[0].Value.ToArray<float>(), Is.EqualTo(before));
    }

    [Test]
    public void CancellationStopsBetweenSteps()
    {
        Sequential model = [new Dense(3, "softmax") { InputShape = [4] }];
        model.Compile(new SGD(0.1), "sparse_categorical_crossentropy");
        var (x, y) = Blobs(8);
        Assert.That(() => model.Fit(x, y, cancellationToken: new(true), verbose: 0), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(model.Fit(x, y, verbose: 0)["loss"], Has.Count.EqualTo(1));
    }

    [Test]
    public void WrongShapesNameLayerAndShapes()
    {
        Sequential model = [new Dense(4), new MaxPooling2D()];
        var (x, _) = Blobs(4);
        Assert.That(() => model.Predict(x), Throws.TypeOf<ShapeException>().With.Message.Contains("max_pooling2d").And.Message.Contains("[?, 4]"));
        Assert.That(() => new Sequential { new Dense(2) }.Fit(x, x), Throws.InvalidOperationException.With.Message.Contains("Compile"));
    }

    [Test]
    public void AFormulaIsALoss()
    {
        Sequential model = [new Dense(1) { InputShape = [4] }];
        model.Compile(new SGD(0.05), (t, p) => AutoGrad.Mean(AutoGrad.Abs(t - p), 1));
        var (x, _) = Blobs(60);
        var target = new float[60];
        for (var i = 0; i < 60; i++) target[i] = (float)(x.Number(i * 4) - 2 * x.Number(i * 4 + 1));
        var history = model.Fit(x, NDArray.From(target, [60, 1]), epochs: 40, verbose: 0);
        Assert.That(history["loss"][^1], Is.LessThan(0.15));
    }
}
