using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Goldens;
using static Zoo.Keras.K;

namespace Zoo.Tests.Saving;

/// <summary>Files of whole models have the tree of Keras' own: after loading, from constructors, and where one property is another.</summary>
public class ModelFileTests : InFolder
{
    const string Models = "goldens/models/models.zip";
    Model Load(byte[] file)
    {
        File.WriteAllBytes(At("golden.keras"), file);
        return Model.Load(At("golden.keras"));
    }

    byte[] Saved(Model model)
    {
        model.Save(At("ours.keras"));
        return File.ReadAllBytes(At("ours.keras"));
    }

    static Model Mlp() => new Sequential
    {
        Input([8], "x"),
        new Dense(12, "relu") { Name = "h1", KernelRegularizer = new L2(0.001) },
        new Dense(10, "tanh") { Name = "h2" },
        new Dense(3, "softmax") { Name = "probs" },
    }.Named("mlp");

    static Model LeNet(double momentum = 0.9) => new Sequential
    {
        Input([12, 12, 1], "x"),
        new Conv2D(4, 3) { Padding = "same", UseBias = false },
        new BatchNormalization(momentum: momentum),
        new ReLU(),
        new MaxPooling2D(),
        new Conv2D(6, 3, "relu"),
        new BatchNormalization(momentum: 0.8),
        new AveragePooling2D(),
        new Flatten(),
        new Dense(10, "relu"),
        new Dense(4),
    }.Named("lenet");

    static Model Siamese()
    {
        var tower = new Sequential { Input([6]), new Dense(8, "relu") { Name = "s1" }, new Dense(4) { Name = "s2" } }.Named("tower");
        var (a, b) = (Input([6], "a"), Input([6], "b"));
        var (f, g) = (a >> tower, b >> tower);
        var difference = new Subtract().Apply(f, g);
        var aux = new Concatenate().Apply(f, difference) >> new Dense(2) { Name = "aux" };
        var same = new Dot(1, normalize: true) { Name = "cos" }.Apply(f, g) >> new Dense(1, "sigmoid") { Name = "same" };
        return new Model(new Dictionary<string, Variable> { ["a"] = a, ["b"] = b }, new Dictionary<string, Variable> { ["same"] = same, ["aux"] = aux }).Named("siamese");
    }

    static Model Build(string name) => name switch { "mlp" => Mlp(), "lenet" => LeNet(), _ => Siamese() };

    [Test]
    public void A_loaded_model_is_saved_as_Keras_saved_it([Values("mlp", "lenet", "siamese")] string name)
    {
        var golden = Shared.Entry(Models, $"{name}/initial.keras");
        Assert.That(FileTree.Differences(golden, Saved(Load(golden))), Is.Empty);
    }

    [Test]
    public void A_model_from_constructors_has_the_tree_of_Keras([Values("mlp", "lenet", "siamese")] string name) =>
        Assert.That(FileTree.Differences(Shared.Entry(Models, $"{name}/initial.keras"), Saved(Build(name)), weights: false), Is.Empty);

    [Test]
    public void A_changed_property_changes_that_key_and_nothing_else()
    {
        var golden = Shared.Entry(Models, "lenet/initial.keras");
        Assert.That(FileTree.Differences(golden, Saved(LeNet(momentum: 0.75)), weights: false), Is.EqualTo(new[] { "config.config.layers[2].config.momentum: Keras 0.9, ours 0.75" }));
        var loaded = Load(golden);
        loaded.GetLayer("dense_1").Trainable = false;
        loaded.GetLayer("flatten").Name = "flat";
        Assert.That(FileTree.Differences(golden, Saved(loaded)), Is.EquivalentTo(new[]
        {
            "config.config.layers[10].config.trainable: Keras true, ours false",
            "config.config.layers[8].config.name: Keras \"flatten\", ours \"flat\"",
            "weights/layers/flatten/vars: Keras group name=flatten, ours group name=flat",
        }));
    }

    [Test]
    public void Weights_keep_every_bit([Values("mlp", "lenet", "siamese")] string name)
    {
        var first = Load(Shared.Entry(Models, $"{name}/initial.keras"));
        first.SaveWeights(At("w.weights.h5"));
        var other = Build(name);
        other.LoadWeights(At("w.weights.h5"));
        var third = Build(name);
        third.LoadWeights(At("golden.keras"));
        foreach (var model in (Model[])[other, third])
            Assert.That(model.Weights.Select(w => (w.Path, Convert.ToHexString(w.Value.Bytes))), Is.EqualTo(first.Weights.Select(w => (w.Path, Convert.ToHexString(w.Value.Bytes)))));
    }

    [Test]
    public void A_configuration_without_weights_makes_a_model_of_its_own()
    {
        var model = Siamese();
        var again = Model.FromJson(model.ToJson());
        Assert.That(again.ToJson(), Is.EqualTo(model.ToJson()));
        Assert.That(again.Weights, Has.Count.EqualTo(model.Weights.Count));
        Assert.That(again.Weights, Has.None.Matches<Parameter>(w => model.Weights.Contains(w)));
    }
}
