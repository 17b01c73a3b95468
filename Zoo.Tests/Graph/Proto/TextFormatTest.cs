using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Tests.Graph.Proto;

sealed class TextFormatTest
{
    static GraphDef Sample()
    {
        var node = new NodeDef { Name = "c", Op = "Const", Device = "/cpu:0" };
        node.Input.Add(["a", "^b:1"]);
        node.Attr["dtype"] = new AttrValue { Type = DataType.DtFloat };
        node.Attr["flag"] = new AttrValue { B = false };
        node.Attr["zero"] = new AttrValue { I = 0 };
        node.Attr["text"] = new AttrValue { S = ByteString.CopyFrom([0, 10, 34, 39, 92, 127, 200, 255]) };
        node.Attr["empty"] = new AttrValue();
        node.Attr["value"] = new AttrValue
        {
            Tensor = new TensorProto
            {
                Dtype = DataType.DtFloat,
                TensorShape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dim { Size = -1, Name = "ä" } } },
                FloatVal = { 1.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-30f, -0f },
                DoubleVal = { double.MaxValue, 0.1 },
                Uint64Val = { ulong.MaxValue },
                Int64Val = { long.MinValue },
                BoolVal = { true, false },
            },
        };
        node.Attr["list"] = new AttrValue { List = new AttrValue.Types.ListValue { Type = { DataType.DtInt32, DataType.DtHalf, (DataType)999 }, S = { ByteString.CopyFromUtf8("é") } } };
        var function = new FunctionDef { Signature = new OpDef { Name = "f" }, Ret = { ["y"] = "n:z:0" } };
        function.ArgAttr[3] = new FunctionDef.Types.ArgAttrs();
        function.ResourceArgUniqueId[7] = 9;
        return new GraphDef { Node = { node }, Versions = new VersionDef { Producer = 1882 }, Library = new FunctionDefLibrary { Function = { function } } };
    }

    [Test]
    public void Round_trip_keeps_everything()
    {
        var graph = Sample();
        Assert.That(TextFormat.Parse<GraphDef>(TextFormat.Print(graph)).Equals(graph), TextFormat.Print(graph));
    }

    [Test]
    public void Printed_form_is_protobuf_s()
    {
        var node = new NodeDef { Name = "x\"\n", Attr = { ["b"] = new AttrValue { B = false }, ["a"] = new AttrValue { Type = DataType.DtBool } } };
        Assert.That(TextFormat.Print(node), Is.EqualTo(
            "name: \"x\\\"\\n\"\nattr {\n  key: \"a\"\n  value {\n    type: DT_BOOL\n  }\n}\nattr {\n  key: \"b\"\n  value {\n    b: false\n  }\n}\n"));
    }

    [Test]
    public void All_ways_to_write_are_read()
    {
        var tensor = TextFormat.Parse<TensorProto>("""
            # a comment
            dtype: 1, tensor_shape: < dim { size: 0x10 } dim: [ { size: 010 }, { size: -3; } ] > # another
            float_val: [1, 2.5f, -Inf, infinity, nan, - .5, 1E+2] ; double_val: []
            int_val: - 5 string_val: "a\"" 'b\'c' string_val: "\x41\101\u00e9\U0001F600\?\a" bool_val: [true, f, 1, True]
            """);
        Assert.Multiple(() =>
        {
            Assert.That(tensor.Dtype, Is.EqualTo(DataType.DtFloat));
            Assert.That(tensor.TensorShape.Dim.Select(d => d.Size), Is.EqualTo(new long[] { 16, 8, -3 }));
            Assert.That(tensor.FloatVal, Is.EqualTo(new[] { 1, 2.5f, float.NegativeInfinity, float.PositiveInfinity, float.NaN, -.5f, 100 }));
            Assert.That(tensor.IntVal, Is.EqualTo(new[] { -5 }));
            Assert.That(tensor.StringVal.Select(s => s.ToStringUtf8()), Is.EqualTo(new[] { "a\"b'c", "AAé😀?\a" }));
            Assert.That(tensor.BoolVal, Is.EqualTo(new[] { true, false, true, true }));
            Assert.That(tensor.DoubleVal, Is.Empty);
        });
    }

    [Test]
    public void Map_entries_may_lack_a_part_and_the_last_wins()
    {
        var node = TextFormat.Parse<NodeDef>("attr { key: 'a' } attr { value { i: 1 } } attr: [{ key: 'b' value { i: 1 } }, { value: { i: 2 }, key: 'b' }]");
        Assert.That(node.Attr["a"].ValueCase, Is.EqualTo(AttrValue.ValueOneofCase.None));
        Assert.That(node.Attr[""].I, Is.EqualTo(1));
        Assert.That(node.Attr["b"].I, Is.EqualTo(2));
    }

    [TestCase("node {\n  nam: 'x'\n}", 2, 3, "tensorflow.NodeDef has no field 'nam'")]
    [TestCase("node { name 'x' }", 1, 13, "expected ':' after 'name'")]
    [TestCase("node { name: 'x", 1, 16, "not closed")]
    [TestCase("node {\n", 2, 1, "the text ends inside a message")]
    [TestCase("node { name: 'x' name: 'y' }", 1, 18, "twice")]
    [TestCase("node { attr { key: 'a' value { i: 1 b: true } } }", 1, 37, "one is given already")]
    [TestCase("node { attr { key: 'a' value { type: DT_FLAOT } } }", 1, 38, "no value 'DT_FLAOT'")]
    [TestCase("versions { producer: 2147483648 }", 1, 22, "outside of")]
    [TestCase("versions { producer: 1.5 }", 1, 22, "not a whole number")]
    [TestCase("versions { producer: [1] }", 1, 22, "takes no list")]
    [TestCase("node { name: '\\q' }", 1, 17, "not an escape")]
    [TestCase("node { name: '\\377' }", 1, 14, "not valid UTF-8")]
    [TestCase("[x.y] { }", 1, 1, "not supported")]
    [TestCase("node { } }", 1, 10, "expected a field name but found '}'")]
    [TestCase("node { } \0", 1, 10, "expected a field name")]
    public void Errors_name_line_and_column(string text, int line, int column, string what)
    {
        var error = Assert.Throws<FormatException>(() => TextFormat.Parse<GraphDef>(text))!;
        Assert.That(error.Message, Does.StartWith($"line {line}, column {column}: ").And.Contains(what));
    }

    [Test]
    public void Deep_nesting_is_an_error()
    {
        var text = "experimental_type {" + string.Concat(Enumerable.Repeat("args {", 100_000));
        Assert.That(Assert.Throws<FormatException>(() => TextFormat.Parse<NodeDef>(text))!.Message, Does.Contain("more than 100 deep"));
    }

    [Test]
    public void Truncated_text_never_does_anything_but_throw_or_read()
    {
        var text = TextFormat.Print(Sample());
        for (int length = 0; length < text.Length; length++)
            try
            {
                TextFormat.Parse<GraphDef>(text[..length]);
            }
            catch (FormatException e)
            {
                Assert.That(e.Message, Does.StartWith("line "));
            }
    }
}
