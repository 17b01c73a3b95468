using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Whole training steps, on each engine.</summary>
[TestFixture("embedded")]
[TestFixture("tensorflow")]
[Category("Engines")]
public class TrainingStepTests(string engine)
{
    IEngine On()
    {
        if (engine == "tensorflow") TensorFlow.TensorFlowLibrary.Require();
        return Engines.Find(engine);
    }

    static NDArray Noise(Shape shape, int seed, double scale)
    {
        var random = new Random(seed);
        var data = new float[shape.Elements];
        for (var i = 0; i < data.Length; i++) data[i] = (float)((random.NextDouble() * 2 - 1) * scale);
        return NDArray.From(data, shape);
    }

    /// <summary>LeNet with its loss and an SGD update.</summary>
    static (Zoo.Autograd.Graph.Program Step, Parameter[] Weights) LeNet(double rate)
    {
        var x = StateOps.Input("x", [Dim.Any, 28, 28, 1], DType.Float32);
        var y = StateOps.Input("y", [Dim.Any], DType.Int64);
        Parameter[] w =
        [
            new(Noise([5, 5, 1, 8], 1, .2), "conv1"), new(NDArray.Zeros([8]), "bias1"),
            new(Noise([5, 5, 8, 12], 2, .1), "conv2"), new(NDArray.Zeros([12]), "bias2"),
            new(Noise([192, 40], 3, .1), "dense1"), new(NDArray.Zeros([40]), "bias3"),
            new(Noise([40, 10], 4, .2), "dense2"), new(NDArray.Zeros([10]), "bias4"),
        ];
        var h = A.MaxPool(A.BiasAdd(A.Conv2D(x, w[0]), w[1]), 2, 2);
        h = A.MaxPool(A.BiasAdd(A.Conv2D(h, w[2]), w[3]), 2, 2);
        h = A.Relu(A.BiasAdd(A.MatMul(A.Reshape(h, [Dim.Any, 192]), w[4]), w[5]));
        var loss = A.Mean(A.SparseSoftmaxCrossEntropy(A.BiasAdd(A.MatMul(h, w[6]), w[7]), y));
        var gradients = A.Gradients(loss, [.. w.Select(p => p.Variable)]);
        return (new Zoo.Autograd.Graph.Program { Feeds = [x, y], Fetches = [loss], Updates = [.. w.Zip(gradients, (p, g) => (p, p - g * rate))] }, w);
    }

    static (NDArray X, NDArray Y) Data(int n)
    {
        var x = Noise([n, 28, 28, 1], 9, 1);
        var y = new long[n];
        for (var i = 0; i < n; i++)
        {
            y[i] = i % 10;
            x.AsSpan<float>().Slice(i * 784 + (int)y[i] * 56, 56).Fill(2);
        }
        return (x, NDArray.From(y, [n]));
    }

    [Test]
    public void LeNetLearnsItsBatch()
    {
        var (step, _) = LeNet(0.05);
        using var session = On().Compile(step);
        var (x, y) = Data(40);
        var fetched = new NDArray?[1];
        var losses = new List<double>();
        for (var i = 0; i < 60; i++)
        {
            session.Run([x, y], fetched);
            losses.Add(fetched[0]!.ToNumber());
        }
        Assert.That(losses[0], Is.EqualTo(2.3).Within(0.7));
        Assert.That(losses[^1], Is.LessThan(0.2), string.Join(" ", losses.Select(l => l.ToString("F3"))));
    }

    [Test]
    public void AStepThatFailsChangesNothing()
    {
        var (step, weights) = LeNet(0.05);
        using var session = On().Compile(step);
        var (x, y) = Data(8);
        session.Run([x, y], new NDArray?[1]);
        var before = weights.Select(w => w.Value.ToArray<float>()).ToArray();
        y.AsSpan<long>()[5] = 10;
        var error = Assert.Throws<EngineException>(() => session.Run([x, y], new NDArray?[1]));
        if (engine == "embedded") Assert.That(error!.Message, Does.Contain("label 10").And.Contain("0 to 9"));
        Assert.That(weights.Select(w => w.Value.ToArray<float>()), Is.EqualTo(before));
    }

