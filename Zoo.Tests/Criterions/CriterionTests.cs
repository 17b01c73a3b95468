using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Criterions;

/// <summary>The criterions against their formulas written as loops, and their gradients against differences, in float64.</summary>
public class CriterionTests
{
    /// <param name="Loss">The criterion.</param>
    /// <param name="X">Predictions.</param>
    /// <param name="Y">Labels.</param>
    /// <param name="Expected">The value by a loop.</param>
    public sealed record Case(string Name, Loss Loss, double[,] X, double[,] Y, Func<double[][], double[][], double> Expected, int[]? Shape = null, int[]? Labels = null)
    {
        public override string ToString() => Name;
    }

    static readonly double[,] real = { { 0.3, -1.2, 0.8 }, { 1.7, 0.4, -0.6 } }, other = { { 0.5, -0.2, -0.9 }, { 1.1, -0.7, 2.4 } }, sign = { { 1, -1, 1 }, { -1, -1, 1 } },
        part = { { 0.2, 0.5, 0.3 }, { 0.6, 0.1, 0.3 } }, goal = { { 0.1, 0.7, 0.2 }, { 0.3, 0.3, 0.4 } }, hot = { { 0, 1, 0 }, { 1, 0, 0 } }, pair = { { 0.3, -1.2, 0.8, -0.4 }, { 1.7, 0.4, -0.6, 0.9 } }, one = { { 1 }, { -1 } };
    static readonly double[,] classes = { { 2 }, { 0 } }, padded = { { 2 }, { -1 } };
    static readonly double[] three = [0.5, 2, 1.5];
    static readonly int[] pairs = [2, 2, 2], labels = [2];

    static double Mean(double[][] x, double[][] y, Func<double, double, double> each) => x.Zip(y, (a, b) => a.Zip(b, each).Average()).Average();

    static double Sum(double[][] x, double[][] y, Func<double, double, double> each) => x.Zip(y, (a, b) => a.Zip(b, each).Sum()).Sum();

    static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();

