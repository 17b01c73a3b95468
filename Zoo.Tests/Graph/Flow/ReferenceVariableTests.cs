using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Tests.Engine.TensorFlow;
using Zoo.Tests.EngineCases;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Graph.Flow;

/// <summary>Training graphs of TensorFlow 1 go on as TensorFlow itself goes on: reference variables, fused updates, seeded random numbers.</summary>
[Category("Engines")]
sealed class ReferenceVariableTests
{
    [Test]
    public void A_training_graph_trains_as_in_TensorFlow()
    {
        TensorFlowLibrary.Require();
        var file = MetaGraphDef.Parser.ParseFrom(File.ReadAllBytes(Shared.File("models/tf/metagraphs/xor.meta"))).GraphDef;
        using var theirs = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
        theirs.Import(file);
        string[] inputs = ["Placeholder", "Placeholder_1"], weights = ["Variable", "Variable_1"];
        foreach (var engine in TestEngines.Names)
        {
            var ours = GraphDefReader.Read(file);
            var first = weights.Select((_, i) => OpCase.Fill(ours.Parameters[i].Shape, DType.Float32, new Random(i).NextDouble)).ToArray();
            theirs.Run([("truncated_normal", first[0]), ("truncated_normal_1", first[1])], [], "init");
            for (var i = 0; i < 2; i++) ours.Parameters.Single(p => p.Path == weights[i]).Value = first[i];
            ours.Parameters.Single(p => p.Path == "global_step").Value = theirs.Run([], ["global_step/read"])[0];
            NDArray x = new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } };
            var y = NDArray.From(new[] { 0, 1, 1, 0 }).Cast(ours["Placeholder_1"].DType);
            using var session = TestEngines.Get(engine).Compile(ours.Program(inputs, ["loss"], "train_op"));
            for (var step = 0; step < 10; step++)
            {
                var expected = theirs.Run([(inputs[0], x), (inputs[1], y)], ["loss"], "train_op");
                var found = new NDArray?[1];
                session.Run([x, y], found);
                Assert.That(found[0]!.ToNumber(), Is.EqualTo(expected[0].ToNumber()).Within(1e-5), $"{engine} step {step}");
            }
            foreach (var p in ours.Parameters) Assert.That(OpRun.Differ(p.Value, theirs.Run([], [p.Path + "/read"])[0], 1e-4), Is.Null, $"{engine} {p.Path}");
            Assert.That(ours.Parameters.Single(p => p.Path == "global_step").Value.ToNumber(), Is.EqualTo(10));
        }
    }

    static IEnumerable<string> Updates => Registry.All.Keys.Where(name => System.Text.RegularExpressions.Regex.IsMatch(name, "^(Resource)?(Sparse)?Apply|^(Resource)?Scatter(Nd)?(Add|Sub|Mul|Div|Min|Max|Update)$")).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Updates))]
    public void Updates_are_TensorFlows(string op)
    {
        TensorFlowLibrary.Require();
        var (signature, resource) = (Registry.Get(op).Signature, op.StartsWith("Resource", StringComparison.Ordinal));
        var rows = op.Contains("Sparse", StringComparison.Ordinal) || op.Contains("Scatter", StringComparison.Ordinal);
        var variables = Registry.Get(resource ? op : "Resource" + op).Signature.Inputs.Count(input => input.Fixed == DType.Resource);
        var g = new OldGraph();
        for (var i = 0; i < variables; i++)
        {
            g.Named($"v{i}", resource ? "VarHandleOp" : "VariableV2", [], ("dtype", DType.Float32), ("shape", Shape.Create([3, 2])), ("shared_name", $"v{i}"));
            g.Named($"set{i}", resource ? "AssignVariableOp" : "Assign", [$"v{i}", g.Input($"first{i}", DType.Float32, [3, 2])], (resource ? "dtype" : "T", DType.Float32));
            g.Named($"read{i}", resource ? "ReadVariableOp" : "Identity", [$"v{i}"], (resource ? "dtype" : "T", DType.Float32));
        }
        var inputs = signature.Inputs[variables..].Select(input => g.Input(input.Name, input.TypeAttr is "Tindices" ? DType.Int32 : input.Fixed == DType.Int64 ? DType.Int64 : DType.Float32,
            input.Name is "indices" ? op.Contains("Nd", StringComparison.Ordinal) ? [2, 1] : [2] : input.Name is "delta" or "grad" or "updates" ? [rows ? 2 : 3, 2] : Shape.Scalar)).ToArray();
        var data = signature.Attrs.Any(a => a.Name == "T") ? "T" : "dtype";
        g.Named("go", op, [.. Enumerable.Range(0, variables).Select(i => $"v{i}"), .. inputs], [(data, DType.Float32), .. rows ? new (string, object)[] { ("Tindices", DType.Int32) } : []]);
        using var theirs = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
        theirs.Import(g.Graph);
        var ours = GraphDefReader.Read(g.Graph);
        var random = new Random(variables);
        var feeds = inputs.Select(name => (name, ours[name].DType == DType.Float32 ? OpCase.Fill(ours[name].Shape, DType.Float32, () => (.1 + random.NextDouble() * .8) * (name == "lr_power" ? -1 : 1)) : ours[name].Shape.Rank == 0 ? NDArray.Scalar(3, ours[name].DType) : NDArray.From([2, 0], ours[name].Shape))).ToArray();
        for (var i = 0; i < variables; i++)
        {
            var first = OpCase.Fill([3, 2], DType.Float32, () => .1 + random.NextDouble());
            theirs.Run([($"first{i}", first)], [], $"set{i}");
            ours.Parameters.Single(p => p.Path == $"v{i}").Value = first;
        }
        theirs.Run(feeds, [], "go");
        var program = ours.Program(inputs, [], "go");
        using (var session = TestEngines.Get("embedded").Compile(program)) session.Run([.. feeds.Select(f => f.Item2)], []);
        for (var i = 0; i < variables; i++) Assert.That(OpRun.Differ(ours.Parameters.Single(p => p.Path == $"v{i}").Value, theirs.Run([], [$"read{i}"])[0], 1e-5), Is.Null, $"v{i}");
    }

    [Test]
    public void Rows_and_shape_of_a_variable_are_read()
    {
        var g = new OldGraph();
        g.Named("v", "VarHandleOp", [], ("dtype", DType.Float32), ("shape", Shape.Create([3, 2])), ("shared_name", "v"));
        g.Named("rows", "ResourceGather", ["v", g.Const(new[,] { { 2, 0 }, { 1, 1 } })], ("dtype", DType.Float32), ("Tindices", DType.Int32));
        g.Named("picked", "ResourceGatherNd", ["v", g.Const(new[,] { { 2, 0 }, { 1, 1 } })], ("dtype", DType.Float32), ("Tindices", DType.Int32));
        g.Named("shape", "VariableShape", ["v"], ("out_type", DType.Int64));
        var ours = GraphDefReader.Read(g.Graph);
        ours.Parameters.Single().Value = NDArray.From([1f, 2, 3, 4, 5, 6], [3, 2]);
        var found = new NDArray?[3];
        using var session = TestEngines.Get("embedded").Compile(ours.Program([], ["rows", "picked", "shape"]));
        session.Run([], found);
        Assert.That(found[0]!.ToArray<float>(), Is.EqualTo(new float[] { 5, 6, 1, 2, 3, 4, 3, 4 }));
        Assert.That(found[1]!.ToArray<float>(), Is.EqualTo(new float[] { 5, 4 }));
        Assert.That(found[2]!.ToArray<long>(), Is.EqualTo(new long[] { 3, 2 }));
    }

    [TestCase("RandomUniform", DType.Float32)]
    [TestCase("RandomUniform", DType.Float64)]
    [TestCase("RandomStandardNormal", DType.Float32)]
    [TestCase("TruncatedNormal", DType.Float32)]
    [TestCase("RandomShuffle", DType.Float32)]
    [TestCase("RandomUniformInt", DType.Int32)]
    public void Seeded_random_numbers_are_TensorFlows_in_every_run(string op, DType dtype)
    {
        TensorFlowLibrary.Require();
        var g = new OldGraph();
        (string, object)[] seeds = [("seed", 87654321L), ("seed2", 42L)];
        if (op == "RandomShuffle") g.Named("y", op, [g.Const(NDArray.From(Enumerable.Range(0, 23).Select(i => (float)i).ToArray()))], [.. seeds, ("T", dtype)]);
        else if (op == "RandomUniformInt") g.Named("y", op, [g.Const(new[] { 3, 5 }), g.Const(-4), g.Const(1000)], [.. seeds, ("Tout", dtype), ("T", DType.Int32)]);
        else g.Named("y", op, [g.Const(new[] { 3, 5 })], [.. seeds, ("dtype", dtype), ("T", DType.Int32)]);
        using var theirs = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
        theirs.Import(g.Graph);
        using var session = TestEngines.Get("embedded").Compile(GraphDefReader.Read(g.Graph).Program([], ["y"]));
        for (var run = 0; run < 3; run++)
        {
            var found = new NDArray?[1];
            session.Run([], found);
            Assert.That(OpRun.Differ(found[0]!, theirs.Run([], ["y"])[0], op is "RandomStandardNormal" or "TruncatedNormal" ? 1e-6 : 0), Is.Null, $"run {run}");
        }
    }
}
