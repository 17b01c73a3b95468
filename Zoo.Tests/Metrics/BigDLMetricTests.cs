using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Metrics;
using Zoo.Tests.Training;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Metrics;

/// <summary>BigDL's validation methods against loops, in one batch and in parts.</summary>
public class BigDLMetricTests
{
    static double Of(Metric metric, NDArray y, NDArray p, int part)
    {
        for (var at = 0; at < y.Shape[0]; at += part) metric.UpdateState(y.Rows(at, part), p.Rows(at, part));
        return metric.Result().ToNumber();
    }

    static void Is(Func<Metric> make, NDArray y, NDArray p, double expected, int part)
    {
        Assert.That(Of(make(), y, p, (int)y.Shape[0]), NUnit.Framework.Is.EqualTo(expected).Within(1e-6));
        Assert.That(Of(make(), y, p, part), NUnit.Framework.Is.EqualTo(expected).Within(1e-6), "in parts");
    }

    static NDArray Labels(int count, int classes, int seed)
    {
        var random = new Random(seed);
        return NDArray.From(Enumerable.Range(0, count).Select(_ => (long)random.Next(classes)).ToArray());
    }

    static double[] Row(NDArray x, int i) => [.. Enumerable.Range(0, (int)x.Shape[1]).Select(j => x.Number(i * (int)x.Shape[1] + j))];

    [Test]
    public void Accuracies()
    {
        var (y, p) = (Labels(20, 8, 1), TrainerTests.Noise([20, 8], 2));
        Is(() => new Top1Accuracy(), y, p, Enumerable.Range(0, 20).Average(i => Array.IndexOf(Row(p, i), Row(p, i).Max()) == y.Number(i) ? 1.0 : 0), 5);
        Is(() => new Top5Accuracy(), y, p, Enumerable.Range(0, 20).Average(i => Row(p, i).Count(v => v > Row(p, i)[(int)y.Number(i)]) < 5 ? 1.0 : 0), 4);
        var (binary, one) = (Labels(20, 2, 3), NDArray.From(TrainerTests.Noise([20, 1], 4).ToArray<float>().Select(v => v + 0.5f).ToArray(), [20, 1]));
        Is(() => new Top1Accuracy(), binary, one, Enumerable.Range(0, 20).Average(i => one.Number(i) >= 0.5 == (binary.Number(i) == 1) ? 1.0 : 0), 10);
        var (nodes, trees) = (NDArray.From(Labels(24, 3, 5).ToArray<long>(), [12, 2]), TrainerTests.Noise([12, 2, 3], 6));
        Is(() => new TreeNNAccuracy(), nodes, trees, Enumerable.Range(0, 12).Average(i => Enumerable.Range(0, 3).MaxBy(c => trees.Number(i * 6 + c)) == nodes.Number(i * 2) ? 1.0 : 0), 4);
    }

    [Test]
    public void Rankings()
    {
        var score = TrainerTests.Noise([40, 1], 7);
        var label = NDArray.From(Enumerable.Range(0, 40).Select(i => i % 5 == i / 5 % 5 ? 1f : 0).ToArray(), [40, 1]);
        double[] places = [.. Enumerable.Range(0, 8).Select(g => Enumerable.Range(0, 5).Select(i => score.Number(g * 5 + i)).Count(v => v > score.Number(g * 5 + g % 5)) + 1.0)];
        Is(() => new HitRatio(2, 4), label, score, places.Average(r => r <= 2 ? 1.0 : 0), 10);
        Is(() => new NDCG(3, 4), label, score, places.Average(r => r <= 3 ? Math.Log(2) / Math.Log(r + 1) : 0), 20);
    }

    [Test]
    public void AveragePrecision()
    {
        var random = new Random(8);
        var (y, p) = (Labels(60, 3, 9), NDArray.From(Enumerable.Range(0, 180).Select(_ => random.Next(500) / 500f).ToArray(), [60, 3]));
        var expected = Enumerable.Range(0, 3).Average(c =>
        {
            // groups of equal scores count together
            var (sum, hits, seen) = (0.0, 0.0, 0.0);
            var all = Enumerable.Range(0, 60).Count(i => y.Number(i) == c);
            foreach (var group in Enumerable.Range(0, 60).GroupBy(i => p.Number(i * 3 + c)).OrderByDescending(g => g.Key))
            {
                var right = group.Count(i => y.Number(i) == c);
                (hits, seen) = (hits + right, seen + group.Count());
                sum += hits / seen * right / all;
            }
            return sum;
        });
        Is(() => new MeanAveragePrecision(3, 2000), y, p, expected, 20);
    }

    [Test]
    public void FunctionsAndLossesAreMetrics()
    {
        var (y, p) = (TrainerTests.Noise([20, 2], 1), TrainerTests.Noise([20, 2], 2));
        Is(() => new MeanMetricWrapper((t, x) => A.Mean(A.Abs(t - x) * 3, -1)) { Name = "triple" }, y, p, 3 * Enumerable.Range(0, 40).Average(i => Math.Abs(y.Number(i) - p.Number(i))), 5);
        Is(() => new LossMetric("mse"), y, p, Enumerable.Range(0, 40).Average(i => Math.Pow(y.Number(i) - p.Number(i), 2)), 4);
        Sequential net = [new Dense(6) { InputShape = [4] }, new Softmax()];
        net.Compile("sgd", "sparse_categorical_crossentropy", [new Top1Accuracy(), new Top5Accuracy(), new MeanAveragePrecision(6), new LossMetric("sparse_categorical_crossentropy") { Name = "nll" }, "accuracy"]);
        var logs = net.Evaluate(TrainerTests.Noise([30, 4], 3), Labels(30, 6, 4), batchSize: 7);
        Assert.That(logs["top1_accuracy"], NUnit.Framework.Is.EqualTo(logs["accuracy"]));
        Assert.That(logs["nll"], NUnit.Framework.Is.EqualTo(logs["loss"]).Within(1e-5));
        Assert.That(logs["top5_accuracy"], NUnit.Framework.Is.GreaterThanOrEqualTo(logs["top1_accuracy"]));
    }
}
