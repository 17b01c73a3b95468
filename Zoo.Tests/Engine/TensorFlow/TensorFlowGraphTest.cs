using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph.Proto;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Engine.TensorFlow;

[Category("Engines")]
sealed class TensorFlowGraphTest
{
    TensorFlowGraph graph = null!;

    [SetUp]
    public void Open()
    {
        TensorFlowLibrary.Require();
        graph = new(TensorFlowGraph.Threads(1, 1));
    }

    [TearDown]
    public void Close() => graph?.Dispose();

    void Import(string text, string prefix = "") => graph.Import(TextFormat.Parse<GraphDef>(text), prefix);

    const string Square = """
        node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "y" op: "Square" input: "x" attr { key: "T" value { type: DT_FLOAT } } }
        """;

    const string Counter = """
        node { name: "v" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } attr { key: "shared_name" value { s: "v" } } }
        node { name: "value" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "assign" op: "AssignVariableOp" input: "v" input: "value" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "add" op: "AssignAddVariableOp" input: "v" input: "value" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "read" op: "ReadVariableOp" input: "v" attr { key: "dtype" value { type: DT_FLOAT } } }
        """;

    [Test]
    public void Values_go_in_and_out()
    {
        Import(Square);
        Assert.That(graph.Run([("x", new float[] { 1, 2, -3 })], ["y:0", "y"])[0].ToArray<float>(), Is.EqualTo(new float[] { 1, 4, 9 }));
    }

    [Test]
    public void Large_arrays_at_any_offset_and_several_threads()
    {
        Import(Square);
        var big = NDArray.From(Enumerable.Range(0, 300_000).Select(i => (float)(i % 1000)).ToArray(), [300, 1000]);
        Parallel.For(0, 20, i =>
        {
            var rows = big.Rows(i, 100 + i);
            var y = graph.Run([("x", rows)], ["y"])[0];
            Assert.That(y.Shape, Is.EqualTo(rows.Shape));
            Assert.That(y.AsSpan<float>()[7_003], Is.EqualTo(9f));
        });
        GC.Collect();
    }

    [Test]
    public void A_result_that_fits_is_overwritten()
    {
        Import(Square);
        var result = NDArray.Zeros([2]);
        NDArray?[] results = [result];
        graph.Run([graph.Output("x")], [NDArray.From(new float[] { 3, 4 })], [graph.Output("y")], results, []);
        Assert.That(results[0], Is.SameAs(result));
        Assert.That(result.ToArray<float>(), Is.EqualTo(new float[] { 9, 16 }));
        graph.Run([graph.Output("x")], [NDArray.From(new float[] { 3 })], [graph.Output("y")], results, []);
        Assert.That(results[0]!.ToArray<float>(), Is.EqualTo(new float[] { 9 }));
    }

    static IEnumerable<DType> Numbers => Enum.GetValues<DType>().Where(t => t.Size() > 0);

    [Test]
    public void Every_dtype_survives_the_way_there_and_back([ValueSource(nameof(Numbers))] DType dtype)
    {
        Import("""node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: %T } } } node { name: "y" op: "Identity" input: "x" attr { key: "T" value { type: %T } } }""".Replace("%T", ((int)dtype).ToString()));
        var x = NDArray.Zeros([3, 5], dtype);
        for (var i = 0; i < x.Bytes.Length; i++) x.Bytes[i] = (byte)(dtype == DType.Bool ? i & 1 : i * 7);
        var y = graph.Run([("x", x)], ["y"])[0];
        Assert.That(y.DType, Is.EqualTo(dtype));
        Assert.That(y.Bytes.ToArray(), Is.EqualTo(x.Bytes.ToArray()));
    }

    [Test]
    public void Strings_short_and_long()
    {
        Import("""
            node { name: "a" op: "Placeholder" attr { key: "dtype" value { type: DT_STRING } } }
            node { name: "b" op: "StringJoin" input: "a" input: "a" attr { key: "N" value { i: 2 } } attr { key: "separator" value { s: "-" } } }
            """);
        string[] texts = ["", "é", new string('x', 22), new string('y', 23), new string('z', 100_000)];
        for (var i = 0; i < 3; i++)
            Assert.That(graph.Run([("a", texts)], ["b"])[0].ToStrings(), Is.EqualTo(texts.Select(t => t + "-" + t)));
        Assert.That(graph.Run([("a", NDArray.From(Array.Empty<string>(), [0, 4]))], ["b"])[0].Shape, Is.EqualTo(Shape.Create([0, 4])));
    }

