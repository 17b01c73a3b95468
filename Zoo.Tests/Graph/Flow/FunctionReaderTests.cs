using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Tests.EngineCases;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph.Flow;

/// <summary>Functions of files: called in every way, with attributes of their own, within each other; what cannot be is said.</summary>
[Category("Engines")]
sealed class FunctionReaderTests
{
    const DType F = DType.Float32;
    static readonly NDArray x = new float[,] { { 1, -2, 3 }, { .5f, 4, -1 } };

    /// <summary>y = f(x) + x for any dtype T, and the parts of a split; calls itself nothing.</summary>
    const string Library = """
        library {
          function {
            signature { name: "twice" input_arg { name: "a" type_attr: "T" } output_arg { name: "y" type_attr: "T" } attr { name: "T" type: "type" } }
            node_def { name: "sum" op: "AddV2" input: "a" input: "a" attr { key: "T" value { placeholder: "T" } } }
            ret { key: "y" value: "sum:z:0" }
          }
          function {
            signature { name: "halves" input_arg { name: "all" type: DT_FLOAT number_attr: "N" } output_arg { name: "first" type: DT_FLOAT } output_arg { name: "rest" type: DT_FLOAT } attr { name: "N" type: "int" } }
            node_def { name: "axis" op: "Const" attr { key: "dtype" value { type: DT_INT32 } } attr { key: "value" value { tensor { dtype: DT_INT32 tensor_shape { } int_val: 0 } } } }
            node_def { name: "split" op: "Split" input: "axis:output:0" input: "all:1" attr { key: "T" value { type: DT_FLOAT } } attr { key: "num_split" value { i: 2 } } }
            node_def { name: "call" op: "twice" input: "split:output:1" attr { key: "T" value { type: DT_FLOAT } } }
            node_def { name: "later" op: "PartitionedCall" input: "call:y:0" attr { key: "Tin" value { list { type: DT_FLOAT } } } attr { key: "Tout" value { list { type: DT_FLOAT } } } attr { key: "f" value { func { name: "twice" attr { key: "T" value { type: DT_FLOAT } } } } } }
            ret { key: "first" value: "later:output:0" } ret { key: "rest" value: "all:0" }
          }
        }
        """;

    static string Float(string name) => $$"""node { name: "{{name}}" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } dim { size: 3 } } } } } """;

    static string Calls(string more = "") => Float("x") + """
        node { name: "named" op: "halves" input: "x" input: "x" attr { key: "N" value { i: 2 } } }
        node { name: "called" op: "StatefulPartitionedCall" input: "named" attr { key: "Tin" value { list { type: DT_FLOAT } } } attr { key: "Tout" value { list { type: DT_FLOAT } } } attr { key: "f" value { func { name: "twice" attr { key: "T" value { type: DT_FLOAT } } } } } }
        node { name: "y" op: "Square" input: "called" attr { key: "T" value { type: DT_FLOAT } } }
        """ + more + Library + " versions { producer: 1994 }";

    [Test]
    public void Calls_in_every_way_are_the_same_everywhere()
    {
        var file = TextFormat.Parse<GraphDef>(Calls());
        OldFlowTests.Agree(file, ["y", "named", "named:1"], [[("x", x)]]);
        var read = GraphDefReader.Read(file);
        Assert.That(read["named"].Shape, Is.EqualTo(Shape.Create([1, 3])), "shapes are found out through the call");
        Assert.That(read.Write().Library, Is.EqualTo(file.Library), "the library is kept as it was");
    }

    [Test]
    public void Gradients_go_through_calls()
    {
        var read = GraphDefReader.Read(TextFormat.Parse<GraphDef>(Calls()));
        var input = read["x"];
        foreach (var engine in TestEngines.Names)
            Assert.That(OpRun.Run([input], A.Gradients(read["y"], input), [x], engine)[0].ToArray<float>(), Is.EqualTo(new float[] { 0, 0, 0, 64, 512, -128 }).Within(1e-5), engine);
    }

    static string Function(string name, string body) => $$"""function { signature { name: "{{name}}" input_arg { name: "a" type: DT_FLOAT } output_arg { name: "y" type: DT_FLOAT } } {{body}} }""";

    static string Call(string name, string function, string input) => $$"""node_def { name: "{{name}}" op: "{{function}}" input: "{{input}}" } """;

