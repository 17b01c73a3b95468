using System.Numerics;
using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Tests.Graph;

sealed class GraphDefReaderTests
{
    static ImportedGraph Read(string text) => GraphDefReader.Read(TextFormat.Parse<GraphDef>(text));

    static string Const(string tensor, string name = "c") => $$"""node { name: "{{name}}" op: "Const" attr { key: "dtype" value { type: {{tensor.Split(' ')[1]}} } } attr { key: "value" value { tensor { {{tensor}} } } } } """;

    static NDArray Tensor(string tensor) => Read(Const(tensor)).Node("c").Attrs.Get<NDArray>("value");

    const string X = """node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: -1 } dim { size: 3 } } } } } """;

    [Test]
    public void Nodes_have_names_and_outputs()
    {
        // Users may stand before what they use.
        var graph = Read("""
            node { name: "scope/loss" op: "SparseSoftmaxCrossEntropyWithLogits" input: "x" input: "y" input: "^n" attr { key: "T" value { type: DT_FLOAT } } attr { key: "_mine" value { s: "kept" } } }
            node { name: "n" op: "NoOp" input: "^y" }
            node { name: "y" op: "Placeholder" attr { key: "dtype" value { type: DT_INT64 } } }
            """ + X);
        Assert.That(graph.Placeholders.Select(p => p.Node.Name), Is.EqualTo(new[] { "y", "x" }));
        Assert.That(graph["scope/loss:1"].Shape, Is.EqualTo(Shape.Create([Dim.Any, 3])));
        Assert.That(graph["scope/loss"].Node.Controls.Single().Name, Is.EqualTo("n"));
        Assert.That(graph.Node("scope/loss").Text("_mine"), Is.EqualTo("kept"));
        Assert.That(graph["y"].Shape.HasRank, Is.False);
        Assert.That(() => graph["scope/loss:2"], Throws.TypeOf<GraphException>().With.Message.Contains("has 2 outputs"));
        Assert.That(() => graph["loss"], Throws.TypeOf<GraphException>().With.Message.Contains("Nearest names: scope/loss"));
        Assert.That(() => graph["^n"], Throws.TypeOf<GraphException>().With.Message.Contains("not the name of an output"));
    }

    [Test]
    public void Everything_unknown_is_reported_at_once()
    {
        var error = Assert.Throws<ImportException>(() => Read("""
            node { name: "a" op: "Foo" } node { name: "b" op: "Bar" input: "a" } node { name: "d" op: "Foo" } node { name: "e" op: "NoOp" input: "^zz" }
            node { name: "e" op: "NoOp" } node { name: "f" op: "NoOp" input: "a:out:0" } node { op: "NoOp" } node { name: "g" op: "my_function" } node { name: "h" op: "PartitionedCall" attr { key: "f" value { func { name: "other" } } } }
            library { function { signature { name: "my_function" } node_def { name: "z" op: "Bar" } } }
            """))!;
        Assert.That(error.Problems.Select(p => p.Node), Is.EquivalentTo(new[] { "a", "b", "d", "e", "e", "f", "", "z", "h" }));
        Assert.That(error.Message, Does.Contain("8 of 9 nodes cannot be read").And.Contains("2 ops are not known: Bar (b and 1 more), Foo (a and 1 more)").And.Contains("'e' (NoOp): its input '^zz' does not exist")
            .And.Contains("'e' (NoOp): its name is given twice").And.Contains("'a:out:0' has no known form").And.Contains("a node (NoOp): it has no name").And.Contains("'h' (PartitionedCall): the function 'other' is not in the graph's library"));
    }

    [Test]
    public void Functions_that_nobody_calls_are_kept()
    {
        var graph = TextFormat.Parse<GraphDef>(X + """library { function { signature { name: "f" } } }""");
        Assert.That(GraphDefReader.Read(graph).Write().Library, Is.EqualTo(graph.Library));
    }

