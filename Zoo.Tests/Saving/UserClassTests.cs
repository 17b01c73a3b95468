using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Saving;

/// <summary>Classes of users: layers with layers within, subclassed models, Lambdas.</summary>
public class UserClassTests : InFolder
{
    [KerasObject(Package = "tests")]
    public sealed class Gate(int units) : Layer
    {
        readonly Dense openGate = new(units, "sigmoid");
        readonly List<Layer> parts = [new Dense(units), new Dense(units, "tanh")];
        Parameter scale = null!;

        public int Units { get; } = units;

        protected override void Build(Shape input) => scale = Weight("scale", [Units], Initializer.Ones);

        protected override Variable Call(Variable x) => (x >> openGate) * (x >> parts[0] >> parts[1]) * scale;
    }

    [KerasObject(Package = "tests")]
    public sealed class Twins(int units) : Model
    {
        readonly Dense first = new(units, "tanh"), second = new(2);

        public int Units { get; } = units;

        protected override Outputs Call(Inputs x, CallContext c) => x[0] >> first >> second;
    }

    public sealed class Unmarked(int units) : Layer
    {
        public int Units { get; } = units;

        protected override Variable Call(Variable x) => x * Units;
    }

    static NDArray Data() => NDArray.From([.. Enumerable.Range(0, 6).Select(i => 0.1f * i)], [2, 3]);

    [Test]
    public void A_layer_of_layers_keeps_its_weights()
    {
        KerasRegistry.Register<Gate>();
        var x = Input([3]);
        Model model = new(x, x >> new Gate(4));
        model.Save(At("m.keras"));
        var again = Model.Load(At("m.keras"));
        Assert.That(Convert.ToHexString(again.Predict(Data()).Bytes), Is.EqualTo(Convert.ToHexString(model.Predict(Data()).Bytes)));
        using var archive = KerasArchive.Open(At("m.keras"));
        var root = archive.Weights();
        foreach (var path in (string[])["layers/gate/vars/0", "layers/gate/open_gate/vars/1", "layers/gate/parts/dense/vars/0", "layers/gate/parts/dense_1/vars/1"])
            Assert.That(root.Find(path), Is.TypeOf<H5Dataset>(), path);
        Assert.That(model.ToJson(), Does.Contain("\"registered_name\": \"tests>Gate\"").And.Contain("\"build_config\": {\"input_shape\": [null, 3]}"));
    }

    [Test]
    public void A_subclassed_model_comes_back_with_its_weights_and_training()
    {
        KerasRegistry.Register<Twins>();
        var model = new Twins(5);
        model.Compile("adam", "mse");
        model.Fit(Data(), NDArray.Zeros([2, 2]), verbose: 0);
        model.Save(At("m.keras"));
        var again = Model.Load(At("m.keras"));
        Assert.That(again, Is.TypeOf<Twins>());
        Assert.That(Convert.ToHexString(again.Predict(Data()).Bytes), Is.EqualTo(Convert.ToHexString(model.Predict(Data()).Bytes)));
        Assert.That(again.Fit(Data(), NDArray.Zeros([2, 2]), verbose: 0)["loss"], Is.EqualTo(model.Fit(Data(), NDArray.Zeros([2, 2]), verbose: 0)["loss"]));
    }

