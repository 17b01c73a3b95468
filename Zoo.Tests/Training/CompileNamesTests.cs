using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Training;

/// <summary>What Compile takes by name, and Zoo's methods of a model.</summary>
public class CompileNamesTests
{
    static readonly NDArray X = TrainerTests.Noise([12, 4], 1);

    static Model Net(int units, string activation = "softmax") => new Sequential { new Dense(units, activation) { InputShape = [4] } };

    static double Loss(int units, NDArray y, OutputLosses loss, string activation = "softmax")
    {
        var net = Net(units, activation);
        net.Compile("sgd", loss);
        return net.Evaluate(X, y)["loss"];
    }

    [Test]
    public void CrossentropyFollowsFromTheShapes([Values("crossentropy", "ce")] string name)
    {
        var classes = NDArray.From(Enumerable.Range(0, 12).Select(i => (long)i % 3).ToArray());
        var oneHot = NDArray.From(Enumerable.Range(0, 36).Select(i => i / 3 % 3 == i % 3 ? 1f : 0f).ToArray()).Reshape([12, 3]);
        var truth = NDArray.From(Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? 1f : 0f).ToArray());
        Assert.That(Loss(3, classes, name), Is.EqualTo(Loss(3, classes, "sparse_categorical_crossentropy")));
        Assert.That(Loss(3, classes.Reshape([12, 1]), name), Is.EqualTo(Loss(3, classes, "sparse_categorical_crossentropy")));
        Assert.That(Loss(3, oneHot, name), Is.EqualTo(Loss(3, oneHot, "categorical_crossentropy")));
        Assert.That(Loss(1, truth, name, "sigmoid"), Is.EqualTo(Loss(1, truth, "binary_crossentropy", "sigmoid")));
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var net = Net(3);
            net.Compile("sgd", name);
            var before = net.TrainOnBatch(X, classes)["loss"];
            net.Save(Path.Combine(folder, "net.keras"));
            Assert.That(Model.Load(Path.Combine(folder, "net.keras")).Evaluate(X, classes)["loss"], Is.LessThan(before));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Test]
    public void FilesNameFunctions()
    {
        static object Function(string name) => new Dictionary<string, object?> { ["module"] = "builtins", ["class_name"] = "function", ["config"] = name, ["registered_name"] = "function" };
        var y = TrainerTests.Noise([12, 3], 2);
        var loss = (OutputLosses)new KerasReader().Value(Function("mean_squared_error"), typeof(OutputLosses), "loss")!;
        var metrics = (OutputMetrics)new KerasReader().Value(new List<object?> { Function("mean_absolute_error"), "mse" }, typeof(OutputMetrics), "metrics")!;
        var net = Net(3);
        net.Compile("sgd", loss, metrics);
        var logs = net.Evaluate(X, y);
        Assert.That(logs.Keys, Is.EqualTo(new[] { "loss", "mean_absolute_error", "mse" }));
        Assert.That(logs["loss"], Is.EqualTo(logs["mse"]).Within(1e-6));
    }

    [Test]
    public void MetricsOfOneNameAreToldApartAsKerasDoes()
    {
        var input = K.Input([4]);
        Model net = new(input, [input >> new Dense(1) { Name = "a" }, input >> new Dense(1) { Name = "b" }]);
        net.Compile("sgd", "mse", new() { ["a"] = ["mae", "mae"], ["b"] = ["mae"] }, weightedMetrics: new() { ["a"] = ["mae"], ["b"] = ["mae", "mae"] });
        var y = TrainerTests.Noise([12, 1], 2);
        Assert.That(net.Evaluate(X, new NDArray[] { y, y }).Keys, Is.EqualTo(new[] { "loss", "a_loss", "b_loss", "a_mae", "a_mae_1", "b_mae", "a_weighted_mae", "b_weighted_mae", "b_weighted_mae_1" }));
    }

    [Test]
    public void ZoosMethods()
    {
        Sequential inner = [new Dense(5, "tanh") { InputShape = [4] }, new Dense(3, "softmax")];
        var model = inner.ToModel();
        var scores = inner.Predict(X);
        Assert.That(model.Forward(X).ToArray<float>(), Is.EqualTo(scores.ToArray<float>()));
        var classes = inner.PredictClasses(X);
        Assert.That(classes.Shape, Is.EqualTo(Shape.Create([12])));
        for (var i = 0; i < 12; i++) Assert.That(Enumerable.Range(0, 3).MaxBy(k => scores.Number(i * 3 + k)), Is.EqualTo(classes.Number(i)));
        Assert.That(inner.PredictClasses(X, zeroBasedLabel: false).ToArray<long>(), Is.EqualTo(classes.ToArray<long>().Select(c => c + 1)));
        var single = Net(1, "sigmoid");
        Assert.That(single.PredictClasses(X).ToArray<long>(), Is.EqualTo(single.Predict(X).ToArray<float>().Select(p => p > 0.5f ? 1L : 0L)));
        Sequential outer = [inner, new Dense(2)];
        Assert.That(outer.FlattenedLayers(), Is.EqualTo(inner.Layers.Append(outer.Layers[1])));
        Assert.That(outer.FlattenedLayers(includeContainer: true), Is.EqualTo(inner.Layers.Prepend(inner).Append(outer.Layers[1])));
        Assert.That(outer.IsBuilt, Is.True);
        Assert.That(() => new Sequential { new Dense(2) }.ToModel(), Throws.InvalidOperationException.With.Message.Contains("InputShape"));
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            model.SaveGraphTopology(folder);
            Assert.That(new FileInfo(Directory.GetFiles(folder).Single()).Length, Is.GreaterThan(300));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