    [Test]
    public void BothEnginesGiveTheSameLosses()
    {
        var (x, y) = Data(32);
        var other = Train("embedded");
        Assert.That(Train(engine), Is.EqualTo(other).Within(1e-4));

        double[] Train(string name)
        {
            _ = On();
            var (step, _) = LeNet(0.05);
            using var session = Engines.Find(name).Compile(step);
            var fetched = new NDArray?[1];
            return [.. Enumerable.Range(0, 20).Select(_ =>
            {
                session.Run([x, y], fetched);
                return fetched[0]!.ToNumber();
            })];
        }
    }

    [Test]
    public void AParameterMovesBetweenEngines()
    {
        var (step, weights) = LeNet(0.05);
        using var here = On().Compile(step);
        using var embedded = Engines.Find("embedded").Compile(step);
        var (x, y) = Data(16);
        var losses = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            var fetched = new NDArray?[1];
            (i % 2 == 0 ? here : embedded).Run([x, y], fetched);
            losses.Add(fetched[0]!.ToNumber());
        }
        Assert.That(losses, Is.Ordered.Descending);
        Assert.That(weights[0].Value.Shape, Is.EqualTo(weights[0].Shape));
    }

    [Test]
    public void TwoRunsGiveEqualBits()
    {
        var (x, y) = Data(32);
        float[][] Train()
        {
            var (step, weights) = LeNet(0.05);
            using var session = On().Compile(step);
            for (var i = 0; i < 20; i++) session.Run([x, y], new NDArray?[1]);
            return [.. weights.Select(w => w.Value.ToArray<float>())];
        }
        Assert.That(Train(), Is.EqualTo(Train()));
    }

    [Test]
    public void GradientsOfLeNetAreCentralDifferences()
    {
        var (step, weights) = LeNet(0);
        var loss = step.Fetches[0];
        var gradients = A.Gradients(loss, [.. weights.Select(p => p.Variable)]);
        using var session = On().Compile(new() { Feeds = step.Feeds, Fetches = [loss, .. gradients] });
        var (x, y) = Data(4);
        var results = new NDArray?[1 + weights.Length];
        session.Run([x, y], results);
        var random = new Random(5);
        for (var p = 0; p < weights.Length; p++)
        {
            var at = random.Next(weights[p].Value.Count);
            double Loss(float shift)
            {
                var moved = weights[p].Value;
                moved.AsSpan<float>()[at] += shift;
                var kept = weights[p].Value;
                weights[p].Value = moved;
                var fetched = new NDArray?[1 + weights.Length];
                session.Run([x, y], fetched);
                weights[p].Value = kept;
                return fetched[0]!.ToNumber();
            }
            var difference = (Loss(1e-3f) - Loss(-1e-3f)) / 2e-3;
            Assert.That(results[1 + p]!.Number(at), Is.EqualTo(difference).Within(2e-3), weights[p].Name);
        }
    }

    [Test]
    public void BatchesOfOtherSizesGetPlansOfTheirOwn()
    {
        var (step, _) = LeNet(0);
        using var session = On().Compile(step);
        var (x, y) = Data(12);
        double Loss(int from, int count)
        {
            var fetched = new NDArray?[1];
            session.Run([x.Rows(from, count), y.Rows(from, count)], fetched);
            return fetched[0]!.ToNumber();
        }
        Assert.That((Loss(0, 5) * 5 + Loss(5, 7) * 7) / 12, Is.EqualTo(Loss(0, 12)).Within(1e-5));
    }

    [Test]
    public void AWrongShapeIsNamedBeforeAnythingRuns()
    {
        var (step, _) = LeNet(0);
        using var session = On().Compile(step);
        var error = Assert.Throws<ShapeException>(() => session.Run([NDArray.Zeros([2, 28, 28, 3]), NDArray.Zeros([2], DType.Int64)], new NDArray?[1]));
        Assert.That(error!.Message, Does.Contain("'x'").And.Contain("[2, 28, 28, 3]").And.Contain("[?, 28, 28, 1]"));
    }
}
