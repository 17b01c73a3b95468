using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Saving;

/// <summary>Expressions between layers: what is saved has Keras' form, and computes the same after loading.</summary>
public class FreeOpTests : InFolder
{
    static readonly (string Class, Func<Variable, Variable> Of)[] Expressions =
    [
        ("Absolute", A.Abs), ("Negative", x => -x), ("Sign", A.Sign), ("Square", A.Square), ("Sqrt", A.Sqrt), ("Reciprocal", A.Reciprocal), ("Exp", A.Exp), ("Expm1", A.Expm1), ("Log", A.Log), ("Log1p", A.Log1p),
        ("Sin", A.Sin), ("Cos", A.Cos), ("Tan", A.Tan), ("Arcsin", A.Asin), ("Arccos", A.Acos), ("Arctan", A.Atan), ("Sinh", A.Sinh), ("Cosh", A.Cosh), ("Tanh", A.Tanh), ("Floor", A.Floor), ("Ceil", A.Ceil),
        ("Isnan", A.IsNan), ("Isinf", A.IsInf), ("Isfinite", A.IsFinite), ("LogicalNot", x => !(x > 0.5)), ("Rsqrt", A.Rsqrt), ("Erf", A.Erf), ("Sigmoid", A.Sigmoid), ("Relu", x => A.Relu(x - 0.5)), ("Relu6", x => A.Relu6(x * 20)),
        ("Selu", x => A.Selu(x - 0.5)), ("Softplus", A.Softplus), ("Softsign", A.Softsign), ("StopGradient", A.StopGradient),
        ("Add", x => x + 0.25), ("Add", x => x + x), ("Add", x => 0.1 + x), ("Subtract", x => 1 - x), ("Multiply", x => x * 3), ("TrueDivide", x => 2 / x), ("FloorDivide", x => A.FloorDiv(x, A.Constant(0.3))),
        ("Mod", x => A.FloorMod(x, A.Constant(0.3))), ("Power", x => A.Pow(x, 1.5)), ("Maximum", x => A.Maximum(x, 0.5)), ("Minimum", x => A.Minimum(x, x * x)), ("Arctan2", x => A.Atan2(x, x * x)),
        ("Add", x => x + A.Constant(NDArray.From(new float[] { 1, 2, 3, 4 }))),
        ("Equal", x => A.Equal(A.Floor(x), A.Round(x))), ("NotEqual", x => A.NotEqual(A.Floor(x), A.Round(x))), ("Less", x => x < 0.5), ("LessEqual", x => x <= 0.5), ("Greater", x => x > 0.5), ("GreaterEqual", x => x >= 0.5),
        ("LogicalAnd", x => (x > 0.2) & (x < 0.8)), ("LogicalOr", x => (x < 0.2) | (x > 0.8)),
        ("Sum", x => A.Sum(x, 1)), ("Sum", x => A.Sum(x, [1, 2], keepDims: true)), ("Mean", x => A.Mean(x, -1)), ("Mean", x => x - A.Mean(x)), ("Max", x => A.Max(x, 1)), ("Min", x => A.Min(x, 2, keepDims: true)), ("Prod", x => A.Product(x, 1)),
        ("All", x => A.All(x > 0.1, 1)), ("Any", x => A.Any(x > 0.9, 2)), ("Argmax", x => A.Cast(A.ArgMax(x, 2), DType.Float32)), ("Argmin", x => A.Cast(A.ArgMin(x, 1), DType.Float32)),
        ("Matmul", x => A.BatchMatMul(x, A.Transpose(x, 0, 2, 1))), ("Matmul", x => A.MatMul(x[.., 0], A.Constant(NDArray.From(new float[] { 1, 2, 3, 4 }, [4, 1])))),
        ("Reshape", x => A.Reshape(x, [-1, 12])), ("Transpose", x => A.Transpose(x, 0, 2, 1)), ("ExpandDims", x => A.ExpandDims(x, 1)), ("Squeeze", x => A.Squeeze(x[.., 0..1], 1)), ("BroadcastTo", x => A.BroadcastTo(x[0], A.Constant(NDArray.From(new[] { 2, 3, 4 })))),
        ("Concatenate", x => A.Concat([x, x * 2], 1)), ("Stack", x => A.Stack([x, x * 2], 1)), ("GetItem", x => x[.., 1]), ("GetItem", x => x[.., 0..2, ^1]), ("GetItem", x => x[..1]),
        ("Take", x => A.Gather(x, [2, 0], 1)), ("Where", x => A.Where(x > 0.5, x, -x)), ("Round", x => A.Round(x * 10)), ("ZerosLike", x => A.ZerosLike(x) + x), ("OnesLike", x => A.OnesLike(x) + x),
        ("Cast", x => A.Cast(x * 10, DType.Int32)), ("Softmax", A.Softmax), ("Softmax", x => A.Softmax(x, 1)), ("LogSoftmax", A.LogSoftmax), ("Elu", x => A.Elu(x - 0.5)), ("LeakyRelu", x => A.LeakyRelu(x - 0.5, 0.3)),
    ];

