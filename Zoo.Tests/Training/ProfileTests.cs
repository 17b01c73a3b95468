using System.Text.Json;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Training;

/// <summary>Model.Profile: what it tells, and that it leaves the model as it was.</summary>
public class ProfileTests
{
    static (Sequential Model, NDArray X, NDArray Y) Net(string engine = "embedded")
    {
        Sequential model = [new Conv2D(8, 3, activation: "relu") { InputShape = [12, 12, 3] }, new MaxPooling2D(), new Flatten(), new Dense(5, "softmax")];
        model.Compile("adam", "sparse_categorical_crossentropy", engine: engine);
        var random = new Random(1);
        return (model, NDArray.From([.. Enumerable.Range(0, 16 * 432).Select(_ => random.NextSingle())], [16, 12, 12, 3]), NDArray.From([.. Enumerable.Range(0, 16).Select(i => i % 5)], [16]));
    }

    [Test]
    public void ATrainingStepIsToldNodeByNodeAndChangesNothing()
    {
        var (model, x, y) = Net();
        model.Fit(x, y, batchSize: 16, verbose: 0);
        var (weights, iterations) = (Weights(), model.Optimizer!.Iterations.Value.ToNumber());
        var profile = model.Profile(x, y, steps: 4);
        Assert.That(Weights(), Is.EqualTo(weights));
        Assert.That(model.Optimizer.Iterations.Value.ToNumber(), Is.EqualTo(iterations));

        Assert.That(profile.Entries.Sum(e => e.Best.TotalMilliseconds), Is.GreaterThan(0).And.LessThan(20 * profile.Time.TotalMilliseconds));
        var products = profile.Entries.Where(e => e.Op == "MatMul").Select(e => e.Operations).ToArray();
        Assert.That(products, Is.EqualTo(new double[] { 1, 1, 1 }.Select(_ => 2.0 * 16 * 200 * 5)), "forward, for the input, for the weights");
        Assert.That(profile.Entries.Where(e => e.Op.StartsWith("_Conv2D", StringComparison.Ordinal)).Select(e => e.Operations), Is.All.EqualTo(2.0 * 16 * 10 * 10 * 8 * 27), "no gradient for the picture");
        Assert.That(profile.Entries.Count(e => e.Op == "update"), Is.GreaterThan(0));
        Assert.That(profile.ToString(), Does.Contain("GFLOP/s").And.Contain("MatMul").And.Contain("by op:"));

        byte[][] Weights() => [.. model.Weights.Select(w => w.Value.Bytes.ToArray())];
    }

    [Test]
    public void PredictIsProfiledWithoutLabelsAndWrittenAsATrace()
    {
        var (model, x, _) = Net();
        var profile = model.Profile(x, steps: 2);
        Assert.That(profile.Entries.Select(e => e.Op), Has.Some.EqualTo("MatMul").And.None.EqualTo("update"));
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid()}.json");
        try
        {
            profile.SaveTrace(path);
            using var trace = JsonDocument.Parse(File.ReadAllText(path));
            var events = trace.RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
            Assert.That(events, Has.Length.EqualTo(profile.Entries.Count));
            Assert.That(events.Select(e => e.GetProperty("ts").GetDouble()), Is.Ordered);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void OtherEnginesSayThatTheyAreNotProfiled()
    {
        Zoo.Tests.Engine.TensorFlow.TensorFlowLibrary.Require();
        var (model, x, y) = Net("tensorflow");
        Assert.That(() => model.Profile(x, y), Throws.InvalidOperationException.With.Message.StartsWith("Profile: ").And.Message.Contains("embedded"));
    }
}
