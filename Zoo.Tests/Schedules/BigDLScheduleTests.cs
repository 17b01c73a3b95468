using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Schedules;
using Zoo.Tests.Training;

namespace Zoo.Tests.Schedules;

/// <summary>BigDL's and Analytics Zoo's schedules against their formulas.</summary>
public class BigDLScheduleTests
{
    static void Follows(LearningRateSchedule schedule, Func<int, double> formula)
    {
        foreach (var step in (int[])[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 19, 20, 21, 30, 50])
            Assert.That(schedule.At(step), Is.EqualTo(formula(step)).Within(1e-6), $"{schedule.Name} at {step}");
    }

    [Test]
    public void Formulas()
    {
        Follows(new Default(0.5, 0.1), n => 0.5 / (1 + n * 0.1));
        Follows(new Poly(0.5, 2, 20), n => n > 20 ? 0 : 0.5 * Math.Pow(1 - n / 20.0, 2));
        Follows(new Exponential(0.5, 4, 0.8), n => 0.5 * Math.Pow(0.8, n / 4.0));
        Follows(new Exponential(0.5, 4, 0.8, stairCase: true), n => 0.5 * Math.Pow(0.8, n / 4));
        Follows(new Step(0.5, 3, 0.7), n => 0.5 * Math.Pow(0.7, n / 3));
        Follows(new MultiStep(0.5, [3, 10, 20], 0.1), n => 0.5 * Math.Pow(0.1, (n >= 3 ? 1 : 0) + (n >= 10 ? 1 : 0) + (n >= 20 ? 1 : 0)));
        Follows(new Warmup(0.1, 0.05), n => 0.1 + 0.05 * n);
        Follows(new PolyEpochDecay(0.5, 0.5, 4, 5), n => n / 5 + 1 >= 4 ? 0 : 0.5 * Math.Pow(1 - (n / 5 + 1) / 4.0, 0.5));
        // five steps up to 0.35, then down from there; Poly counts the steps of all
        Follows(new SequentialSchedule().Add(new Warmup(0.1, 0.05), 5).Add(new Step(9, 4, 0.5), 7).Add(new Poly(9, 1, 40), 100),
            n => n <= 5 ? 0.1 + 0.05 * n : n <= 12 ? 0.35 * Math.Pow(0.5, (n - 5) / 4) : n > 40 ? 0 : 0.35 * 0.5 * (1 - n / 40.0));
        Assert.That(() => new SequentialSchedule().At(0), Throws.InvalidOperationException);
        Assert.That(() => new MultiStep(1, [5, 3], 0.1), Throws.ArgumentException);
    }

    [Test]
    public void PlateauWaitsAsBigDL()
    {
        Sequential net = [new Dense(1) { InputShape = [2] }];
        net.Compile(new SGD(1.0), "mse");
        Plateau plateau = new("loss", 0.5, patience: 1, cooldown: 1, minLr: 0.2);
        plateau.Enter(net, new(9, 1, 1, 0, false));
        plateau.OnTrainBegin(new());
        var rates = ((double[])[5, 5, 5, 5, 5, 5, 5, 5]).Select((loss, epoch) =>
        {
            plateau.OnEpochEnd(epoch, new() { ["loss"] = loss });
            return net.Optimizer!.CurrentLearningRate;
        });
        // the first counts as better, the second is borne, the third lowers; the next is rest, then one is borne again
        Assert.That(rates, Is.EqualTo(new[] { 1, 1, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2 }).Within(1e-6));
    }