    [Test]
    public void The_graph_grows_after_a_run()
    {
        Import(Counter);
        graph.Run([("value", new float[] { 1, 2 })], [], "assign");
        Import(Square, "more");
        graph.Run([("value", new float[] { 10, 20 })], [], "add");
        Assert.That(graph.Run([("more/x", new float[] { 5 })], ["more/y"])[0].ToNumber(), Is.EqualTo(25));
        Assert.That(graph.Run([], ["read"])[0].ToArray<float>(), Is.EqualTo(new float[] { 11, 22 }));
        Assert.That(graph.ToGraphDef().Node.Select(n => n.Name), Does.Contain("more/y"));
    }

    [Test]
    public void A_variable_does_not_keep_the_array_it_was_given()
    {
        Import(Counter.Replace("size: 2", "size: 100000"));
        var start = NDArray.Full([100_000], 1);
        graph.Run([graph.Output("value")], [start], [], [], [graph.Operation("assign")], [true]);
        start.AsSpan<float>().Fill(7);
        Assert.That(graph.Run([], ["read"])[0].Number(50_000), Is.EqualTo(1));
    }

    [Test]
    public void Gradients_are_TensorFlow_s()
    {
        Import(Square);
        var found = graph.AddGradients([graph.Output("y")], [graph.Output("x")]);
        var results = new NDArray?[1];
        graph.Run([graph.Output("x")], [NDArray.From(new float[] { 1, -3 })], found, results, []);
        Assert.That(results[0]!.ToArray<float>(), Is.EqualTo(new float[] { 2, -6 }));
    }

    [Test]
    public void The_op_list_is_the_recorded_one()
    {
        var recorded = OpList.Parser.ParseFrom(File.ReadAllBytes(Shared.File("tensorflow/op_list.pb")));
        Assert.That(TensorFlowGraph.AllOps().Op.Select(o => o.Name), Is.SupersetOf(recorded.Op.Select(o => o.Name)).Or.Count.LessThan(recorded.Op.Count));
        Assert.That(TensorFlowLoader.Version, Does.Match(@"^TensorFlow \d+\.\d+"));
    }

    [Test]
    public void A_failure_names_op_and_node()
    {
        Import("""
            node { name: "a" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
            node { name: "product" op: "MatMul" input: "a" input: "a" attr { key: "T" value { type: DT_FLOAT } } }
            """);
        var error = Assert.Throws<EngineException>(() => graph.Run([("a", NDArray.Zeros([2, 3]))], ["product"]))!;
        Assert.That(error.Op, Is.EqualTo("MatMul"));
        Assert.That(error.Message, Does.StartWith("TensorFlow: the run failed at product (MatMul): ").And.Contains("[2,3]"));
        Assert.That(error.Version, Does.StartWith("TensorFlow 2"));
        Assert.That(graph.Run([("a", NDArray.Full([1, 1], 3))], ["product"])[0].ToNumber(), Is.EqualTo(9));
    }

    [Test]
    public void Unknown_names_and_missing_feeds_are_errors()
    {
        Import(Square);
        Assert.That(Assert.Throws<GraphException>(() => graph.Run([], ["z"]))!.Message, Does.Contain("no node named 'z'"));
        Assert.That(Assert.Throws<GraphException>(() => graph.Run([], ["y:1"]))!.Message, Does.Contain("has 1 outputs"));
        Assert.That(Assert.Throws<EngineException>(() => graph.Run([], ["y"]))!.NativeMessage, Does.Contain("x"));
        Assert.That(Assert.Throws<EngineException>(() => graph.Run([("x", new int[] { 1 })], ["y"]))!.Message, Does.Contain("int32"));
        Assert.That(Assert.Throws<EngineException>(() => Import(Square))!.Message, Does.Contain("the graph was refused"));
        Assert.That(Assert.Throws<EngineException>(() => Import("""node { name: "q" op: "Qwerty" }"""))!.Message, Does.Contain("Qwerty"));
    }
}
