using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Tests.Engine.TensorFlow;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph;

/// <summary>An exported training step: in TensorFlow's runtime alone, and read back.</summary>
[Category("Engines")]
sealed class ExportedStepTests
{
    static byte[] File(out Parameter[] parameters) => ExportedStep.Write(SampleStep.LeNet(out parameters), SampleStep.Fetches).ToByteArray();

    static double[] Losses(string engine, int steps)
    {
        using var step = new TrainingStep(SampleStep.LeNet(out _), SampleStep.Fetches, Engines.Find(engine));
        return [.. Enumerable.Range(0, steps).Select(i => step.Run(SampleStep.Batch(i))["loss"].ToNumber())];
    }

    /// <summary>One run by names, as a program without this library would do it: the file's bytes, and TensorFlow's C functions.</summary>
    static NDArray[] Run(TensorFlowGraph graph, Dictionary<string, NDArray> feeds) =>
        graph.Run([.. feeds.Select(f => (f.Key, f.Value))], ["loss", "accuracy"], "train");

    static Dictionary<string, NDArray> Values(TensorFlowGraph graph, GraphDef file)
    {
        var reads = file.Node.Where(n => n.Op == "ReadVariableOp").ToArray();
        return reads.Select(n => n.Name).Zip(graph.Run([], [.. reads.Select(n => n.Name)])).ToDictionary(p => p.First, p => p.Second);
    }

    [Test]
    public void TensorFlow_alone_trains_it_with_the_embedded_engine_s_losses()
    {
        TensorFlowLibrary.Require();
        var bytes = File(out _);
        using var graph = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
        graph.Import(bytes);
        graph.Run([], [], "init");
        var losses = Enumerable.Range(0, 20).Select(i => Run(graph, SampleStep.Batch(i))[0].ToNumber()).ToArray();
        var ours = Losses("embedded", 20);
        Assert.That(losses, Is.EqualTo(ours).Within(1e-4));
        Assert.That(losses[^1], Is.LessThan(losses[0] / 2), "it does not learn");
        graph.Run([], [], "init");
        Assert.That(Run(graph, SampleStep.Batch(0))[0].ToNumber(), Is.EqualTo(losses[0]).Within(1e-6), "init starts anew");
    }

    [Test]
    public void Names_are_those_of_the_design()
    {
        var file = ExportedStep.Write(SampleStep.LeNet(out var parameters), SampleStep.Fetches);
        var nodes = file.Node.ToDictionary(n => n.Name);
        Assert.That(parameters, Has.Length.EqualTo(3 * 8 + 1));
        Assert.That(file.Node.Where(n => n.Op == "VarHandleOp").Select(n => n.Attr["shared_name"].S.ToStringUtf8()), Is.EquivalentTo(parameters.Select(p => p.Path)));
        Assert.That(file.Node.Where(n => n.Op == "Placeholder").Select(n => n.Name), Is.EquivalentTo(new[] { "x", "y", "lr" }));
        Assert.That((nodes["init"].Op, nodes["train"].Op, nodes["loss"].Op, nodes["accuracy"].Op), Is.EqualTo(("NoOp", "NoOp", "Identity", "Identity")));
        Assert.That(nodes["init"].Input, Has.Count.EqualTo(parameters.Length));
        var assigned = nodes["train"].Input.Select(i => nodes[i[1..]]).ToArray();
        Assert.That(assigned, Has.Length.EqualTo(parameters.Length).And.All.Matches<NodeDef>(n => n.Op == "AssignVariableOp" && n.Input.Contains("^train/ready")));
    }

    [Test]
    public void Without_the_barrier_TensorFlow_assigns_although_the_step_fails()
    {
        // The peer of the next test: it shows that the barrier does something.
        Assert.That(ChangedByAFailure(barrier: false), Is.GreaterThan(0));
    }

    [Test]
    public void A_step_that_fails_leaves_every_variable_in_TensorFlow_alone() => Assert.That(ChangedByAFailure(barrier: true), Is.Zero);

    static int ChangedByAFailure(bool barrier)
    {
        TensorFlowLibrary.Require();
        var file = ExportedStep.Write(SampleStep.LeNet(out _), SampleStep.Fetches);
        if (!barrier)
            foreach (var node in file.Node.Where(n => n.Op == "AssignVariableOp")) node.Input.Remove("^train/ready");
        using var graph = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
        graph.Import(file.ToByteArray());
        graph.Run([], [], "init");
        var good = SampleStep.Batch(0);
        Run(graph, good);
        var before = Values(graph, file);
        Assert.That(before, Has.Count.EqualTo(25));
        var bad = SampleStep.Batch(1);
        bad["y"].AsSpan<long>()[5] = 10;
        for (var i = 0; i < 10; i++) Assert.Throws<EngineException>(() => Run(graph, bad));
        var after = Values(graph, file);
        if (barrier) Assert.That(() => Run(graph, good), Throws.Nothing);
        return before.Count(b => !b.Value.Bytes.SequenceEqual(after[b.Key].Bytes));
    }