    [Test]
    public void AdamWeightDecayIsBertsAdam()
    {
        var (x, y) = (TrainerTests.Noise([8, 3], 1), TrainerTests.Noise([8, 1], 2));
        foreach (var (schedule, after) in new (string, Func<double, double>)[] { ("linear", t => 1 - t), ("cosine", t => 0.5 * (1 + Math.Cos(Math.PI * t))), ("constant", _ => 1) })
        {
            Sequential net = [new Dense(1) { InputShape = [3], UseBias = false }];
            net.Compile(new AdamWeightDecay(0.1, warmupPortion: 0.3, total: 10, schedule: schedule), "mse");
            var weights = net.Weights[0].Value.ToArray<float>().Select(w => (double)w).ToArray();
            var (m, v) = (new double[3], new double[3]);
            for (var step = 0; step < 8; step++)
            {
                net.TrainOnBatch(x, y);
                var gradient = Enumerable.Range(0, 3).Select(k => Enumerable.Range(0, 8).Average(i => 2 * (Enumerable.Range(0, 3).Sum(j => x.Number(i * 3 + j) * weights[j]) - y.Number(i)) * x.Number(i * 3 + k))).ToArray();
                var t = step / 10.0;
                var rate = 0.1 * (t < 0.3 ? t / 0.3 : after(t));
                for (var k = 0; k < 3; k++)
                {
                    m[k] = 0.9 * m[k] + 0.1 * gradient[k];
                    v[k] = 0.999 * v[k] + 0.001 * gradient[k] * gradient[k];
                    weights[k] -= rate * (m[k] / (Math.Sqrt(v[k]) + 1e-6) + 0.01 * weights[k]);
                }
                Assert.That(net.Weights[0].Value.ToArray<float>(), Is.EqualTo(weights).Within(2e-5), $"{schedule} after step {step}");
            }
        }
    }

    [Test]
    public void LbfgsFollowsTheTwoLoops()
    {
        // a quadratic bowl: the loss of a linear layer on all data, whose minimum is the least squares solution
        var (x, y) = (TrainerTests.Noise([12, 4], 1), TrainerTests.Noise([12, 1], 2));
        Sequential net = [new Dense(1) { InputShape = [4] }];
        net.Compile(new LBFGS(0.8, 3), "mse");
        double[] w = [.. net.Weights.SelectMany(p => p.Value.ToArray<float>()).Select(v => (double)v)];
        double[] Gradient(double[] at)
        {
            var g = new double[5];
            for (var i = 0; i < 12; i++)
            {
                var error = Enumerable.Range(0, 4).Sum(j => x.Number(i * 4 + j) * at[j]) + at[4] - y.Number(i);
                for (var j = 0; j < 5; j++) g[j] += 2 * error * (j < 4 ? x.Number(i * 4 + j) : 1) / 12;
            }
            return g;
        }
        static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
        var changes = new List<(double[] S, double[] Y)>();
        double[]? before = null, direction = null;
        for (var step = 0; step < 12; step++)
        {
            var g = Gradient(w);
            if (before is not null)
            {
                var curve = g.Zip(before, (a, b) => a - b).ToArray();
                if (Dot(curve, direction!) > 1e-10) changes.Add((direction!, curve));
                if (changes.Count > 3) changes.RemoveAt(0);
            }
            var d = g.Select(v => -v).ToArray();
            var parts = new double[changes.Count];
            for (var i = changes.Count - 1; i >= 0; i--)
            {
                parts[i] = Dot(changes[i].S, d) / Dot(changes[i].S, changes[i].Y);
                d = d.Zip(changes[i].Y, (a, b) => a - parts[i] * b).ToArray();
            }
            if (changes.Count > 0) d = d.Select(v => v * Dot(changes[^1].S, changes[^1].Y) / Dot(changes[^1].Y, changes[^1].Y)).ToArray();
            for (var i = 0; i < changes.Count; i++)
            {
                var back = Dot(changes[i].Y, d) / Dot(changes[i].S, changes[i].Y);
                d = d.Zip(changes[i].S, (a, b) => a + (parts[i] - back) * b).ToArray();
            }
            var length = 0.8 * (before is null ? Math.Min(1, 1 / g.Sum(Math.Abs)) : 1);
            direction = d.Select(v => v * length).ToArray();
            (w, before) = (w.Zip(direction, (a, b) => a + b).ToArray(), g);
            net.TrainOnBatch(x, y);
            if (step < 8) Assert.That(net.Weights.SelectMany(p => p.Value.ToArray<float>()), Is.EqualTo(w).Within(2e-3), $"after step {step}");
        }
        Assert.That(Gradient([.. net.Weights.SelectMany(p => p.Value.ToArray<float>()).Select(v => (double)v)]).Max(Math.Abs), Is.LessThan(2e-3), "near the minimum");
    }
}
