using System.Text;
using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Tests.Graph;

/// <summary>Damaged and hostile graphs: an exception of ours that says what is wrong, soon, and without taking all memory.</summary>
sealed class GraphDefHostileTests
{
    // What a damaged size may cost at most, beside what the nodes that are really there take.
    const long Memory = 400L << 20;

    static byte[] Sample(bool text)
    {
        var file = new MemoryStream();
        GraphDefFile.Save(ExportedStep.Write(SampleStep.LeNet(out _), SampleStep.Fetches), file, text);
        return file.ToArray();
    }

    /// <summary>Reads it, as a graph and as a training step: whether it could be read. Anything but an answer or a clear exception fails the test.</summary>
    static bool Survives(byte[] bytes, string what) =>
        HostileFile.Survives<GraphException>(() => TrainingStep.Load(new MemoryStream(bytes)).Dispose(), Memory + 80L * bytes.Length, 6000, what);

    [TestCase(false)]
    [TestCase(true)]
    public void Truncated_files(bool text)
    {
        var whole = Sample(text);
        Assert.That(Survives(whole, "whole"), Is.True);
        for (var i = 0; i < 200; i++) Assert.That(Survives(whole[..(int)((long)whole.Length * i / 200)], $"{i}/200"), Is.False, $"{i}/200 of a file cannot be a step");
        Report.Add("hostile", text ? "pbtxt truncated" : "pb truncated", 200, 200);
    }

    [TestCase(false, 400)]
    [TestCase(true, 200)]
    public void Flipped_bits(bool text, int count)
    {
        // Most of the bits are the weights' values; flips in the structure are what hurts.
        var graph = ExportedStep.Write(SampleStep.LeNet(out _), SampleStep.Fetches);
        foreach (var value in graph.Node.Where(n => n.Op == "Const").Select(n => n.Attr["value"].Tensor))
            if (value.TensorContent.Length > 64) (value.TensorContent, value.Dtype) = (ByteString.Empty, value.Dtype);
        var file = new MemoryStream();
        GraphDefFile.Save(graph, file, text);
        var whole = file.ToArray();
        Assert.That(Survives(whole, "whole"), Is.True);
        var random = new Random(20260101);
        var refused = 0;
        for (var i = 0; i < count; i++)
        {
            var damaged = (byte[])whole.Clone();
            for (var k = 0; k <= i % 4; k++) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            if (!Survives(damaged, $"flip {i}")) refused++;
        }
        TestContext.Out.WriteLine($"{refused} of {count} refused");
        Assert.That(refused, Is.GreaterThan(count / 2));
        Report.Add("hostile", text ? "pbtxt bit flips" : "pb bit flips", count, count);
    }

    static readonly string Two = """node { name: "n0" op: "Const" attr { key: "dtype" value { type: DT_INT32 } } attr { key: "value" value { tensor { dtype: DT_INT32 tensor_shape { dim { size: 2 } } int_val: 1 int_val: 1 } } } } """;

    static string Node(int i, string op, params string[] inputs) => $"node {{ name: \"n{i}\" op: \"{op}\" {string.Concat(inputs.Select(x => $"input: \"{x}\" "))} attr {{ key: \"T\" value {{ type: DT_INT32 }} }} }} ";

    static IEnumerable<TestCaseData> Hostile()
    {
        TestCaseData Case(string name, Func<string> text, bool isGraph = true) => new TestCaseData(text, isGraph).SetName($"Hostile: {name}");
        // Each sum is computed from two of the one before: 2^60 sums for who does not remember.
        yield return Case("shape arithmetic that doubles", () => Two + string.Concat(Enumerable.Range(1, 60).Select(i => Node(i, "AddV2", $"n{i - 1}", $"n{i - 1}"))) + Node(61, "Reshape", "n0", "n60"));
        yield return Case("a chain of 200,000 nodes", () => Two + string.Concat(Enumerable.Range(1, 200_000).Select(i => Node(i, "Identity", $"n{i - 1}"))) + Node(200_001, "Reshape", "n0", "n200000"));
        yield return Case("a circle of 100,000 nodes", () => string.Concat(Enumerable.Range(0, 100_000).Select(i => Node(i, "Identity", $"n{(i + 1) % 100_000}"))));
        yield return Case("a tensor of 2^62 elements", () => """node { name: "c" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 4611686018427387904 } } float_val: 1 } } } }""");
        yield return Case("50 tensors of 40 MB in a few bytes", () => string.Concat(Enumerable.Range(0, 50).Select(i => $$"""node { name: "c{{i}}" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 10000000 } } float_val: 1 } } } } """)));
        yield return Case("a number of a million digits", () => "versions { producer: 0" + new string('7', 1_000_000) + " }", isGraph: false);
        yield return Case("a decimal number of a million digits", () => "versions { producer: " + new string('7', 1_000_000) + " }", isGraph: false);
        yield return Case("messages nested 100,000 deep", () => "node { experimental_type {" + string.Concat(Enumerable.Repeat("args {", 100_000)), isGraph: false);
        yield return Case("100,000 unknown ops", () => string.Concat(Enumerable.Range(0, 100_000).Select(i => $"node {{ name: \"n{i}\" op: \"Foo{i}\" }} ")));
        yield return Case("a transpose by huge numbers", () => Two + """node { name: "p" op: "Const" attr { key: "dtype" value { type: DT_INT64 } } attr { key: "value" value { tensor { dtype: DT_INT64 tensor_shape { dim { size: 1 } } int64_val: 9223372036854775807 } } } } node { name: "t" op: "Transpose" input: "n0" input: "p" }""");
    }

    [TestCaseSource(nameof(Hostile))]
    public void A_hostile_graph(Func<string> text, bool isGraph)
    {
        var graph = text();
        Assert.That(Survives(Encoding.UTF8.GetBytes(graph), "text"), Is.False);
        if (isGraph) Assert.That(Survives(TextFormat.Parse<GraphDef>(graph).ToByteArray(), "binary"), Is.False);
        else Assert.That(() => TextFormat.Parse<GraphDef>(graph), Throws.TypeOf<FormatException>(), "text that is no graph has no binary form");
    }

    [TestCase("", "it is empty")]
    [TestCase("\b\u0001\u0012\u0004", "as a SavedModel does")]
    [TestCase("PK\u0003\u0004 a zip file", "no GraphDef")]
    [TestCase("<html></html>", "no GraphDef")]
    [TestCase("{ \"json\": 1 }", "no GraphDef")]
    [TestCase("versions { producer: 1 }", "it has no nodes")]
    public void Files_that_are_something_else(string content, string message) =>
        Assert.That(Assert.Throws<GraphException>(() => GraphDefReader.Read(Encoding.UTF8.GetBytes(content)))!.Message, Does.Contain(message));

    [Test]
    public void A_file_s_name_is_in_the_message()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "damaged.pb");
        File.WriteAllText(path, "no graph");
        Assert.That(Assert.Throws<GraphException>(() => GraphDefReader.Load(path))!.Message, Does.StartWith($"GraphDef '{path}': ").And.Contains("line 1"));
    }
}