    [TestCase("embedded")]
    [TestCase("tensorflow")]
    public void A_step_read_back_that_fails_leaves_every_variable(string engine)
    {
        if (engine == "tensorflow") TensorFlowLibrary.Require();
        using var step = TrainingStep.Load(new MemoryStream(File(out _)), engine);
        step.Run(SampleStep.Batch(0));
        var before = step.Parameters.Select(p => p.Value.Bytes.ToArray()).ToArray();
        var bad = SampleStep.Batch(1);
        bad["y"].AsSpan<long>()[5] = -1;
        Assert.Throws<EngineException>(() => step.Run(bad));
        Assert.That(step.Parameters.Select(p => p.Value.Bytes.ToArray()), Is.EqualTo(before));
        step.Run(SampleStep.Batch(1));
        Assert.That(step.Parameters.Select(p => p.Value.Bytes.ToArray()), Is.Not.EqualTo(before));
    }

    [TestCase("embedded", "embedded", false)]
    [TestCase("embedded", "tensorflow", false)]
    [TestCase("tensorflow", "embedded", true)]
    [TestCase("tensorflow", "tensorflow", false)]
    public void Training_goes_on_where_it_was_exported(string first, string second, bool text)
    {
        TensorFlowLibrary.Require();
        var undisturbed = Losses(first, 20);
        var file = new MemoryStream();
        var losses = new List<double>();
        using (var step = new TrainingStep(SampleStep.LeNet(out _), SampleStep.Fetches, Engines.Find(first)))
        {
            for (var i = 0; i < 10; i++) losses.Add(step.Run(SampleStep.Batch(i))["loss"].ToNumber());
            step.Save(file, text);
        }
        file.Position = 0;
        using (var step = TrainingStep.Load(file, second))
        {
            Assert.That(step.Feeds, Is.EqualTo(new[] { "x", "y", "lr" }));
            Assert.That(step.Fetches, Is.EqualTo(SampleStep.Fetches));
            Assert.That(step.Parameters.Single(p => p.Path == "iterations").Value.ToNumber(), Is.EqualTo(10));
            Assert.That(step.Parameters.Where(p => p.Trainable).Select(p => p.Path).Order(), Has.Exactly(8).Items.And.All.Match("/(kernel|bias)$"));
            for (var i = 10; i < 20; i++) losses.Add(step.Run(SampleStep.Batch(i))["loss"].ToNumber());
        }
        if (first == second) Assert.That(losses, Is.EqualTo(undisturbed).Within(1e-6));
        else Assert.That(losses, Is.EqualTo(undisturbed).Within(1e-4));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_step_written_again_is_the_same(bool text)
    {
        var file = ExportedStep.Write(SampleStep.LeNet(out _), SampleStep.Fetches);
        var again = new MemoryStream();
        var stream = new MemoryStream();
        GraphDefFile.Save(file, stream, text);
        stream.Position = 0;
        TrainingStep.Load(stream).Save(again, text);
        var (one, two) = (GraphDefFile.Parse(stream.ToArray()), GraphDefFile.Parse(again.ToArray()));
        static Dictionary<string, string> Nodes(GraphDef g) => g.Node.ToDictionary(n => n.Name, TextFormat.Print);
        Assert.That(Nodes(two), Is.EqualTo(Nodes(one)));
    }

    [Test]
    public void Names_that_cannot_be_are_errors()
    {
        var x = StateOps.Input("train", [2], DType.Float32);
        var w = new Parameter(NDArray.Zeros([2]), "w");
        var loss = A.Sum(x * w);
        var taken = Assert.Throws<GraphException>(() => ExportedStep.Write(new() { Feeds = [x], Fetches = [loss], Updates = [(w, w.Variable + x)] }, ["loss"]))!;
        Assert.That(taken.Message, Does.Contain("the input 'train' cannot have that name"));
        var z = StateOps.Input("a b", [2], DType.Float32);
        Assert.That(() => ExportedStep.Write(new() { Feeds = [z], Fetches = [A.Sum(z)], Updates = [(w, w.Variable + z)] }, ["loss"]), Throws.TypeOf<GraphException>().With.Message.Contains("'a b'"));
        var v = new Parameter(NDArray.Zeros([2]), "w");
        var u = StateOps.Input("u", [2], DType.Float32);
        Assert.That(() => ExportedStep.Write(new() { Feeds = [u], Fetches = [A.Sum(u)], Updates = [(w, w.Variable + u), (v, v.Variable + u)] }, ["loss"]), Throws.TypeOf<GraphException>().With.Message.Contains("2 variables have the path 'w'"));
        Assert.That(() => ExportedStep.Write(new() { Feeds = [u], Fetches = [A.Sum(u)] }, ["loss"]), Throws.TypeOf<GraphException>().With.Message.Contains("changes no variable"));
    }

    [Test]
    public void A_file_without_step_or_values_is_an_error()
    {
        var file = ExportedStep.Write(SampleStep.LeNet(out _), SampleStep.Fetches);
        var node = file.Node.Single(n => n.Name == "init");
        node.Input.Remove("^init/dense/kernel");
        Assert.That(Read(file).Message, Does.Contain("'init' gives no value to dense/kernel"));
        file.Node.Single(n => n.Name == "train").Name = "other";
        Assert.That(Read(file).Message, Does.Contain("no node named 'train'"));

        static GraphException Read(GraphDef g) => Assert.Throws<GraphException>(() => TrainingStep.Load(new MemoryStream(g.ToByteArray())))!;
    }
}