    static double Cos(double[] a, double[] b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));

    static double LogSoftmax(double[] x, int at) => x[at] - Math.Log(x.Sum(Math.Exp));

    static double Bowl(double d, double sigma) => Math.Abs(d) < 1 / (sigma * sigma) ? 0.5 * sigma * d * sigma * d : Math.Abs(d) - 0.5 / (sigma * sigma);

    static IEnumerable<Case> Cases()
    {
        yield return new("MSE", Keras.Criterions.MSE(), real, other, (x, y) => Mean(x, y, (a, b) => (a - b) * (a - b)));
        yield return new("MSE, sum", Keras.Criterions.MSE(false), real, other, (x, y) => Sum(x, y, (a, b) => (a - b) * (a - b)));
        yield return new("Abs", Keras.Criterions.Abs(), real, other, (x, y) => Mean(x, y, (a, b) => Math.Abs(a - b)));
        yield return new("SmoothL1", Keras.Criterions.SmoothL1(), real, other, (x, y) => Mean(x, y, (a, b) => Bowl(a - b, 1)));
        yield return new("BCE", Keras.Criterions.BCE(three), part, goal, (x, y) => x.Zip(y, (a, b) => a.Select((p, i) => -three[i] * (b[i] * Math.Log(p) + (1 - b[i]) * Math.Log(1 - p))).Average()).Average());
        yield return new("MultiLabelSoftMargin", Keras.Criterions.MultiLabelSoftMargin(), real, hot, (x, y) => Mean(x, y, (a, b) => -(b * Math.Log(1 / (1 + Math.Exp(-a))) + (1 - b) * Math.Log(1 - 1 / (1 + Math.Exp(-a))))));
        yield return new("Margin", Keras.Criterions.Margin(0.5), real, sign, (x, y) => Mean(x, y, (a, b) => Math.Max(0, 0.5 - a * b)));
        yield return new("Margin, squared", Keras.Criterions.Margin(squared: true), real, sign, (x, y) => Mean(x, y, (a, b) => Math.Pow(Math.Max(0, 1 - a * b), 2)));
        yield return new("SoftMargin", Keras.Criterions.SoftMargin(false), real, sign, (x, y) => Sum(x, y, (a, b) => Math.Log(1 + Math.Exp(-a * b))));
        yield return new("HingeEmbedding", Keras.Criterions.HingeEmbedding(0.7), real, sign, (x, y) => Mean(x, y, (a, b) => b > 0 ? a : Math.Max(0, 0.7 - a)));
        yield return new("DistKLDiv", Keras.Criterions.DistKLDiv(), real, hot, (x, y) => Mean(x, y, (a, b) => b > 0 ? b * (Math.Log(b) - a) : 0));
        yield return new("L1Cost", Keras.Criterions.L1Cost(), real, other, (x, y) => Sum(x, y, (a, _) => Math.Abs(a)));
        yield return new("CosineDistance", Keras.Criterions.CosineDistance(), real, other, (x, y) => x.Zip(y, (a, b) => 1 - Cos(a, b)).Average());
        yield return new("CosineProximity", Keras.Criterions.CosineProximity(), real, other, (x, y) => x.Zip(y, (a, b) => -Cos(a, b) / 3).Average());
        yield return new("DotProduct", Keras.Criterions.DotProduct(), real, other, (x, y) => x.Zip(y, Dot).Sum());
        yield return new("PG", Keras.Criterions.PG(), part, other, (x, y) => Sum(x, y, (a, b) => -b * Math.Log(a)));
        yield return new("DiceCoefficient", Keras.Criterions.DiceCoefficient(), part, hot, (x, y) => x.Zip(y, (a, b) => 1 - 2 * Dot(a, b) / (a.Sum() + b.Sum() + 1)).Average());
        yield return new("MeanAbsolutePercentage", Keras.Criterions.MeanAbsolutePercentage(), real, other, (x, y) => Mean(x, y, (a, b) => 100 * Math.Abs((b - a) / b)));
        yield return new("MeanSquaredLogarithmic", Keras.Criterions.MeanSquaredLogarithmic(), part, goal, (x, y) => Mean(x, y, (a, b) => Math.Pow(Math.Log(1 + a) - Math.Log(1 + b), 2)));
        yield return new("KullbackLeiblerDivergence", Keras.Criterions.KullbackLeiblerDivergence(), part, goal, (x, y) => Sum(x, y, (a, b) => b * Math.Log(b / a)) / 2);
        yield return new("Poisson", Keras.Criterions.Poisson(), part, goal, (x, y) => Mean(x, y, (a, b) => a - b * Math.Log(a + 1e-7)));
        yield return new("CategoricalCrossEntropy", Keras.Criterions.CategoricalCrossEntropy(), part, hot, (x, y) => Sum(x, y, (a, b) => -b * Math.Log(a)) / 2);
        yield return new("ClassNLL", Keras.Criterions.ClassNLL(), real, classes, (x, _) => -(x[0][2] + x[1][0]) / 2, Labels: labels);
        yield return new("ClassNLL, weighted", Keras.Criterions.ClassNLL(three), real, classes, (x, _) => -(1.5 * x[0][2] + 0.5 * x[1][0]) / 2, Labels: labels);
        yield return new("ClassNLL, padded", Keras.Criterions.ClassNLL(three, logProbAsInput: false), part, padded, (x, _) => -Math.Log(x[0][2]), Labels: labels);
        yield return new("CrossEntropy", Keras.Criterions.CrossEntropy(three, sizeAverage: false), real, classes, (x, _) => -(1.5 * LogSoftmax(x[0], 2) + 0.5 * LogSoftmax(x[1], 0)), Labels: labels);
        yield return new("CrossEntropy from 1", Keras.Criterions.CrossEntropy(oneBased: true), real, new double[,] { { 3 }, { 1 } }, (x, _) => -(LogSoftmax(x[0], 2) + LogSoftmax(x[1], 0)) / 2, Labels: labels);
        yield return new("MultiMargin", Keras.Criterions.MultiMargin(2, three), real, classes, (x, _) => new[] { (2, x[0]), (0, x[1]) }.Average(s => s.Item2.Where((_, i) => i != s.Item1).Sum(v => Math.Pow(Math.Max(0, 1 - s.Item2[s.Item1] + v), 2)) * three[s.Item1] / 3), Labels: labels);
        yield return new("MultiLabelMargin", Keras.Criterions.MultiLabelMargin(), real, new double[,] { { 2, 0, -1 }, { 2, -1, -1 } }, (x, _) =>
            (Math.Max(0, 1 - x[0][2] + x[0][1]) + Math.Max(0, 1 - x[0][0] + x[0][1]) + Math.Max(0, 1 - x[1][2] + x[1][0]) + Math.Max(0, 1 - x[1][2] + x[1][1])) / 3 / 2);
        yield return new("SoftmaxWith", Keras.Criterions.SoftmaxWith(ignoreLabel: 1), new double[,] { { 0.3, -1.2, 0.8, -0.4 }, { 1.7, 0.4, -0.6, 0.9 } }, new double[,] { { 0, 1 }, { 1, 0 } }, (x, _) => -(LogSoftmax([x[0][0], x[0][2]], 0) + LogSoftmax([x[1][1], x[1][3]], 0)) / 2, pairs);
        yield return new("ClassSimplex", Keras.Criterions.ClassSimplex(3), real, classes, (x, _) => new[] { (new[] { -0.5, -Math.Sqrt(0.75), 0 }, x[0]), ([1, 0, 0], x[1]) }.Average(p => p.Item1.Zip(p.Item2, (a, b) => (a - b) * (a - b)).Average()), Labels: labels);
        yield return new("CosineEmbedding", Keras.Criterions.CosineEmbedding(0.1), pair, one, (x, _) => (1 - Cos(x[0][..2], x[0][2..]) + Math.Max(0, Cos(x[1][..2], x[1][2..]) - 0.1)) / 2, pairs);
        yield return new("L1HingeEmbedding", Keras.Criterions.L1HingeEmbedding(4), pair, one, (x, _) => (Math.Abs(x[0][0] - x[0][2]) + Math.Abs(x[0][1] - x[0][3]) + Math.Max(0, 4 - Math.Abs(x[1][0] - x[1][2]) - Math.Abs(x[1][1] - x[1][3]))) / 2, pairs);
        yield return new("MarginRanking", Keras.Criterions.MarginRanking(0.5), new double[,] { { 0.3, -1.2 }, { 1.7, 0.4 } }, one, (x, _) => (Math.Max(0, 0.5 - (x[0][0] - x[0][1])) + Math.Max(0, 0.5 + (x[1][0] - x[1][1]))) / 2, [2, 2, 1]);
        yield return new("KLD", Keras.Criterions.KLD(), pair, one, (x, _) => x.Average(s => 0.5 * (s[0] * s[0] + Math.Exp(s[2]) - 1 - s[2] + s[1] * s[1] + Math.Exp(s[3]) - 1 - s[3])), pairs);
        yield return new("Gaussian", Keras.Criterions.Gaussian(), pair, new double[,] { { 0.1, 0.2 }, { -0.3, 0.9 } }, (x, y) => x.Zip(y, (s, t) => Enumerable.Range(0, 2).Sum(i => 0.5 * (Math.Log(2 * Math.PI) + s[2 + i] + Math.Pow(t[i] - s[i], 2) / Math.Exp(s[2 + i])))).Sum(), pairs);
        yield return new("SmoothL1WithWeights", Keras.Criterions.SmoothL1WithWeights(2, 3), new double[,] { { 0.3, -1.2 }, { 1.7, 0.4 } }, new double[,] { { 0.25, 0.5, 0.8, 1, 2, 0.5 }, { 1, 1, 1, 0.3, 1, 3 } },
            (x, y) => x.Zip(y, (s, t) => Enumerable.Range(0, 2).Sum(i => Bowl((s[i] - t[i]) * t[2 + i], 2) * t[4 + i])).Sum() / 3, null, [2, 3, 2]);
        yield return new("Multi", Keras.Criterions.Multi((Keras.Criterions.MSE(), 0.5), (Keras.Criterions.Abs(), 2)), real, other, (x, y) => 0.5 * Mean(x, y, (a, b) => (a - b) * (a - b)) + 2 * Mean(x, y, (a, b) => Math.Abs(a - b)));
        yield return new("Parallel", Keras.Criterions.Parallel(false, (Keras.Criterions.MSE(), 1), (Keras.Criterions.Abs(false), 0.1)), pair, new double[,] { { 2, -1.2, 0.8, 0.1 }, { 0.7, 0.4, -0.6, 0 } }, (x, y) =>
            x.Zip(y, (a, b) => (Math.Pow(a[0] - b[0], 2) + Math.Pow(a[1] - b[1], 2)) / 2).Average() + 0.1 * x.Zip(y, (a, b) => Math.Abs(a[2] - b[2]) + Math.Abs(a[3] - b[3])).Sum(), pairs, pairs);
        yield return new("Transformer", Keras.Criterions.Transformer(Keras.Criterions.MSE(), A.Exp, y => y * 2), real, other, (x, y) => Mean(x, y, (a, b) => Math.Pow(Math.Exp(a) - 2 * b, 2)));
        yield return new("TimeDistributed", Keras.Criterions.TimeDistributed(Keras.Criterions.CrossEntropy(), true), pair, new double[,] { { 0, 1 }, { 1, 1 } }, (x, y) =>
            Enumerable.Range(0, 2).Average(t => -(LogSoftmax(x[0][(2 * t)..(2 * t + 2)], (int)y[0][t]) + LogSoftmax(x[1][(2 * t)..(2 * t + 2)], (int)y[1][t])) / 2), pairs);
        yield return new("TimeDistributedMask", Keras.Criterions.TimeDistributedMask(Keras.Criterions.CrossEntropy(), 0), pair, new double[,] { { 0, 1 }, { 1, 1 } }, (x, _) => -(LogSoftmax(x[0][2..], 1) + LogSoftmax(x[1][..2], 1) + LogSoftmax(x[1][2..], 1)) / 3, pairs);
        yield return new("RankHinge", new RankHinge(0.5), new double[,] { { 0.3, 1.2 }, { 0.9, -0.6 } }, one, (x, _) => (Math.Max(0, 0.5 + x[0][1] - x[0][0]) + Math.Max(0, 0.5 + x[1][1] - x[1][0])) / 2, [2, 2, 1]);
    }

    static double[][] Rows(double[,] x) => [.. Enumerable.Range(0, x.GetLength(0)).Select(i => Enumerable.Range(0, x.GetLength(1)).Select(j => x[i, j]).ToArray())];

    [TestCaseSource(nameof(Cases))]
    public void Formula(Case one)
    {
        NDArray Array(double[,] values, int[]? shape) => shape is null ? NDArray.From(values) : NDArray.From(Rows(values).SelectMany(r => r).ToArray(), Shape.Create([.. shape.Select(s => (long)s)]));
        var (x, y) = (Array(one.X, one.Shape), Array(one.Y, one.Labels));
        if (one.Loss.TakesClasses) y = y.Cast(DType.Int64);
        var (input, label) = (StateOps.Input("x", x.Shape.With(0, Dim.Any), DType.Float64), StateOps.Input("y", y.Shape.With(0, Dim.Any), y.DType));
        var value = one.Loss.Of(label, input);
        var slope = A.Gradients(value, input)[0];
        using var session = Engines.Default.Compile(new() { Name = one.Name, Feeds = [input, label], Fetches = [value, slope] });
        var got = new NDArray?[2];
        session.Run([x, y], got);
        Assert.That(got[0]!.ToNumber(), Is.EqualTo(one.Expected(Rows(one.X), Rows(one.Y))).Within(1e-6));
        var analytic = got[1]!.ToArray<double>();
        for (var i = 0; i < x.Count; i++)
        {
            double At(double shift)
            {
                var moved = x.Clone();
                moved.SetNumber(i, x.Number(i) + shift);
                var result = new NDArray?[2];
                session.Run([moved, y], result);
                return result[0]!.ToNumber();
            }
            Assert.That(analytic[i], Is.EqualTo((At(1e-6) - At(-1e-6)) / 2e-6).Within(1e-5), $"slope of {i}");
        }
    }

    [Test]
    public void CriterionsTrain()
    {
        var (x, y) = (Training.TrainerTests.Noise([16, 4], 1), NDArray.From(Enumerable.Range(0, 16).Select(i => (long)(i % 3) + 1).ToArray()));
        Sequential net = [new Dense(3) { InputShape = [4] }];
        net.Compile(new Adam(0.1), Keras.Criterions.CrossEntropy(oneBased: true));
        var loss = net.Fit(x, y, epochs: 20, verbose: 0)["loss"];
        Assert.That(loss[^1], Is.LessThan(0.9 * loss[0]));
        Assert.That(() => Keras.Criterions.SoftmaxWith(normalizeMode: "ALL"), Throws.ArgumentException.With.Message.Contains("BATCH_SIZE"));
    }
}