    [TestCase("""node { name: "a" op: "Identity" input: "b" } node { name: "b" op: "Identity" input: "c" } node { name: "c" op: "Identity" input: "a" } """, "3 nodes feed each other in a circle: ")]
    [TestCase("""node { name: "a" op: "NoOp" input: "^a" } """, "1 nodes feed each other in a circle: a -> a")]
    [TestCase(X + """node { name: "s" op: "Sum" input: "x" } """, "the node 's' (Sum) cannot be read: Sum: 1 inputs were given")]
    [TestCase(X + """node { name: "s" op: "Square" input: "x" attr { key: "T" value { type: DT_DOUBLE } } } """, "the node 's' (Square) cannot be read: Square: its inputs have different dtypes")]
    [TestCase(X + """node { name: "s" op: "Square" input: "x:1" } """, "its input 'x:1' does not exist: Placeholder has 1 outputs")]
    [TestCase(X + """node { name: "s" op: "Square" input: "x" attr { key: "K" value { i: 1 } } } """, "it has an attribute 'K', which Square does not have")]
    [TestCase(X + """node { name: "s" op: "Square" input: "x" attr { key: "T" value { i: 1 } } } """, "its attribute 'T' is of the kind i. Expected type")]
    [TestCase(X + """node { name: "s" op: "Square" input: "x" attr { key: "T" value { } } } """, "its attribute 'T' is empty. Expected type")]
    [TestCase(X + """node { name: "s" op: "Square" input: "x" attr { key: "T" value { type: DT_QINT8 } } } """, "the type DtQint8 is not supported")]
    [TestCase(X + """node { name: "s" op: "Square" input: "x" attr { key: "T" value { placeholder: "T" } } } """, "stands for one of a function")]
    [TestCase(X + """node { name: "m" op: "MatMul" input: "x" input: "x" } node { name: "n" op: "MatMul" input: "m" input: "y" } """, "'n' (MatMul): its input 'y' does not exist")]
    [TestCase("""node { name: "p" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: -2 } } } } } """, "-2 is not a dimension")]
    [TestCase("""node { name: "r" op: "ReadVariableOp" input: "p" attr { key: "dtype" value { type: DT_FLOAT } } } node { name: "p" op: "Placeholder" attr { key: "dtype" value { type: DT_RESOURCE } } } """, "comes from Placeholder")]
    [TestCase("""node { name: "v" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { unknown_rank: true } } } } """, "has the shape <unknown rank>")]
    [TestCase("""node { name: "c" op: "_Call" } """, "1 ops are not known: _Call (c)")]
    public void What_is_wrong_is_named(string text, string message) =>
        Assert.That(Assert.Catch<GraphException>(() => Read(text))!.Message, Does.Contain(message).And.StartsWith("GraphDef: "));