    static readonly NDArray Data = NDArray.From([.. Enumerable.Range(0, 24).Select(i => 0.04f * i + 0.02f)], [2, 3, 4]);

    Model Again(Model model)
    {
        model.Save(At("m.keras"));
        return Model.Load(At("m.keras"));
    }

    static byte[] Result(Model model, NDArray x)
    {
        using var session = Zoo.Autograd.Engine.Engines.Find("embedded").Compile(new() { Feeds = [.. model.Inputs], Fetches = model.Lower(training: false).Outputs });
        var results = new NDArray?[model.Outputs.Values.Length];
        session.Run([x], results);
        return [.. results.SelectMany(r => r!.Bytes.ToArray())];
    }

    static IEnumerable<TestCaseData> Cases() => Expressions.Select((e, i) => new TestCaseData(i).SetArgDisplayNames($"{e.Class} {i}"));

    [TestCaseSource(nameof(Cases))]
    public void An_operation_survives(int index)
    {
        var (name, of) = Expressions[index];
        var x = Input([3, 4]);
        Model model = new(x, of(x));
        var again = Again(model);
        Assert.That(model.ToJson(), Does.Contain($"\"class_name\": \"{name}\""));
        // Positions are int64 here and int32 in Keras.
        Assert.That(again.ToJson(), Is.EqualTo(name.StartsWith("Arg", StringComparison.Ordinal) ? model.ToJson().Replace("int64", "int32") : model.ToJson()));
        Assert.That(Result(again, Data), Is.EqualTo(Result(model, Data)));
    }

    [Test]
    public void Every_operation_of_the_table_is_tried() =>
        Assert.That(FreeOps.Classes.Where(c => c.Op is not null).Select(c => c.ClassName).Except(Expressions.Select(e => e.Class)), Is.Empty);

    [Test]
    public void The_form_is_that_of_Keras()
    {
        var x = Input([4], "x");
        Model model = new(x, A.Sum(A.Abs(x[.., 1..3]) * 2, 1)) { Name = "m" };
        Assert.That(model.ToJson(), Is.EqualTo("""
            {"module": "keras.src.models.functional", "class_name": "Functional", "config": {"name": "m", "trainable": true, "layers": [
            {"module": "keras.layers", "class_name": "InputLayer", "config": {"name": "x", "batch_shape": [null, 4], "dtype": "float32", "optional": false, "sparse": false, "ragged": false}, "registered_name": null, "name": "x", "inbound_nodes": []},
            {"module": "keras.src.ops.numpy", "class_name": "GetItem", "config": {"name": "get_item"}, "registered_name": "GetItem", "name": "get_item", "inbound_nodes": [{"args": [
            {"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}},
            [{"class_name": "__slice__", "config": {"start": null, "stop": null, "step": null}}, {"class_name": "__slice__", "config": {"start": 1, "stop": 3, "step": null}}]], "kwargs": {}}]},
            {"module": "keras.src.ops.numpy", "class_name": "Absolute", "config": {"name": "absolute"}, "registered_name": "Absolute", "name": "absolute", "inbound_nodes": [{"args": [
            {"class_name": "__keras_tensor__", "config": {"shape": [null, 2], "dtype": "float32", "keras_history": ["get_item", 0, 0]}}], "kwargs": {}}]},
            {"module": "keras.src.ops.numpy", "class_name": "Multiply", "config": {"name": "multiply"}, "registered_name": "Multiply", "name": "multiply", "inbound_nodes": [{"args": [
            {"class_name": "__keras_tensor__", "config": {"shape": [null, 2], "dtype": "float32", "keras_history": ["absolute", 0, 0]}}, 2.0], "kwargs": {}}]},
            {"module": "keras.src.ops.numpy", "class_name": "Sum", "config": {"name": "sum", "axis": 1, "keepdims": false}, "registered_name": "Sum", "name": "sum", "inbound_nodes": [{"args": [
            {"class_name": "__keras_tensor__", "config": {"shape": [null, 2], "dtype": "float32", "keras_history": ["multiply", 0, 0]}}], "kwargs": {}}]}],
            "input_layers": ["x", 0, 0], "output_layers": ["sum", 0, 0]}, "registered_name": "Functional", "build_config": {"input_shape": null}, "compile_config": {}}
            """.ReplaceLineEndings(" ").Replace("[ {", "[{")));
    }

