using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Training;

namespace Zoo.Tests.Triggers;

/// <summary>When triggers fire in Fit: as its end, and for checkpoints.</summary>
public class TriggerTests
{
    static readonly NDArray X = TrainerTests.Noise([12, 4], 1), Y = TrainerTests.Noise([12, 1], 2);

    static Sequential Net(int together = 1)
    {
        Sequential net = [new Dense(1) { InputShape = [4] }];
        net.Compile(new SGD(0.1), "mse", ["mae"], stepsPerExecution: together);
        return net;
    }

    sealed class Watch(Trigger trigger) : Callback
    {
        internal List<string> Fired { get; } = [];
        internal int Steps { get; private set; }

        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            Steps = (int)Progress.RunIteration;
            if (trigger.Fires(Progress)) Fired.Add($"{Progress.Epochs}:{batch}");
        }

        public override void OnEpochEnd(int epoch, Logs logs)
        {
            if (trigger.Fires(Progress)) Fired.Add($"{Progress.Epochs}");
        }
    }

    static string Fires(Trigger trigger, int epochs = 3, int together = 1)
    {
        var watch = new Watch(trigger);
        Net(together).Fit(X, Y, batchSize: 3, epochs: epochs, verbose: 0, callbacks: [watch]);
        return string.Join(' ', watch.Fired);
    }

    [Test]
    public void TriggersFireInTime()
    {
        Assert.That(Fires("epoch"), Is.EqualTo("1 2 3"));
        Assert.That(Fires(Trigger.EveryXEpoch(2)), Is.EqualTo("2"));
        Assert.That(Fires(5), Is.EqualTo("1:0 2:1"));
        Assert.That(Fires(3, together: 2), Is.EqualTo("0:3 1:1 2:1 2:3"), "12 steps in executions of two: the third, sixth, ninth and twelfth lie in these");
        Assert.That(Fires(Trigger.EveryEpoch | 6), Is.EqualTo("1 1:1 2 2:3 3"));
        Assert.That(Fires(Trigger.EveryEpoch & Trigger.MaxIteration(8)), Is.EqualTo("2 3"));
        Assert.That(Trigger.MaxEpoch(3) | Trigger.MinLoss(0.5), Is.EqualTo(Trigger.MaxEpoch(3) | Trigger.MinLoss(0.5)), "records");
        Assert.That(() => (Trigger)0, Throws.ArgumentException);
        Assert.That(() => (Trigger)"often", Throws.ArgumentException.With.Message.Contains("epoch, batch"));
    }

    static (int Steps, History History) Ends(Trigger end, int? epochs = null, double rate = 0.1)
    {
        var (net, watch) = (Net(), new Watch(Trigger.EveryEpoch));
        net.Optimizer!.LearningRate = rate;
        var history = net.Fit(X, Y, batchSize: 3, epochs: epochs, verbose: 0, validationData: (X, Y), callbacks: [watch], endTrigger: end);
        return (watch.Steps, history);
    }

    [Test]
    public void FitEndsWithATrigger()
    {
        Assert.That(Ends(Trigger.MaxEpoch(2)).Steps, Is.EqualTo(8));
        Assert.That(Ends(Trigger.MaxIteration(5)).Steps, Is.EqualTo(5));
        Assert.That(Ends(Trigger.MaxIteration(50), epochs: 2).Steps, Is.EqualTo(8), "the epochs end first");
        var (_, history) = Ends(Trigger.MaxScore(0.3));
        Assert.That(history["val_mae"][^1], Is.GreaterThan(0.3), "the score is the first metric of the validation");
        var loss = Ends(Trigger.MinLoss(0.06) | Trigger.MaxEpoch(200), rate: 0.2).History["loss"];
        Assert.That(loss, Has.Count.LessThan(200).And.Count.GreaterThan(1));
    }

    [Test]
    public void ZooSetsCheckpointsSummariesAndClipping()
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var net = Net();
            Assert.That(() => net.GetTrainSummary("Loss"), Throws.InvalidOperationException.With.Message.Contains("SetTensorBoard"));
            net.SetTensorBoard(folder, "app");
            net.SetCheckpoint(Path.Combine(folder, "all"), overWrite: false, Trigger.SeveralIteration(3));
            net.Fit(X, Y, batchSize: 3, epochs: 2, verbose: 0, validationData: (X, Y), shuffle: false);
            var loss = net.GetTrainSummary("Loss");
            Assert.That(loss.Select(v => v.Iteration), Is.EqualTo(Enumerable.Range(1, 8)));
            var other = Net();
            var each = Enumerable.Range(0, 8).Select(i =>
            {
                other.ResetMetrics();
                return other.TrainOnBatch(X.Rows(i % 4 * 3, 3), Y.Rows(i % 4 * 3, 3))["loss"];
            });
            Assert.That(loss.Select(v => v.Value), Is.EqualTo(each), "the loss of each step, not its mean");
            Assert.That(net.GetTrainSummary("LearningRate").Select(v => v.Value), Is.All.EqualTo(0.1f));
            Assert.That(net.GetTrainSummary("Throughput").Select(v => v.Value), Is.All.GreaterThan(0));
            Assert.That(net.GetValidationSummary("mae").Select(v => v.Iteration), Is.EqualTo(new[] { 4, 8 }));
            Assert.That(() => net.GetTrainSummary("loss"), Throws.InstanceOf<KeyNotFoundException>().With.Message.Contains("Throughput"));
            Assert.That(Summary.EventFile.Scalars(Summary.EventFile.In(folder, "app", "train"))["Loss"].Count(), Is.EqualTo(8));
            Assert.That(Directory.GetFiles(Path.Combine(folder, "all")).Select(Path.GetFileName).Order(), Is.EqualTo(new[] { "model.3.keras", "model.6.keras" }));
            var saved = Model.Load(Path.Combine(folder, "all", "model.6.keras"));
            Assert.That(saved.Optimizer!.Iterations.Value.ToNumber(), Is.EqualTo(6));

            float Change(Action<Model> set)
            {
                var one = Net();
                set(one);
                var before = one.Weights[0].Value.ToArray<float>();
                one.TrainOnBatch(X, TrainerTests.Noise([12, 1], 9));
                return one.Weights[0].Value.ToArray<float>().Zip(before, (a, b) => (a - b) * (a - b)).Sum() + one.Weights[1].Value.ToArray<float>().Sum(b => b * b);
            }
            var whole = Change(_ => { });
            Assert.That(Math.Sqrt(Change(m => m.SetGradientClippingByL2Norm(0.01))), Is.EqualTo(0.1 * 0.01).Within(1e-6), "the norm of all gradients, times the rate");
            Assert.That(Change(m => m.SetConstantGradientClipping(-1e-3, 2e-3)), Is.LessThanOrEqualTo(5 * 0.1 * 0.1 * 2e-3 * 2e-3).And.GreaterThan(0));
            Assert.That(Change(m =>
            {
                m.SetGradientClippingByL2Norm(0.01);
                m.ClearGradientClipping();
            }), Is.EqualTo(whole));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
