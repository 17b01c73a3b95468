using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Saving;

public class KerasConfigTests
{
    [OneTimeSetUp]
    public void Register()
    {
        KerasRegistry.Register<SampleMany>();
        KerasRegistry.Register<SampleSchedule>();
        KerasRegistry.Register<SampleRegularizer>();
    }

    static string Config(object value) => Json.Write(new KerasWriter().Config(value));

    static T Read<T>(string config) where T : class =>
        (T)new KerasReader().Create(typeof(T), (Dictionary<string, object?>)Json.Parse(Encoding.UTF8.GetBytes(config), "test")!, typeof(T).Name);

    static T Again<T>(T value) where T : class
    {
        var json = (Dictionary<string, object?>)Json.Parse(Encoding.UTF8.GetBytes(Json.Write(new KerasWriter().Object(value))), "test")!;
        return (T)new KerasReader().Object(json, typeof(T), "test");
    }

    [Test]
    public void A_layer_has_exactly_Keras_keys()
    {
        Assert.That(Json.Write(new KerasWriter().Object(new SampleDense(10, "relu") { Name = "dense", KernelInitializer = new() { Seed = 3 } })), Is.EqualTo(
            "{\"module\": \"keras.layers\", \"class_name\": \"Dense\", \"config\": {\"name\": \"dense\", \"trainable\": true, \"units\": 10, \"activation\": \"relu\", \"use_bias\": true, "
            + "\"kernel_initializer\": {\"module\": \"keras.initializers\", \"class_name\": \"SampleInitializer\", \"config\": {\"seed\": 3}, \"registered_name\": null}, "
            + "\"kernel_regularizer\": null, \"quantization_config\": null}, \"registered_name\": null}"));
    }

    [Test]
    public void Classes_of_users_carry_their_registered_name() =>
        Assert.That(Json.Write(new KerasWriter().Object(new SampleRegularizer())), Is.EqualTo(
            """{"module": null, "class_name": "Two", "config": {"l1": 0.009999999776482582, "l2": 0.01}, "registered_name": "samples>Two"}"""));

    [Test]
    public void Every_kind_of_value_survives()
    {
        var many = new SampleMany([Dim.Any, 3], (2, 5), 1, -1)
        {
            Name = "many",
            Beta1 = 0.25,
            Dtype = DType.BFloat16,
            Mode = SampleMode.FanIn,
            Rate = new(0, new(0.1, 50) { Staircase = true }),
            Words = ["a", "ß"],
            Weights = { ["x"] = 2 },
            Table = NDArray.From(new long[] { 1, 2, 3, 4 }, [2, 2]),
            Anything = new List<object?> { 1L, "a", null, 2.5 },
            MaxValue = 6,
        };
        var again = Again(many);
        Assert.That(Config(again), Is.EqualTo(Config(many)));
        Assert.That(Config(many), Does.Contain("\"batch_shape\": [null, 3], \"kernel_size\": [2, 5], \"axes\": [1, -1], \"beta_1\": 0.25, \"dtype\": \"bfloat16\", \"mode\": \"fan_in\""));
        Assert.That(Config(many), Does.Contain("\"activity_regularizer\": null").And.Contain("\"renorm_momentum\": 0.99").And.Contain("\"sizes\": [1, 2]"));
        Assert.That(Config(many), Does.Not.Contain("trainable").And.Not.Contain("computed").And.Not.Contain("input_shape"));
        Assert.That(again.Table!.ToArray<long>(), Is.EqualTo(new long[] { 1, 2, 3, 4 }));
        Assert.That(again.Rate.Schedule, Is.EqualTo(new SampleSchedule(0.1, 50) { Staircase = true }));
    }

    [Test]
    public void Defaults_stand_for_missing_keys()
    {
        var dense = Read<SampleDense>("""{"units": 4.0, "activation": "softmax"}""");
        Assert.That((dense.Units, dense.Activation.Name, dense.UseBias, dense.Trainable), Is.EqualTo((4, "softmax", true, true)));
        Assert.That(Read<SampleMany>("""{"batch_shape": [1], "kernel_size": 3, "axes": 2, "rate": 1}""").KernelSize, Is.EqualTo((3, 3)));
    }

