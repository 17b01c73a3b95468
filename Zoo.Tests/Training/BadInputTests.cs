using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Training;

/// <summary>What goes wrong is said clearly, and the model stays as the last whole step left it.</summary>
[TestFixture("embedded")]
[TestFixture("tensorflow")]
[Category("Engines")]
public class BadInputTests(string engine)
{
    static readonly NDArray X = TrainerTests.Noise([24, 4], 1), Y = NDArray.From(Enumerable.Range(0, 24).Select(i => (long)(i % 3)).ToArray(), [24]);

    [OneTimeSetUp]
    public void Find()
    {
        if (engine == "tensorflow") Engine.TensorFlow.TensorFlowLibrary.Require();
    }

    Sequential Net(int epochs = 1)
    {
        Sequential net = [new Dense(8, "tanh") { InputShape = [4] }, new Dense(3, "softmax")];
        net.Compile(new Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"], engine: engine);
        net.Fit(X, Y, epochs: epochs, batchSize: 6, verbose: 0);
        return net;
    }

    static byte[][] State(Model net) => [.. net.Weights.Concat(net.Optimizer!.Variables).Select(w => w.Value.Bytes.ToArray())];

    /// <summary>The action fails so, nothing has changed, and training goes on.</summary>
    static void Unharmed(Model net, Action action, NUnit.Framework.Constraints.IResolveConstraint how)
    {
        var before = State(net);
        Assert.That(action, how);
        Assert.That(State(net), Is.EqualTo(before));
        Assert.That(net.Fit(X, Y, verbose: 0)["loss"][0], Is.Not.NaN);
    }

    [Test]
    public void WrongShapes()
    {
        var net = Net();
        Unharmed(net, () => net.Fit(TrainerTests.Noise([24, 5], 2), Y, verbose: 0), Throws.TypeOf<ShapeException>().With.Message.Contains("[24, 5]").And.Message.Contains("Expected [?, 4]"));
        Unharmed(net, () => net.Fit(X, Y.Rows(0, 20), verbose: 0), Throws.TypeOf<ShapeException>().With.Message.Contains("the shape of the labels of 'dense_1' is [20]").And.Message.Contains("24 samples"));
        Unharmed(net, () => net.Fit(X, TrainerTests.Noise([24, 7], 2), verbose: 0), Throws.TypeOf<ShapeException>().With.Message.Contains("sparse_categorical_crossentropy").And.Message.Contains("dense_1"));
        Unharmed(net, () => net.Fit(X.Rows(0, 0), Y.Rows(0, 0), verbose: 0), Throws.TypeOf<ShapeException>().With.Message.Contains("at least one"));
        Unharmed(net, () => net.Fit(X, Y, sampleWeight: NDArray.Zeros([3]), verbose: 0), Throws.TypeOf<ShapeException>().With.Message.Contains("sample weights"));
        Unharmed(net, () => net.Fit(X, Y, batchSize: 0, verbose: 0), Throws.ArgumentException.With.Message.Contains("batchSize"));
        Sequential regression = [new Dense(5) { InputShape = [4] }];
        regression.Compile(new SGD(), "mse", engine: engine);
        Assert.That(() => regression.Fit(X, TrainerTests.Noise([24], 2), verbose: 0), Throws.TypeOf<ShapeException>().With.Message.Contains("mean_squared_error").And.Message.Contains("[?, 5]"));
    }

    [Test]
    public void WrongTypes()
    {
        var net = Net();
        var words = NDArray.From(Enumerable.Repeat("a", 96).ToArray(), [24, 4]);
        Unharmed(net, () => net.Fit(words, Y, verbose: 0), Throws.ArgumentException.With.Message.Contains("string").And.Message.Contains("Expected float32"));
        Unharmed(net, () => net.Fit(X, words, verbose: 0), Throws.ArgumentException.With.Message.Contains("labels"));
        Unharmed(net, () => net.Fit(X, null, verbose: 0), Throws.ArgumentException.With.Message.Contains("no labels"));
        Unharmed(net, () => net.Fit(new[] { "no batch" }, verbose: 0), Throws.ArgumentException.With.Message.Contains("a batch holds String"));
        Unharmed(net, () => net.Fit(Array.Empty<(NDArray, NDArray)>(), verbose: 0), Throws.ArgumentException.With.Message.Contains("gave no batch"));
    }

    [Test]
    public void LabelsOutOfRange([Values(-1, 3)] int label)
    {
        var net = Net();
        var wrong = Y.Clone();
        wrong.AsSpan<long>()[2] = label;
        Unharmed(net, () => net.TrainOnBatch(X, wrong), Throws.TypeOf<EngineException>().With.Message.Contains($"{label}"));
        Unharmed(net, () => net.Fit(X, wrong, batchSize: 24, verbose: 0), Throws.TypeOf<EngineException>());
    }

    [Test]
    public void ALossThatIsNoNumber()
    {
        var net = Net();
        var poisoned = X.Clone();
        poisoned.AsSpan<float>()[3] = float.NaN;
        Unharmed(net, () => net.Fit(poisoned, Y, batchSize: 24, verbose: 0, callbacks: [new TerminateOnNaN(raiseError: true)]), Throws.InvalidOperationException.With.Message.Contains("epoch 0, batch 0 is NaN"));
        var before = State(net);
        Assert.That(net.Fit(poisoned, Y, batchSize: 24, epochs: 5, verbose: 0, callbacks: [new TerminateOnNaN()]).Epochs, Is.EqualTo(new[] { 0 }));
        Assert.That(State(net), Is.EqualTo(before));
    }

    [Test]
    public void ACallbackThatThrows()
    {
        var (net, twin) = (Net(), Net());
        Assert.That(() => net.Fit(X, Y, batchSize: 6, shuffle: false, verbose: 0, callbacks: [new At(2, () => throw new InvalidDataException("mine"))]), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("mine"));
        twin.Fit(X.Rows(0, 18), Y.Rows(0, 18), batchSize: 6, shuffle: false, verbose: 0);
        Assert.That(State(net), Is.EqualTo(State(twin)), "the steps before it count");
        Assert.That(net.Fit(X, Y, verbose: 0)["loss"], Has.Count.EqualTo(1));
    }

    [Test]
    public void CancellationInMidEpoch()
    {
        var (net, twin) = (Net(), Net());
        using var cancel = new CancellationTokenSource();
        Assert.That(() => net.Fit(X, Y, batchSize: 6, shuffle: false, verbose: 0, callbacks: [new At(1, cancel.Cancel)], cancellationToken: cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        twin.Fit(X.Rows(0, 12), Y.Rows(0, 12), batchSize: 6, shuffle: false, verbose: 0);
        Assert.That(State(net), Is.EqualTo(State(twin)));
        Assert.That(async () => await net.FitAsync(X, Y, verbose: 0, cancellationToken: cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(net.Fit(X, Y, verbose: 0)["loss"], Has.Count.EqualTo(1));
    }

    [Test]
    public void PredictFromFourThreadsDuringFit()
    {
        var net = Net();
        var classes = Enumerable.Range(0, 24).Select(i => (long)(i % 3)).ToArray();
        var training = Task.Factory.StartNew(() => net.Fit(X, Y, batchSize: 6, epochs: 60, verbose: 0), TaskCreationOptions.LongRunning);
        var wrong = 0;
        var threads = Enumerable.Range(0, 4).Select(t => Task.Factory.StartNew(() =>
        {
            do
            {
                var p = net.Predict(X, batchSize: 5 + t);
                for (var i = 0; i < 24; i++)
                    if (Math.Abs(p.Number(i * 3) + p.Number(i * 3 + 1) + p.Number(i * 3 + 2) - 1) > 1e-5) Interlocked.Increment(ref wrong);
            }
            while (!training.IsCompleted);
        }, TaskCreationOptions.LongRunning)).ToArray();
        Task.WaitAll([training, .. threads]);
        Assert.That(wrong, Is.Zero);
        Assert.That(training.Result["loss"], Has.Count.EqualTo(60));
    }

    [Test]
    public void TwoFitsAtOnceAreAnError()
    {
        var net = Net();
        using var begun = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        var training = net.FitAsync(X, Y, verbose: 0, callbacks: [new At(0, () =>
        {
            begun.Set();
            end.Wait();
        })]);
        begun.Wait();
        Assert.That(() => net.Fit(X, Y, verbose: 0), Throws.InvalidOperationException.With.Message.Contains("another thread"));
        Assert.That(net.Predict(X).Shape[0], Is.EqualTo(24));
        end.Set();
        Assert.That(training.Result["loss"], Has.Count.EqualTo(1));
    }

    /// <summary>Does something after a batch.</summary>
    sealed class At(int wanted, Action action) : Callback
    {
        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            if (batch == wanted) action();
        }
    }
}