    [TestCase("dtype: DT_FLOAT tensor_shape { dim { size: 4 } } float_val: 1 float_val: 2", new double[] { 1, 2, 2, 2 })]
    [TestCase("dtype: DT_FLOAT tensor_shape { dim { size: 2 } } tensor_content: '\\000\\000\\200?\\000\\000\\000@'", new double[] { 1, 2 })]
    [TestCase("dtype: DT_INT32 tensor_shape { dim { size: 2 } dim { size: 2 } } int_val: 7", new double[] { 7, 7, 7, 7 })]
    [TestCase("dtype: DT_INT32 tensor_shape { }", new double[] { 0 })]
    [TestCase("dtype: DT_INT64 tensor_shape { dim { size: 1 } } int64_val: -9", new double[] { -9 })]
    [TestCase("dtype: DT_INT8 tensor_shape { dim { size: 2 } } int_val: -3 int_val: 4", new double[] { -3, 4 })]
    [TestCase("dtype: DT_UINT8 tensor_shape { dim { size: 2 } } int_val: 255", new double[] { 255, 255 })]
    [TestCase("dtype: DT_INT16 tensor_shape { dim { size: 1 } } int_val: -300", new double[] { -300 })]
    [TestCase("dtype: DT_UINT16 tensor_shape { dim { size: 1 } } int_val: 65535", new double[] { 65535 })]
    [TestCase("dtype: DT_UINT32 tensor_shape { dim { size: 1 } } uint32_val: 4000000000", new double[] { 4000000000 })]
    [TestCase("dtype: DT_UINT64 tensor_shape { dim { size: 1 } } uint64_val: 4000000000", new double[] { 4000000000 })]
    [TestCase("dtype: DT_BOOL tensor_shape { dim { size: 3 } } bool_val: true bool_val: false", new double[] { 1, 0, 0 })]
    [TestCase("dtype: DT_DOUBLE tensor_shape { dim { size: 1 } } double_val: 0.1", new double[] { 0.1 })]
    [TestCase("dtype: DT_HALF tensor_shape { dim { size: 2 } } half_val: 15360", new double[] { 1, 1 })]
    [TestCase("dtype: DT_BFLOAT16 tensor_shape { dim { size: 2 } } half_val: 16256 half_val: 16384", new double[] { 1, 2 })]
    [TestCase("dtype: DT_FLOAT tensor_shape { dim { size: 0 } }", new double[0])]
    public void Tensors_of_every_form(string tensor, double[] expected)
    {
        var value = Tensor(tensor);
        Assert.That(Enumerable.Range(0, value.Count).Select(value.Number), Is.EqualTo(expected));
    }

    [Test]
    public void Complex_and_string_tensors()
    {
        Assert.That(Tensor("dtype: DT_COMPLEX64 tensor_shape { dim { size: 2 } } scomplex_val: 1 scomplex_val: -2").ToArray<Complex64>(), Is.EqualTo(new Complex64[] { new(1, -2), new(1, -2) }));
        Assert.That(Tensor("dtype: DT_COMPLEX128 tensor_shape { } dcomplex_val: 1 dcomplex_val: -2").ToArray<Complex>(), Is.EqualTo(new Complex[] { new(1, -2) }));
        Assert.That(Tensor("dtype: DT_STRING tensor_shape { dim { size: 3 } } string_val: 'a' string_val: '\\377'").ToArray<byte[]>(), Is.EqualTo(new byte[][] { [97], [255], [255] }));
    }

    [TestCase("dtype: DT_FLOAT tensor_shape { dim { size: 2 } } float_val: 1 float_val: 2 float_val: 3", "has 3 values. Expected at most 2")]
    [TestCase("dtype: DT_FLOAT tensor_shape { dim { size: 2 } } tensor_content: 'abc'", "has 3 bytes. Expected 8")]
    [TestCase("dtype: DT_FLOAT tensor_shape { dim { size: -1 } } float_val: 1", "Expected a known size")]
    [TestCase("dtype: DT_FLOAT tensor_shape { unknown_rank: true }", "Expected a known size")]
    [TestCase("dtype: DT_FLOAT tensor_shape { dim { size: 4611686018427387904 } dim { size: 4611686018427387904 } }", "takes more than 2 GB")]
    [TestCase("dtype: DT_FLOAT tensor_shape { dim { size: 400000000 } } float_val: 1", "grow by more than 256 MB")]
    [TestCase("dtype: DT_STRING tensor_shape { dim { size: 1 } } tensor_content: 'abc'", "Expected string_val")]
    [TestCase("dtype: DT_RESOURCE tensor_shape { }", "a tensor of resource cannot be read")]
    [TestCase("dtype: DT_BOOL tensor_shape { dim { size: 1 } } tensor_content: '\\002'", "other than 0 and 1")]
    public void Tensors_that_cannot_be(string tensor, string message) => Assert.That(Assert.Catch<GraphException>(() => Tensor(tensor))!.Message, Does.Contain(message));

