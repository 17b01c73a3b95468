using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Layers;

/// <summary>Recurrence over a user's cell, alone, stacked and both ways, with states that are given, kept and saved; a whole model at each step of a sequence.</summary>
public class RecurrenceTests
{
    /// <summary>state ← x · kernel + state · recurrent.</summary>
    [KerasObject(Package = "recurrence_tests")]
    public sealed class LinearCell(int units) : RnnCell
    {
        Parameter kernel = null!, recurrent = null!;

        public int Units { get; } = units;

        public override IReadOnlyList<Shape> StateShapes => [[Units]];

        protected override void Build(Shape input)
        {
            kernel = Weight("kernel", [input[-1], Units], "glorot_uniform");
            recurrent = Weight("recurrent", [Units, Units], "orthogonal");
        }

        protected internal override (Variable Output, Variable[] States) Step(Variable x, Variable[] states, CallContext c)
        {
            var next = A.MatMul(x, kernel) + A.MatMul(states[0], recurrent);
            return (next, [next]);
        }
    }

    static readonly NDArray data = NDArray.From(Enumerable.Range(0, 2 * 4 * 3).Select(i => MathF.Sin(i)).ToArray(), [2, 4, 3]);

    /// <summary>The states after each step, computed here.</summary>
    static double[][][] ByHand(NDArray kernel, NDArray recurrent, double[][] state, bool backwards)
    {
        var units = state[0].Length;
        return [.. (backwards ? new[] { 3, 2, 1, 0 } : [0, 1, 2, 3]).Select(t => state = [.. Enumerable.Range(0, 2).Select(b => Enumerable.Range(0, units).Select(u =>
            Enumerable.Range(0, 3).Sum(f => data.Number(b * 12 + t * 3 + f) * kernel.Number(f * units + u)) + Enumerable.Range(0, units).Sum(v => state[b][v] * recurrent.Number(v * units + u))).ToArray())])];
    }

    [Test]
    public void AUsersCellRunsForwardBackwardAndFromGivenStates([Values] bool backwards, [Values] bool given)
    {
        Variable x = Input([4, 3], "x"), first = Input([2], "first");
        var layer = new RNN(new LinearCell(2)) { ReturnSequences = true, ReturnState = true, GoBackwards = backwards };
        var y = given ? layer.ApplyMany([x], ("initial_state", new Variable?[] { first })) : layer.ApplyMany(x);
        Model model = given ? new([x, first], y) : new(x, y);
        NDArray start = new float[,] { { 1, -1 }, { 0.5f, 2 } };
        var results = given ? model.PredictMany([data, start]) : model.PredictMany([data]);
        var states = ByHand(model.Weights[0].Value, model.Weights[1].Value, given ? [[1, -1], [0.5, 2]] : [[0, 0], [0, 0]], backwards);
        Assert.That(results[0].ToArray<float>(), Is.EqualTo(Enumerable.Range(0, 2).SelectMany(b => states.SelectMany(s => s[b]))).Within(1e-5));
        Assert.That(results[1].ToArray<float>(), Is.EqualTo(states[^1].SelectMany(s => s)).Within(1e-5));
    }

    [Test]
    public void StackedAndBothWaysAUsersCellTrainsAndSurvivesAFile()
    {
        KerasRegistry.Register<LinearCell>();
        var x = Input([4, 3], "x");
        Model model = new(x, x >> new Bidirectional(new RNN(new StackedRNNCells([new LinearCell(2), new GRUCell(3)])) { ReturnSequences = true }) >> new RNN(new LinearCell(1)));
        Assert.That(model.Outputs.Values[0].Shape, Is.EqualTo(Shape.Create([Dim.Any, 1])));
        model.Compile(new Adam(0.05), "mse", []);
        NDArray y = new float[,] { { 1 }, { -1 } };
        var before = model.TrainOnBatch(data, y)["loss"];
        for (var i = 0; i < 60; i++) model.TrainOnBatch(data, y);
        Assert.That(model.TrainOnBatch(data, y)["loss"], Is.LessThan(before / 5));
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.keras");
        try
        {
            model.Save(path);
            Assert.That(Model.Load(path).Predict(data).HoldsTheSame(model.Predict(data)));
        }
        finally { File.Delete(path); }
    }

    [Test]
    public void AStatefulUsersCellGoesOnWhereItEnded()
    {
        var x = Input([4, 3], "x", batchSize: 2);
        var layer = new RNN(new LinearCell(2)) { Stateful = true };
        Model model = new(x, x >> layer);
        var one = model.Predict(data, batchSize: 2);
        var two = model.Predict(data, batchSize: 2);
        var last = ByHand(model.Weights[0].Value, model.Weights[1].Value, [[0, 0], [0, 0]], false)[^1];
        Assert.That(one.ToArray<float>(), Is.EqualTo(last.SelectMany(s => s)).Within(1e-5));
        Assert.That(two.ToArray<float>(), Is.EqualTo(ByHand(model.Weights[0].Value, model.Weights[1].Value, last, false)[^1].SelectMany(s => s)).Within(1e-5));
        layer.ResetState();
        Assert.That(model.Predict(data, batchSize: 2).ToArray<float>(), Is.EqualTo(one.ToArray<float>()));
    }

    [Test]
    public void AWholeModelIsAppliedToEachStep()
    {
        var frame = Input([3], "frame");
        Model each = new(frame, new Add().Apply(frame >> new Dense(2, "tanh"), frame >> new Dense(2)));
        var x = Input([4, 3], "x");
        Model model = new(x, x >> new TimeDistributed(each));
        var apart = Enumerable.Range(0, 8).SelectMany(i => each.Predict(data.Reshape([8, 3]).Rows(i, 1)).ToArray<float>());
        Assert.That(model.Predict(data).ToArray<float>(), Is.EqualTo(apart).Within(1e-6));
        Assert.That(Model.FromJson(model.ToJson()).ToJson(), Is.EqualTo(model.ToJson()));
    }
}