    [Test]
    public void A_class_without_attribute_refuses_with_the_fix()
    {
        var x = Input([3]);
        Assert.That(() => new Model(x, x >> new Unmarked(2)).Save(At("m.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("[KerasObject]").And.Message.Contains("KerasRegistry.Register<Unmarked>()"));
        Assert.That(File.Exists(At("m.keras")), Is.False);
    }

    [Test]
    public void A_lambda_needs_a_name()
    {
        Model without = new Sequential { Input([3]), new Lambda(v => A.Abs(v) + 1) };
        Assert.That(() => without.Save(At("m.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("LambdaFunction.Register"));
        Model with = new Sequential { Input([3]), new Lambda(LambdaFunction.Register("tests_plus_one", v => A.Abs(v) + 1)) };
        with.Save(At("m.keras"));
        Assert.That(Model.Load(At("m.keras")).Predict(Data()).ToArray<float>(), Is.EqualTo(with.Predict(Data()).ToArray<float>()));
    }

    [Test]
    public void Formulas_as_loss_and_metric_need_names()
    {
        var model = new Sequential { Input([3]), new Dense(2) };
        model.Compile("adam", (t, p) => A.Mean(A.Square(t - p), -1));
        Assert.That(() => model.Save(At("m.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("LossFunction.Register"));
        model.Compile("adam", LossFunction.Register("tests_near", (t, p) => A.Mean(A.Abs(t - p) * 3, -1)), [MetricFunction.Register("tests_far", (t, p) => A.Max(t - p, -1))]);
        var before = model.Evaluate(Data(), NDArray.Zeros([2, 2]), verbose: 0);
        model.Save(At("m.keras"));
        var after = Model.Load(At("m.keras")).Evaluate(Data(), NDArray.Zeros([2, 2]), verbose: 0);
        Assert.That((after["loss"], after["tests_far"]), Is.EqualTo((before["loss"], before["tests_far"])));
        Assert.That(after["loss"], Is.EqualTo(3 * model.Predict(Data()).ToArray<float>().Average(p => Math.Abs(p))).Within(1e-6));
        foreach (var name in (string[])["", "mse", "crossentropy", "Huber"]) Assert.That(() => LossFunction.Register(name, (t, p) => t), Throws.ArgumentException, name);
        foreach (var name in (string[])["", "mae", "accuracy", "top_k_categorical_accuracy"]) Assert.That(() => MetricFunction.Register(name, (t, p) => t), Throws.ArgumentException, name);
    }

    [Test]
    public void A_formula_as_activation_refuses_with_the_fix()
    {
        Model model = new Sequential { Input([3]), new Dense(2, new ActivationFunction(v => v * v)) };
        Assert.That(() => model.Save(At("m.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("Expected").And.Message.Contains("ctivation"));
    }

    [Test]
    public void Shared_layers_frozen_layers_and_fixed_modes_survive()
    {
        var (a, b, shared) = (Input([3], "a"), Input([3], "b"), new Dense(3) { Name = "shared" });
        var norm = new BatchNormalization { Name = "norm" };
        Sequential inner = [new Dense(3) { InputShape = [3] }, new Dense(2) { Trainable = false }];
        Model model = new([a, b], [shared.Apply(a), norm.Apply(shared.Apply(b), training: false), inner.Apply(a)]);
        var again = Model.FromJson(model.ToJson());
        Assert.That(again.ToJson(), Is.EqualTo(model.ToJson()));
        Assert.That(model.ToJson(), Does.Contain("\"kwargs\": {\"training\": false}"));
        Assert.That(again.TrainableWeights.Select(w => w.Path), Is.EqualTo(model.TrainableWeights.Select(w => w.Path)));
        model.Trainable = false;
        ((Model)model.GetLayer("sequential")).Layers[0].Trainable = true;
        Assert.That(Model.FromJson(model.ToJson()).ToJson(), Is.EqualTo(model.ToJson()));
    }

    [Test]
    public void A_functional_model_within_another_counts_as_Keras_does()
    {
        var x = Input([3], "x");
        Model inner = new(x, [x >> new Dense(2), x]);
        inner.Name = "inner";
        var y = Input([3], "y");
        var outputs = inner.ApplyMany(y);
        Model model = new(y, [outputs[0], outputs[1] >> new Dense(1) { Name = "last" }]);
        var json = model.ToJson();
        Assert.That(json, Does.Contain("\"output_layers\": [[\"inner\", 1, 0], [\"last\", 0, 0]]").And.Contain("\"keras_history\": [\"inner\", 0, 1]"));
        Assert.That(Model.FromJson(json).ToJson(), Is.EqualTo(json));
    }

    [Test]
    public void Keras_masks_as_operations_are_read()
    {
        var tokens = Input([4], "tokens", DType.Int32);
        var vectors = tokens >> new Embedding(10, 3) { Name = "emb" };
        Model model = new(tokens, new BatchNormalization { Name = "norm" }.Apply([vectors], ("mask", A.NotEqual(tokens, A.Constant(0, DType.Int32)))));
        var json = model.ToJson();
        Assert.That(json, Does.Contain("\"class_name\": \"NotEqual\"").And.Contain("\"kwargs\": {\"mask\": {\"class_name\": \"__keras_tensor__\""));
        Assert.That(Model.FromJson(json).ToJson(), Is.EqualTo(json));
    }

    [Test]
    public void The_state_of_Pythons_random_numbers_is_passed_over()
    {
        Model model = new Sequential { Input([3]), new Dropout(0.5), new Dense(2) };
        var root = WeightTree.Write(model);
        root.Group("layers/dropout/seed_generator/vars").Add("0", NDArray.Zeros([2], DType.UInt32));
        using (var stream = File.Create(At("m.weights.h5"))) H5Writer.Write(root, stream);
        Assert.That(() => model.LoadWeights(At("m.weights.h5")), Throws.Nothing);
    }

    [Test]
    public void Precisions_survive([Values("float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16")] string policy)
    {
        var x = Input([3]);
        Model model = new(x, x >> new Dense(2) { DTypePolicy = policy });
        model.Save(At("m.keras"));
        var again = Model.Load(At("m.keras"));
        Assert.That(again.ToJson(), Is.EqualTo(model.ToJson()).And.Contain($"\"name\": \"{policy}\""));
        Assert.That(again.Weights.Select(w => (w.DType, Convert.ToHexString(w.Value.Bytes))), Is.EqualTo(model.Weights.Select(w => (w.DType, Convert.ToHexString(w.Value.Bytes)))));
    }
}