    [Test]
    public void A_constant_s_dtype_is_that_of_its_value() =>
        Assert.That(Assert.Catch<GraphException>(() => Read(Const("dtype: DT_FLOAT tensor_shape { }").Replace("value { type: DT_FLOAT", "value { type: DT_INT32")))!.Message, Does.Contain("its value is float32. Expected int32"));

    [Test]
    public void Attributes_of_every_kind_survive()
    {
        var op = new Op("Sample", "-> y:dtype ; dtype:type i:int f:float=0 b:bool s:string raw:string shape:shape tensor:tensor func:func ints:ints floats:floats bools:bools strings:strings raws:strings types:types shapes:shapes tensors:tensors funcs:funcs empty:ints") { Shape = _ => Shape.Scalar };
        var node = TextFormat.Parse<NodeDef>("""
            name: "n" op: "Sample"
            attr { key: "dtype" value { type: DT_INT8 } } attr { key: "i" value { i: -5 } } attr { key: "f" value { f: 0.1 } } attr { key: "b" value { b: false } } attr { key: "s" value { s: "é" } } attr { key: "raw" value { s: "\377\000" } }
            attr { key: "shape" value { shape { dim { size: -1 } dim { size: 3 } } } } attr { key: "tensor" value { tensor { dtype: DT_INT8 tensor_shape { dim { size: 2 } } tensor_content: "ab" } } }
            attr { key: "func" value { func { name: "g" attr { key: "T" value { type: DT_HALF } } attr { key: "k" value { i: 3 } } } } }
            attr { key: "ints" value { list { i: 1 i: 2 } } } attr { key: "floats" value { list { f: 0.1 } } } attr { key: "bools" value { list { b: true b: false } } } attr { key: "strings" value { list { s: "a" s: "" } } }
            attr { key: "raws" value { list { s: "a" s: "\377" } } } attr { key: "types" value { list { type: DT_FLOAT type: DT_VARIANT } } } attr { key: "shapes" value { list { shape { unknown_rank: true } shape { } } } }
            attr { key: "tensors" value { list { tensor { dtype: DT_STRING tensor_shape { dim { size: 1 } } string_val: "q" } } } } attr { key: "funcs" value { list { func { name: "h" } } } } attr { key: "empty" value { list { } } }
            attr { key: "_own" value { list { i: 1 type: DT_FLOAT } } } attr { key: "_class" value { list { s: "loc:@x" } } } attr { key: "_shapes" value { list { shape { unknown_rank: true } } } } attr { key: "_t" value { type: DT_FLOAT_REF } }
            """);
        var attrs = new AttrReader(new()).Read(node, op);
        Assert.That(attrs.Get<DType>("dtype"), Is.EqualTo(DType.Int8));
        Assert.That(attrs.Get<string>("s"), Is.EqualTo("é"));
        Assert.That(attrs.Get<byte[]>("raw"), Is.EqualTo(new byte[] { 255, 0 }));
        Assert.That(attrs.Get<string[]>("strings"), Is.EqualTo(new[] { "a", "" }));
        Assert.That(attrs.Get<long[]>("empty"), Is.Empty);
        Assert.That(attrs.Get<Shape[]>("shapes")[0].HasRank, Is.False);
        Assert.That(attrs.Get<FunctionRef>("func").Attrs.Get<long>("k"), Is.EqualTo(3));
        Assert.That(NodeWriter.Write(op.Call([], attrs, "n"), n => n.Name!), Is.EqualTo(node));
        Assert.That(NodeWriter.Write(op.Call([], attrs, "n"), n => n.Name!).ToByteString(), Has.Length.GreaterThan(300));
    }

    [Test]
    public void Lists_of_two_kinds_are_an_error() =>
        Assert.That(Assert.Catch<GraphException>(() => Read(X + """node { name: "s" op: "Squeeze" input: "x" attr { key: "squeeze_dims" value { list { i: 1 s: "a" } } } } """))!.Message, Does.Contain("its attribute 'squeeze_dims' is of the kind list. Expected ints"));