    [Test]
    public void One_object_stored_twice_is_one_again()
    {
        KerasRegistry.Register<SharedSample>();
        var inner = new SharedSample();
        var again = Again(new SampleMany([1], (1, 1)) { Inner = inner, Other = inner });
        Assert.That(again.Inner, Is.Not.Null.And.SameAs(again.Other));
        var apart = Again(new SampleMany([1], (1, 1)) { Inner = new SharedSample(), Other = new SharedSample() });
        Assert.That(apart.Inner, Is.Not.SameAs(apart.Other));
    }

    [KerasObject(Package = "samples")]
    public sealed class SharedSample : SampleBase;

    [TestCase("""{"units": 0}""", "units 0 must be positive")]
    [TestCase("""{"activation": "relu"}""", "the key 'units' is missing")]
    [TestCase("""{"units": 3, "activation": "rleu"}""", "not one of linear, relu, softmax")]
    [TestCase("""{"units": 3, "quantization_config": {"mode": "int8"}}""", "'quantization_config'")]
    [TestCase("""{"units": 3, "lora_rank": 4}""", "the key 'lora_rank' has the value 4, which SampleDense does not support")]
    [TestCase("""{"units": null}""", "it is null")]
    [TestCase("""{"units": 3.5}""", "the value is 3.5")]
    [TestCase("""{"units": [3]}""", "the value is [3]")]
    [TestCase("""{"units": 3, "name": "d", "use_bias": "yes"}""", "SampleDense 'd', use_bias")]
    [TestCase("""{"units": 3, "kernel_initializer": {"module": "keras.initializers", "class_name": "Odd", "config": {}, "registered_name": null}}""", "the class 'keras.initializers.Odd' is not known here")]
    [TestCase("""{"units": 3, "kernel_initializer": {"module": null, "class_name": "Odd", "config": {}, "registered_name": "shop>Odd"}}""", "KerasRegistry.Register<Odd>(\"shop\")")]
    [TestCase("""{"units": 3, "kernel_regularizer": {"module": null, "class_name": "SampleSchedule", "config": {"initial_learning_rate": 1, "decay_steps": 1}, "registered_name": "samples>SampleSchedule"}}""", "it is a SampleSchedule. Expected a SampleRegularizer")]
    [TestCase("""{"units": 3, "activation": {"class_name": "__lambda__", "config": {"value": "x"}}}""", "Python lambda")]
    public void Wrong_configurations_are_clear_errors(string config, string message) =>
        Assert.That(() => Read<SampleDense>(config), Throws.TypeOf<ModelFileException>().With.Message.Contains(message).And.Message.Contains("Expected"));

    [Test]
    public void Unknown_keys_without_a_value_are_harmless() => Assert.That(Read<SampleDense>("""{"units": 3, "some_new_key": null}""").Units, Is.EqualTo(3));

    [Test]
    public void What_no_file_can_hold_is_a_clear_error()
    {
        Assert.That(() => new KerasWriter().Object(new StringBuilder()), Throws.TypeOf<ModelFileException>().With.Message.Contains("KerasRegistry.Register<StringBuilder>()"));
        Assert.That(() => Config(new SampleMany([1], (1, 1)) { Anything = (Func<int>)(() => 1) }), Throws.TypeOf<ModelFileException>().With.Message.Contains("C# function"));
        Assert.That(() => Config(new SampleMany([1], (1, 1)) { Anything = new StringBuilder() }), Throws.TypeOf<ModelFileException>().With.Message.Contains("[KerasIgnore]"));
    }

    [TestCase("MaxPooling2D", "max_pooling2d")]
    [TestCase("Conv2DTranspose", "conv2d_transpose")]
    [TestCase("ReLU", "re_lu")]
    [TestCase("PReLU", "p_re_lu")]
    [TestCase("RMSprop", "rm_sprop")]
    [TestCase("AdamW", "adam_w")]
    [TestCase("LSTM", "lstm")]
    [TestCase("KernelInitializer", "kernel_initializer")]
    public void Names_become_Keras_names(string name, string expected) => Assert.That(KerasNames.Snake(name), Is.EqualTo(expected));
}