    static IEnumerable<TestCaseData> Bad()
    {
        TestCaseData Case(string name, string message, string library, string node = """node { name: "c" op: "f" input: "x" } """) => new TestCaseData(Float("x") + node + $"library {{ {library} }}", message).SetName($"Bad function: {name}");
        yield return Case("calls itself", "calls itself", Function("f", Call("c", "f", "a") + """ret { key: "y" value: "c:y:0" }"""));
        yield return Case("two call each other", "calls itself", Function("f", Call("c", "g", "a") + """ret { key: "y" value: "c:y:0" }""") + Function("g", Call("c", "f", "a") + """ret { key: "y" value: "c:y:0" }"""));
        yield return Case("unknown op within", "1 ops are not known: Foo (n)", Function("f", """node_def { name: "n" op: "Foo" input: "a" } ret { key: "y" value: "n:y:0" }"""));
        yield return Case("function that is missing", "the function 'g' is not in the graph's library", Function("f", """node_def { name: "n" op: "PartitionedCall" input: "a" attr { key: "f" value { func { name: "g" } } } attr { key: "Tout" value { list { type: DT_FLOAT } } } } ret { key: "y" value: "n:output:0" }"""));
        yield return Case("no such output", "has no output of that name", Function("f", """node_def { name: "n" op: "Square" input: "a" } ret { key: "y" value: "n:z:0" }"""));
        yield return Case("no such value", "that output has 1 values", Function("f", """node_def { name: "n" op: "Square" input: "a" } ret { key: "y" value: "n:y:7" }"""));
        yield return Case("returns nothing", "does not say what it returns as 'y'", Function("f", ""));
        yield return Case("returns what is not there", "its result 'q:y:0' does not exist", Function("f", """ret { key: "y" value: "q:y:0" }"""));
        yield return Case("given twice", "is given twice", Function("f", """ret { key: "y" value: "a" }""") + Function("f", """ret { key: "y" value: "a" }"""));
        yield return Case("wrong number of values", "has 1 arguments, but 2 were given", Function("f", """ret { key: "y" value: "a" }"""), """node { name: "c" op: "f" input: "x" input: "x" } """);
        yield return Case("wrong dtype", "is float32. Expected int32", """function { signature { name: "f" input_arg { name: "a" type: DT_INT32 } } }""");
        yield return Case("attribute that the call lacks", "needs the attribute 'T'", """function { signature { name: "f" input_arg { name: "a" type_attr: "T" } } }""");
        yield return Case("a circle within", "feed each other in a circle", Function("f", """node_def { name: "n" op: "Square" input: "m:y:0" } node_def { name: "m" op: "Square" input: "n:y:0" } ret { key: "y" value: "n:y:0" }"""));
        // each calls the one before twice: 2^40 nodes for who unfolds them
        yield return Case("functions that double", "unfold to more than", string.Concat(Enumerable.Range(0, 40).Select(i => Function(i == 39 ? "f" : $"f{i}", i == 0 ? """node_def { name: "n" op: "Square" input: "a" } ret { key: "y" value: "n:y:0" }"""
            : Call("b", $"f{i - 1}", "a") + Call("c", $"f{i - 1}", "b:y:0") + """ret { key: "y" value: "c:y:0" }"""))));
        yield return Case("functions nested too deep", "deeper than 64", string.Concat(Enumerable.Range(0, 200).Select(i => Function(i == 199 ? "f" : $"f{i}", i == 0 ? """ret { key: "y" value: "a" }""" : Call("c", $"f{i - 1}", "a") + """ret { key: "y" value: "c:y:0" }"""))));
    }

    [TestCaseSource(nameof(Bad))]
    public void A_bad_function_is_named(string text, string message) =>
        Assert.That(Assert.Catch<GraphException>(() => GraphDefReader.Read(TextFormat.Parse<GraphDef>(text)))!.Message, Does.StartWith("GraphDef: ").And.Contains(message));

