using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Training;

/// <summary>Models with a training step of their own.</summary>
public class TrainStepTests
{
    static readonly NDArray X = TrainerTests.Noise([16, 3], 1), Y = TrainerTests.Noise([16, 1], 2);

    /// <summary>A gradient penalty: outputs shall change by one where inputs do, also between two samples (Gulrajani and others, 2017).</summary>
    sealed class Steep(Ports x, Ports y, double weight) : Model(x, y)
    {
        protected internal override void TrainStep(TrainStep step)
        {
            var x = step.X[0];
            var between = x + (A.Reverse(x, 0) - x) * step.RandomUniform(x, [-1, 1]);
            var slope = A.Gradients(A.Sum(step.Call(this, between)), between)[0];
            var penalty = A.Mean(A.Square(A.Sqrt(A.Sum(A.Square(slope), 1)) - 1));
            step.Track("penalty", penalty);
            step.Minimize(step.Loss + weight * penalty);
        }
    }

    static Model Net(Func<Ports, Ports, Model> make)
    {
        var x = K.Input([3]);
        var net = make(x, x >> new Dense(8, "tanh") >> new Dense(1));
        net.Seed = 4;
        net.Compile(new Adam(0.03), "mse", ["mae"]);
        return net;
    }

    [Test]
    public void AGradientPenaltyIsMinimised()
    {
        Model with = Net((x, y) => new Steep(x, y, 1)), without = Net((x, y) => new Steep(x, y, 0));
        var history = with.Fit(X, Y, batchSize: 8, epochs: 40, verbose: 0, validationData: (X, Y));
        var other = without.Fit(X, Y, batchSize: 8, epochs: 40, verbose: 0);
        Assert.That(history["penalty"][^1], Is.LessThan(0.25 * other["penalty"][^1]));
        Assert.That(history.Values.Keys, Is.EqualTo(new[] { "loss", "mae", "penalty", "val_loss", "val_mae" }), "evaluation has no penalty");
        Assert.That(history["loss"][^1], Is.GreaterThan(history["penalty"][^1]), "the loss is what was minimised");
        var plain = Net((x, y) => new Model(x, y));
        Assert.That(plain.Fit(X, Y, batchSize: 8, epochs: 40, verbose: 0)["loss"][^1], Is.EqualTo(other["loss"][^1]).Within(1e-6), "a weight of 0 is no penalty");
        var again = Net((x, y) => new Steep(x, y, 1)).Fit(X, Y, batchSize: 8, epochs: 40, verbose: 0);
        Assert.That(again["loss"], Is.EqualTo(history["loss"]), "the same random numbers");
    }

    /// <summary>Two players: each weight goes by one of two numbers.</summary>
    sealed class Players(Ports x, Ports y) : Model(x, y)
    {
        protected internal override void TrainStep(TrainStep step)
        {
            step.Minimize(step.Loss, GetLayer("first").TrainableWeights);
            step.Minimize(-step.Loss, GetLayer("second").TrainableWeights);
        }
    }

    sealed class Nothing(Ports x, Ports y) : Model(x, y)
    {
        protected internal override void TrainStep(TrainStep step) { }
    }

    [Test]
    public void WeightsGoByNumbersOfTheirOwn()
    {
        var x = K.Input([3]);
        Model Make(bool players)
        {
            var y = x >> new Dense(2, "tanh") { Name = "first" } >> new Dense(1) { Name = "second" };
            Model net = players ? new Players(x, y) : new Model(x, y);
            net.Seed = 4;
            net.Compile(new SGD(0.1), "mse");
            return net;
        }
        float[][] Changes(Model net)
        {
            var before = net.Weights.Select(w => w.Value.ToArray<float>()).ToArray();
            net.TrainOnBatch(X, Y);
            return [.. net.Weights.Select((w, i) => w.Value.ToArray<float>().Zip(before[i], (a, b) => a - b).ToArray())];
        }
        var (one, two) = (Changes(Make(false)), Changes(Make(true)));
        for (var i = 0; i < 4; i++) Assert.That(two[i], Is.EqualTo(one[i].Select(c => i < 2 ? c : -c)).Within(1e-7));
        Assert.That(() => Net((a, b) => new Nothing(a, b)).TrainOnBatch(X, Y), Throws.InvalidOperationException.With.Message.Contains("minimises nothing"));
        Assert.That(() => Net((a, b) => new Steep(a, b, 1)).Fit(X, Y, verbose: 0, trainer: Zoo.Spark.ZooContext.Start("local[2]")), Throws.InvalidOperationException.With.Message.Contains("do not add up"));
    }
}