    [TestCase("Divide", """[T, 4]""", "{}", 0.125f)]
    [TestCase("Divide", """[1, T]""", "{}", 2f)]
    [TestCase("Clip", "[T]", """{"x_min": 0.7, "x_max": 0.9}""", 0.7f)]
    [TestCase("Silu", "[T]", "{}", 0.31122968f)]
    [TestCase("HardSigmoid", "[T]", "{}", 0.5833333f)]
    [TestCase("Elu", "[T]", """{"alpha": 2.0}""", 0.5f)]
    [TestCase("Round", "[T]", """{"decimals": 1}""", 0.5f)]
    [TestCase("Add", """[T, {"class_name": "__numpy__", "config": {"value": [1], "dtype": "int64"}}]""", "{}", 1.5f)]
    [TestCase("Add", """[T, {"class_name": "__tensor__", "config": {"value": [1.5], "dtype": "float32"}}]""", "{}", 2f)]
    [TestCase("GetItem", """[T, {"class_name": "__ellipsis__", "config": {}}]""", "{}", 0.5f)]
    [TestCase("GetItem", """[T, [{"class_name": "__ellipsis__", "config": {}}, null, {"class_name": "__slice__", "config": {"start": null, "stop": null, "step": -1}}]]""", "{}", 0.5f)]
    [TestCase("Mean", "[T]", """{"axis": null, "keepdims": true}""", 0.5f)]
    [TestCase("Transpose", "[T]", """{"axes": null}""", 0.5f)]
    public void Forms_of_Python_are_read(string name, string args, string config, float expected)
    {
        var tensor = """{"class_name": "__keras_tensor__", "config": {"shape": [null, 1], "dtype": "float32", "keras_history": ["x", 0, 0]}}""";
        var model = Model.FromJson(Functional($$$"""{"module": "keras.src.ops.numpy", "class_name": "{{{name}}}", "config": {{{config}}}, "registered_name": "{{{name}}}", "name": "op", "inbound_nodes": [{"args": {{{args.Replace("T", tensor)}}}, "kwargs": {}}]}"""));
        Assert.That(BitConverter.ToSingle(Result(model, NDArray.Full([1, 1], 0.5))), Is.EqualTo(expected).Within(1e-6));
    }

    static string Functional(string operation) => $$"""
        {"module": "keras.src.models.functional", "class_name": "Functional", "config": {"name": "m", "trainable": true, "layers": [
        {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 1], "dtype": "float32", "name": "x"}, "registered_name": null, "name": "x", "inbound_nodes": []}, {{operation}}],
        "input_layers": ["x", 0, 0], "output_layers": ["op", 0, 0]}, "registered_name": "Functional"}
        """;

    [Test]
    public void Names_stay_and_are_unique()
    {
        var x = Input([4], "x");
        Model model = new(x, [A.Abs(x), A.Abs(x * 2), A.Abs(x) >> new Dense(2) { Name = "absolute_1" }]);
        Assert.That(Again(Again(model)).ToJson(), Is.EqualTo(model.ToJson()));
        Assert.That(Again(model).OutputNames, Is.EqualTo(new[] { "absolute_2", "absolute_3", "absolute_1" }).And.EqualTo(model.OutputNames));
    }

    [Test]
    public void What_Keras_cannot_say_is_refused()
    {
        var x = Input([4]);
        var weight = new Parameter(NDArray.Zeros([4]), "loose");
        Assert.That(() => new Model(x, x * weight).ToJson(), Throws.TypeOf<ModelFileException>().With.Message.Contains("the Parameter loose outside of a layer").And.Message.Contains("Expected"));
        Assert.That(() => new Model(x, A.Xlogy(x, x)).ToJson(), Throws.TypeOf<ModelFileException>().With.Message.Contains("Xlogy, for which Keras has no operation").And.Message.Contains("Lambda"));
        Assert.That(() => new Model(x, A.MatMul(x, x, transposeB: true)).ToJson(), Throws.TypeOf<ModelFileException>().With.Message.Contains("it transposes its inputs"));
        Assert.That(() => Model.FromJson(Functional("""{"module": "keras.src.ops.numpy", "class_name": "Cumsum", "config": {}, "name": "op", "inbound_nodes": []}""")), Throws.TypeOf<ModelFileException>().With.Message.Contains("operation 'Cumsum' is not known here"));
    }
}
