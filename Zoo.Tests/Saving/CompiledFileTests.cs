using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Saving;

/// <summary>Compiled models: loss, metrics, optimizer and its memory come and go; training goes on where it was.</summary>
public class CompiledFileTests : InFolder
{
    const string Models = "goldens/models/models.zip";
    [Test]
    public void A_trained_model_is_saved_as_Keras_saved_it([Values("mlp", "lenet", "siamese")] string name)
    {
        var golden = Shared.Entry(Models, $"{name}/trained.keras");
        File.WriteAllBytes(At("golden.keras"), golden);
        var model = Model.Load(At("golden.keras"));
        model.Save(At("ours.keras"));
        Assert.That(FileTree.Differences(golden, File.ReadAllBytes(At("ours.keras"))), Is.Empty);
        Assert.That(model.Optimizer!.Variables[0].Value.ToNumber(), Is.GreaterThan(0), "steps made");
        Model.Load(At("golden.keras"), compile: false).Save(At("plain.keras"));
        Assert.That(FileTree.Differences(golden, File.ReadAllBytes(At("plain.keras"))), Is.Not.Empty.And.All.Matches<string>(d => d.StartsWith("config.compile_config", StringComparison.Ordinal) || d.StartsWith("weights/optimizer", StringComparison.Ordinal)));
        Assert.That(Model.Load(At("plain.keras")).Optimizer, Is.Null);
    }

    [Test]
    public void A_weights_file_has_the_tree_of_Keras([Values("mlp", "lenet", "siamese")] string name)
    {
        File.WriteAllBytes(At("golden.keras"), Shared.Entry(Models, $"{name}/trained.keras"));
        var model = Model.Load(At("golden.keras"));
        model.SaveWeights(At("w.weights.h5"));
        Dictionary<string, string> Lines(byte[] file)
        {
            var lines = new Dictionary<string, string>();
            FileTree.Flatten(Zoo.Keras.Saving.H5Reader.Read(Zoo.Keras.Saving.H5Source.Of(file), "weights"), "", lines, weights: true);
            return lines;
        }
        Assert.That(FileTree.Differences(Lines(Shared.Entry(Models, $"{name}/trained.weights.h5")), Lines(File.ReadAllBytes(At("w.weights.h5")))), Is.Empty);
    }

    static Sequential Net() => [new Dense(6, "relu") { InputShape = [4] }, new Dropout(0.2), new Dense(3)];

    static (NDArray X, NDArray Y) Data()
    {
        var (x, y) = (NDArray.Zeros([30, 4]), NDArray.Zeros([30], DType.Int64));
        for (var i = 0; i < x.Count; i++) x.SetNumber(i, Math.Sin(i * 1.7));
        for (var i = 0; i < y.Count; i++) y.SetNumber(i, i % 3);
        return (x, y);
    }

    /// <summary>Every class of optimizer that needs no argument, found by reflection; and options with a memory of their own.</summary>
    static IEnumerable<TestCaseData> Optimizers() =>
    [
        .. from type in typeof(Optimizer).Assembly.GetTypes()
           where type.IsSubclassOf(typeof(Optimizer)) && !type.IsAbstract
           from constructor in type.GetConstructors()
           where constructor.GetParameters().All(p => p.HasDefaultValue)
           orderby type.Name
           select Case(type.Name, () => (Optimizer)constructor.Invoke([.. constructor.GetParameters().Select(p => p.DefaultValue)])),
        Case("SGD with momentum", () => new SGD(0.05) { Momentum = 0.9 }),
        Case("Adam with averages and accumulation", () => new Adam(0.01) { UseEma = true, GradientAccumulationSteps = 2 }),
        Case("SGD with a schedule", () => new SGD(new ExponentialDecay(0.1, 5, 0.5))),
    ];

    static TestCaseData Case(string name, Func<Optimizer> optimizer) => new TestCaseData(optimizer).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Optimizers))]
    public void Training_goes_on_as_if_it_had_not_been_saved(Func<Optimizer> optimizer)
    {
        var (x, y) = Data();
        Model first = Net();
        first.Compile(optimizer(), new SparseCategoricalCrossentropy { FromLogits = true }, ["accuracy"]);
        first.Fit(x, y, batchSize: 8, epochs: 2, shuffle: false, verbose: 0);
        first.Save(At("m.keras"));
        first.SaveWeights(At("m.weights.h5"));
        var second = Model.Load(At("m.keras"));
        Model third = Net();
        third.Compile(optimizer(), new SparseCategoricalCrossentropy { FromLogits = true }, ["accuracy"]);
        third.LoadWeights(At("m.weights.h5"));
        var losses = first.Fit(x, y, batchSize: 8, epochs: 3, shuffle: false, verbose: 0)["loss"];
        foreach (var other in (Model[])[second, third])
        {
            Assert.That(other.Fit(x, y, batchSize: 8, epochs: 3, shuffle: false, verbose: 0)["loss"], Is.EqualTo(losses));
            Assert.That(other.Weights.Select(w => Convert.ToHexString(w.Value.Bytes)), Is.EqualTo(first.Weights.Select(w => Convert.ToHexString(w.Value.Bytes))));
        }
    }

    [Test]
    public void Weights_of_another_optimizer_are_read_without_its_memory()
    {
        var (x, y) = Data();
        Model first = Net();
        first.Compile(new Adam(0.01), new SparseCategoricalCrossentropy { FromLogits = true });
        first.Fit(x, y, epochs: 1, verbose: 0);
        first.SaveWeights(At("m.weights.h5"));
        Model other = Net();
        other.Compile(new SGD(0.05), "mse");
        other.LoadWeights(At("m.weights.h5"));
        Assert.That(other.Weights[0].Value.ToArray<float>(), Is.EqualTo(first.Weights[0].Value.ToArray<float>()));
        Assert.That(other.Optimizer!.Variables[0].Value.ToNumber(), Is.Zero);
    }

    [Test]
    public void A_frozen_part_has_no_memory_in_the_file()
    {
        var (x, y) = Data();
        Model first = Net();
        first.Compile(new Adam(0.01), new SparseCategoricalCrossentropy { FromLogits = true });
        first.Fit(x, y, epochs: 1, verbose: 0);
        first.Layers[0].Trainable = false;
        first.Save(At("m.keras"));
        var second = Model.Load(At("m.keras"));
        Assert.That(second.Optimizer!.Variables, Has.Count.EqualTo(2 + 4));
        var losses = first.Fit(x, y, epochs: 2, shuffle: false, verbose: 0)["loss"];
        Assert.That(second.Fit(x, y, epochs: 2, shuffle: false, verbose: 0)["loss"], Is.EqualTo(losses));
    }

    [Test]
    public void A_formula_as_loss_cannot_be_saved_and_the_file_stays()
    {
        Model model = Net();
        model.Save(At("m.keras"));
        var before = File.ReadAllBytes(At("m.keras"));
        model.Compile("adam", (y, p) => p - p);
        Assert.That(() => model.Save(At("m.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("C# function").And.Message.Contains("Expected"));
        Assert.That(File.ReadAllBytes(At("m.keras")), Is.EqualTo(before));
    }
}
