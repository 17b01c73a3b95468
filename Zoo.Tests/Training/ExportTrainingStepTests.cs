using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Keras;
using Zoo.Tests.Engine.TensorFlow;
using Zoo.Tests.Graph;

namespace Zoo.Tests.Training;

/// <summary>A model's training step as a file.</summary>
[Category("Engines")]
sealed class ExportTrainingStepTests
{
    static readonly string Folder = TestContext.CurrentContext.WorkDirectory;

    static Sequential LeNet(ulong seed)
    {
        Sequential model = new()
        {
            Seed = seed,
        };
        model.Add(new Conv2D(8, 5, "relu") { InputShape = [28, 28, 1] });
        model.Add(new MaxPooling2D(2));
        model.Add(new Flatten());
        model.Add(new Dense(10, "softmax"));
        model.Compile(new Adam(0.002), "sparse_categorical_crossentropy");
        return model;
    }

    static double Step(Model model, int i)
    {
        var batch = SampleStep.Batch(i);
        return model.Fit(batch["x"], batch["y"], batchSize: 32, shuffle: false, verbose: 0)["loss"][0];
    }

    [TestCase("step.pb")]
    [TestCase("step.pbtxt")]
    public void Another_model_goes_on_from_the_file(string name)
    {
        var path = Path.Combine(Folder, name);
        var (first, undisturbed) = (LeNet(1), LeNet(1));
        for (var i = 0; i < 5; i++) Assert.That(Step(first, i), Is.EqualTo(Step(undisturbed, i)));
        first.ExportTrainingStep(path);
        var second = LeNet(2);
        second.ImportTrainingStep(path);
        for (var i = 5; i < 10; i++) Assert.That(Step(second, i), Is.EqualTo(Step(undisturbed, i)).Within(1e-6), $"step {i}");
    }

    [Test]
    public void TensorFlow_alone_goes_on_from_the_file()
    {
        TensorFlowLibrary.Require();
        var path = Path.Combine(Folder, "alone.pb");
        var model = LeNet(1);
        for (var i = 0; i < 5; i++) Step(model, i);
        model.ExportTrainingStep(path);
        using var graph = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
        graph.Import(File.ReadAllBytes(path));
        graph.Run([], [], "init");
        using var step = TrainingStep.Load(path);
        var input = step.Feeds[0];
        Assert.That(step.Feeds, Is.EqualTo(new[] { input, "y", "lr" }));
        for (var i = 5; i < 25; i++)
        {
            var batch = SampleStep.Batch(i);
            var expected = Step(model, i);
            Assert.That(graph.Run([(input, batch["x"]), ("y", batch["y"]), ("lr", NDArray.Scalar(0.002))], ["loss"], "train")[0].ToNumber(), Is.EqualTo(expected).Within(1e-4), $"step {i}");
            Assert.That(step.Run(new Dictionary<string, NDArray> { [input] = batch["x"], ["y"] = batch["y"] })["loss"].ToNumber(), Is.EqualTo(expected).Within(1e-6), $"step {i}");
        }
        Assert.That(() => step.Run(new Dictionary<string, NDArray> { [input] = SampleStep.Batch(0)["x"] }), Throws.ArgumentException.With.Message.Contains($"Expected {input}, y, lr"));
    }

    [Test]
    public void The_step_of_another_model_changes_nothing()
    {
        var path = Path.Combine(Folder, "other.pb");
        LeNet(1).ExportTrainingStep(path);
        Sequential other = [new Flatten() { InputShape = [28, 28, 1] }, new Dense(10, "softmax")];
        other.Compile(new Adam(0.002), "sparse_categorical_crossentropy");
        var before = other.Weights.Select(w => w.Value.Bytes.ToArray()).ToArray();
        Assert.That(() => other.ImportTrainingStep(path), Throws.TypeOf<GraphException>().With.Message.Contains("is the step of another model").And.Message.Contains("dense/kernel"));
        Assert.That(other.Weights.Select(w => w.Value.Bytes.ToArray()), Is.EqualTo(before));
        Sequential uncompiled = [new Dense(1) { InputShape = [1] }];
        Assert.That(() => uncompiled.ExportTrainingStep(path), Throws.InvalidOperationException.With.Message.Contains("Compile"));
    }
}