    /// <summary>A recurrence of two sequences with weights from outside, as a graph for TensorFlow.</summary>
    static (GraphDef Graph, string[] Feeds, string[] Fetches, NDArray[] Values) Recurrence()
    {
        NDArray[] values = [OpCase.Fill([4, 2, 3], DType.Float64, new Random(1).NextDouble), OpCase.Fill([2, 3], DType.Float64, new Random(2).NextDouble), OpCase.Fill([3, 3], DType.Float64, new Random(3).NextDouble)];
        Variable[] v = [.. values.Select((a, i) => StateOps.Input($"v{i}", i < 2 ? a.Shape.With(i == 0 ? 1 : 0, Dim.Any) : a.Shape, a.DType))];
        var (entry, state) = (ScanOps.Entry(v[0]), ScanOps.State(v[1]));
        var next = A.Tanh(entry + A.MatMul(state, v[2]));
        var scan = ScanOps.Make("cell", [(v[0], entry)], [(v[1], state)], [next], [next * 2]);
        var loss = A.Sum(A.Square(scan.Last[0])) + A.Sum(scan.Results[0]);
        var written = GraphDefWriter.Write(new() { Feeds = v, Fetches = [loss, .. A.Gradients(loss, v)] });
        return (written.Graph, written.Feeds, written.Fetches, values);
    }

    [TestCase(null, true)]
    [TestCase("_Scan:99", false)]
    [TestCase("_Other:1", false)]
    [TestCase("", false)]
    public void A_composite_is_known_again_and_else_is_its_body(string? mark, bool isKnown)
    {
        var (graph, feeds, fetches, values) = Recurrence();
        var marked = graph.Library.Function.Where(f => f.Attr.ContainsKey(FunctionWriter.Composite)).ToArray();
        Assert.That(marked, Has.Length.EqualTo(2), "forward and backward");
        if (mark is not null)
            foreach (var function in marked) function.Attr[FunctionWriter.Composite] = AttrWriter.Write(mark);
        var read = GraphDefReader.Read(graph);
        Assert.That(read.Nodes.Count(n => n.Op == ScanOps.Scan), Is.EqualTo(isKnown ? 2 : 0));
        var found = new List<NDArray[]>();
        foreach (var engine in TestEngines.Names)
        {
            var program = read.Program(feeds, fetches);
            if (!isKnown) Assert.That(program.Nodes().Count(n => n.Op == FlowOps.StatelessWhile), Is.EqualTo(2));
            found.Add(OpRun.Run(program.Feeds, program.Fetches, values, engine));
        }
        for (var i = 0; i < fetches.Length; i++) Assert.That(OpRun.Differ(found[0][i], found[1][i], 1e-12), Is.Null);
    }

    [Test]
    public void A_recurrent_layer_is_known_again_and_else_is_its_body([Values("_Lstm", "_Gru")] string name, [Values] bool isKnown)
    {
        var op = Registry.Composites[name];
        var (gates, more) = name == "_Lstm" ? (4, new Shape[] { [2, 3], [2, 3] }) : (3, [[3], [2, 3]]);
        Shape[] shapes = [[4, 2, 3 * gates], [3, 3 * gates], .. more];
        NDArray[] values = [.. shapes.Select((shape, i) => OpCase.Fill(shape, DType.Float64, new Random(i).NextDouble))];
        Variable[] v = [.. values.Select((a, i) => StateOps.Input($"v{i}", a.Shape, a.DType))];
        var loss = A.Sum(A.Square(op.Call(v, Attrs.None).Outputs[0]));
        var written = GraphDefWriter.Write(new() { Feeds = v, Fetches = [loss, .. A.Gradients(loss, v)] });
        var marked = written.Graph.Library.Function.Where(f => f.Attr.ContainsKey(FunctionWriter.Composite)).ToArray();
        Assert.That(marked, Has.Length.GreaterThanOrEqualTo(2), "forward and backward");
        if (!isKnown)
            foreach (var function in marked) function.Attr[FunctionWriter.Composite] = AttrWriter.Write($"{name}:99");
        var read = GraphDefReader.Read(written.Graph);
        Assert.That(read.Nodes.Count(n => n.Op == op), Is.EqualTo(isKnown ? 1 : 0));
        var direct = OpRun.Run(v, [loss, .. A.Gradients(loss, v)], values);
        foreach (var engine in TestEngines.Names)
        {
            var program = read.Program(written.Feeds, written.Fetches);
            Assert.That(OpRun.Differ(direct, OpRun.Run(program.Feeds, program.Fetches, values, engine)), Is.Null, engine);
        }
    }