    const string Counter = """
        node { name: "v" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } attr { key: "shared_name" value { s: "a/v" } } }
        node { name: "v2" op: "VarHandleOp" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } attr { key: "shared_name" value { s: "a/v" } } }
        node { name: "by" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { dim { size: 2 } } } } }
        node { name: "handle" op: "Identity" input: "v2" attr { key: "T" value { type: DT_RESOURCE } } }
        node { name: "read" op: "ReadVariableOp" input: "handle" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "square" op: "Square" input: "read" attr { key: "T" value { type: DT_FLOAT } } }
        node { name: "assign" op: "AssignVariableOp" input: "v" input: "square" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "add" op: "AssignAddVariableOp" input: "v" input: "by" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "sub" op: "AssignSubVariableOp" input: "v" input: "by" attr { key: "dtype" value { type: DT_FLOAT } } }
        node { name: "late" op: "ReadVariableOp" input: "v" input: "^add" attr { key: "dtype" value { type: DT_FLOAT } } }
        """;

    [Test]
    public void Variables_become_Parameters_and_assignments_updates()
    {
        var graph = Read(Counter);
        var v = graph.Parameters.Single();
        Assert.That((v.Path, v.Name, v.Shape, v.Trainable), Is.EqualTo(("a/v", "v", Shape.Create([2]), false)));
        Assert.That(() => v.Value, Throws.TypeOf<GraphException>().With.Message.Contains("'a/v' has no value"));
        v.Value = new float[] { 2, 3 };
        NDArray by = new float[] { 1, 10 };
        Assert.That(Run(["by"], ["square"], ["add"], by), Is.EqualTo(new float[] { 4, 9 }));
        Assert.That(v.Value.ToArray<float>(), Is.EqualTo(new float[] { 3, 13 }));
        Run([], ["read"], ["assign"]);
        Assert.That(v.Value.ToArray<float>(), Is.EqualTo(new float[] { 9, 169 }));
        Run(["by"], ["read"], ["sub"], by);
        Assert.That(v.Value.ToArray<float>(), Is.EqualTo(new float[] { 8, 159 }));
        Assert.That(() => graph.Program([], [], "assign", "add"), Throws.TypeOf<GraphException>().With.Message.Contains("assigned twice"));
        Assert.That(() => graph.Program(["by"], ["late"]), Throws.TypeOf<GraphException>().With.Message.Contains("after the assignment 'add'"));

        float[] Run(string[] feeds, string[] fetches, string[] targets, params NDArray[] values)
        {
            using var session = Engines.Find("embedded").Compile(graph.Program(feeds, fetches, targets));
            var results = new NDArray?[fetches.Length];
            session.Run(values, results);
            return results[0]!.ToArray<float>();
        }
    }

    [Test]
    public void A_variable_of_two_shapes_is_an_error() =>
        Assert.That(Assert.Catch<GraphException>(() => Read(Counter.Replace("name: \"v2\" op: \"VarHandleOp\" attr { key: \"dtype\" value { type: DT_FLOAT } } attr { key: \"shape\" value { shape { dim { size: 2 }", "name: \"v2\" op: \"VarHandleOp\" attr { key: \"dtype\" value { type: DT_FLOAT } } attr { key: \"shape\" value { shape { dim { size: 3 }")))!.Message,
            Does.Contain("the variable 'a/v' is float32 [3] here and float32 [2] elsewhere"));

    [Test]
    public void Old_placeholders_of_scalar_shape_may_have_any()
    {
        const string scalar = """node { name: "p" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "shape" value { shape { } } } } """;
        Assert.That(Read(scalar + "versions { producer: 21 }")["p"].Shape.HasRank, Is.False);
        Assert.That(Read(scalar + "versions { producer: 22 }")["p"].Shape, Is.EqualTo(Shape.Scalar));
    }
}