    [Test]
    public void Variables_go_into_functions_and_are_assigned_there()
    {
        var read = GraphDefReader.Read(TextFormat.Parse<GraphDef>("""
            node { name: "v" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } attr { key: "shared_name" value { s: "v" } } }
            node { name: "w" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } attr { key: "shared_name" value { s: "w" } } }
            node { name: "by" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } }
            node { name: "go" op: "StatefulPartitionedCall" input: "v" input: "by" attr { key: "Tin" value { list { type: DT_RESOURCE type: DT_FLOAT } } } attr { key: "Tout" value { list { type: DT_FLOAT } } } attr { key: "f" value { func { name: "step" } } } }
            node { name: "other" op: "StatefulPartitionedCall" input: "w" input: "go" attr { key: "Tin" value { list { type: DT_RESOURCE type: DT_FLOAT } } } attr { key: "Tout" value { list { type: DT_FLOAT } } } attr { key: "f" value { func { name: "step" } } } }
            library { function {
              signature { name: "step" input_arg { name: "h" type: DT_RESOURCE } input_arg { name: "by" type: DT_FLOAT } output_arg { name: "y" type: DT_FLOAT } is_stateful: true control_output: "add" }
              node_def { name: "read" op: "ReadVariableOp" input: "h" attr { key: "dtype" value { type: DT_FLOAT } } }
              node_def { name: "product" op: "Mul" input: "read:value:0" input: "by" attr { key: "T" value { type: DT_FLOAT } } }
              node_def { name: "add" op: "AssignAddVariableOp" input: "h" input: "product:z:0" attr { key: "dtype" value { type: DT_FLOAT } } }
              ret { key: "y" value: "product:z:0" } control_ret { key: "add" value: "add" }
            } }
            """));
        Assert.That(read.Parameters, Has.Count.EqualTo(2));
        foreach (var engine in TestEngines.Names)
        {
            (read.Parameters[0].Value, read.Parameters[1].Value) = (new float[] { 2, 3 }, new float[] { 1, 10 });
            using var session = TestEngines.Get(engine).Compile(read.Program(["by"], ["other"]));
            var found = new NDArray?[1];
            session.Run([new float[] { 5, 7 }], found);
            Assert.That(found[0]!.ToArray<float>(), Is.EqualTo(new float[] { 10, 210 }), engine);
            Assert.That(read.Parameters[0].Value.ToArray<float>(), Is.EqualTo(new float[] { 12, 24 }), engine);
            Assert.That(read.Parameters[1].Value.ToArray<float>(), Is.EqualTo(new float[] { 11, 220 }), engine);
        }
    }

    [Test]
    public void Checks_run_where_a_control_dependency_or_a_function_says_so([ValueSource(typeof(TestEngines), nameof(TestEngines.Names))] string engine)
    {
        var read = GraphDefReader.Read(TextFormat.Parse<GraphDef>(Float("x") + """
            node { name: "ok" op: "Placeholder" attr { key: "dtype" value { type: DT_BOOL } } attr { key: "shape" value { shape { } } } }
            node { name: "check" op: "Assert" input: "ok" input: "x" attr { key: "T" value { list { type: DT_FLOAT } } } }
            node { name: "direct" op: "Square" input: "x" input: "^check" attr { key: "T" value { type: DT_FLOAT } } }
            node { name: "inner" op: "StatefulPartitionedCall" input: "ok" input: "x" attr { key: "Tin" value { list { type: DT_BOOL type: DT_FLOAT } } } attr { key: "Tout" value { list { type: DT_FLOAT } } } attr { key: "f" value { func { name: "checked" } } } }
            node { name: "free" op: "Square" input: "x" attr { key: "T" value { type: DT_FLOAT } } }
            library { function {
              signature { name: "checked" input_arg { name: "ok" type: DT_BOOL } input_arg { name: "a" type: DT_FLOAT } output_arg { name: "y" type: DT_FLOAT } is_stateful: true control_output: "c" }
              node_def { name: "c" op: "Assert" input: "ok" input: "a" attr { key: "T" value { list { type: DT_FLOAT } } } }
              ret { key: "y" value: "a" } control_ret { key: "c" value: "c" }
            } }
            """));
        void Run(string fetch, bool ok, string? target = null)
        {
            using var session = TestEngines.Get(engine).Compile(read.Program(["ok", "x"], fetch.Length > 0 ? [fetch] : [], target is null ? [] : [target]));
            session.Run([NDArray.Scalar(ok ? 1 : 0, DType.Bool), x], new NDArray?[fetch.Length > 0 ? 1 : 0]);
        }
        foreach (var (fetch, target) in new (string, string?)[] { ("direct", null), ("inner", null), ("free", "check") })
        {
            Run(fetch, true, target);
            Assert.That(() => Run(fetch, false, target), Throws.TypeOf<EngineException>().With.Message.Contains("assertion failed"), $"{fetch} {target}");
        }
        Run("free", false);
    }
}
