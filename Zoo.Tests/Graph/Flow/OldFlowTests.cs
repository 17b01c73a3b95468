using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Tests.Engine.TensorFlow;
using Zoo.Tests.EngineCases;

namespace Zoo.Tests.Graph.Flow;

/// <summary>Loops and choices of TensorFlow 1, run by TensorFlow from the file and by both engines from what was read.</summary>
[Category("Engines")]
sealed class OldFlowTests
{
    const DType F = DType.Float32, I = DType.Int32;

    /// <summary>A graph with the results that are compared, for several values of its inputs.</summary>
    internal sealed record Sample(string Name, Action<OldGraph> Build, string[] Fetches, params (string Name, NDArray Value)[][] Feeds)
    {
        public override string ToString() => Name;
    }

    static NDArray N(int value) => NDArray.Scalar(value, I);

    static NDArray B(bool value) => NDArray.Scalar(value ? 1 : 0, DType.Bool);

    static readonly NDArray x = new float[,] { { 1, -2, 3 }, { .5f, 4, -1 } };


    internal static IEnumerable<Sample> Samples()
    {
        yield return new("a factorial, also of no rounds", g =>
        {
            var n = g.Input("n", I, Shape.Scalar);
            var exits = g.While("fact", [(g.Const(1), I), (g.Const(1), I)], [(n, I)], v => g.Two("LessEqual", v[0], v[2], I), v => [g.Two("Add", v[0], g.Const(1, v[^1]), I), g.Two("Mul", v[1], v[0], I)]);
            g.Named("y", "Identity", [exits[1]], ("T", I));
            g.Named("i", "Identity", [exits[0]], ("T", I));
        }, ["y", "i"], [("n", N(0))], [("n", N(1))], [("n", N(6))]);

        yield return new("a loop in a loop, whose length is the outer one's round", g =>
        {
            var (n, a) = (g.Input("n", I, Shape.Scalar), g.Input("x", F, [2, 3]));
            var outer = g.While("outer", [(g.Const(0), I), (a, F)], [(n, I), (a, F)], v => g.Two("Less", v[0], v[2], I), v =>
            {
                var inner = g.While("outer/inner", [(g.Const(0, v[^1]), I), (v[1], F)], [(v[0], I), (v[3], F)], w => g.Two("Less", w[0], w[2], I),
                    w => [g.Two("Add", w[0], g.Const(1, w[^1]), I), g.Add("Tanh", [g.Two("Add", w[1], w[3])], ("T", F))]);
                return [g.Two("Add", v[0], g.Const(1, v[^1]), I), g.Two("Sub", inner[1], v[3])];
            });
            g.Named("y", "Identity", [outer[1]], ("T", F));
        }, ["y"], [("n", N(0)), ("x", x)], [("n", N(1)), ("x", x)], [("n", N(4)), ("x", x)]);

        yield return new("a value that grows in each round", g =>
        {
            var (n, a) = (g.Input("n", I, Shape.Scalar), g.Input("x", F, [2, 3]));
            var exits = g.While("grow", [(g.Const(0), I), (a, F)], [(n, I), (a, F)], v => g.Two("Less", v[0], v[2], I),
                v => [g.Two("Add", v[0], g.Const(1, v[^1]), I), g.Add("ConcatV2", [v[1], v[3], g.Const(0, v[^1])], ("N", 2L), ("T", F), ("Tidx", I))]);
            g.Named("y", "Square", [exits[1]], ("T", F));
        }, ["y"], [("n", N(0)), ("x", x)], [("n", N(3)), ("x", x)]);

        yield return new("a choice", g =>
        {
            var (p, a) = (g.Input("p", DType.Bool, Shape.Scalar), g.Input("x", F, [2, 3]));
            var y = g.Cond(p, [(a, F)], [F, I], v => [g.Two("Mul", v[0], v[0]), g.Const(7, v[^1])], v => [g.Add("Neg", [v[0]], ("T", F)), g.Const(9, v[^1])]);
            g.Named("y", "Identity", [y[0]], ("T", F));
            g.Named("which", "Identity", [y[0] + ":1"], ("T", I));
            g.Named("c", "Identity", [y[1]], ("T", I));
        }, ["y", "which", "c"], [("p", B(true)), ("x", x)], [("p", B(false)), ("x", x)]);

        yield return new("choices within choices, and one after the other by one condition", g =>
        {
            var (p, q, a) = (g.Input("p", DType.Bool, Shape.Scalar), g.Input("q", DType.Bool, Shape.Scalar), g.Input("x", F, [2, 3]));
            var first = g.Cond(p, [(a, F), (q, DType.Bool)], [F],
                v => g.Cond(v[1], [(v[0], F)], [F], w => [g.Add("Exp", [w[0]], ("T", F))], w => [g.Two("Add", w[0], w[0])]),
                v => [g.Add("Tanh", [v[0]], ("T", F))]);
            var second = g.Cond(p, [(first[0], F)], [F], v => [g.Add("Neg", [v[0]], ("T", F))], v => [v[0]]);
            g.Named("y", "Identity", [second[0]], ("T", F));
        }, ["y"], [("p", B(true)), ("q", B(true)), ("x", x)], [("p", B(true)), ("q", B(false)), ("x", x)], [("p", B(false)), ("q", B(true)), ("x", x)]);

        yield return new("a choice in a loop", g =>
        {
            var (n, a) = (g.Input("n", I, Shape.Scalar), g.Input("x", F, [2, 3]));
            var exits = g.While("loop", [(g.Const(0), I), (a, F)], [(n, I)], v => g.Two("Less", v[0], v[2], I), v =>
            {
                var odd = g.Two("Equal", g.Two("FloorMod", v[0], g.Const(2, v[^1]), I), g.Const(1, v[^1]), I);
                return [g.Two("Add", v[0], g.Const(1, v[^1]), I), g.Cond(odd, [(v[1], F)], [F], w => [g.Two("Mul", w[0], w[0])], w => [g.Add("Neg", [w[0]], ("T", F))])[0]];
            });
            g.Named("y", "Identity", [exits[1]], ("T", F));
        }, ["y"], [("n", N(0)), ("x", x)], [("n", N(5)), ("x", x)]);

        yield return new("a loop on one side of a choice", g =>
        {
            var (p, n, a) = (g.Input("p", DType.Bool, Shape.Scalar), g.Input("n", I, Shape.Scalar), g.Input("x", F, [2, 3]));
            var y = g.Cond(p, [(a, F), (n, I)], [F], v => [g.While("side", [(g.Const(0, v[^1]), I), (v[0], F)], [(v[1], I)], w => g.Two("Less", w[0], w[2], I),
                w => [g.Two("Add", w[0], g.Const(1, w[^1]), I), g.Two("Add", w[1], w[1])])[1]], v => [v[0]]);
            g.Named("y", "Identity", [y[0]], ("T", F));
        }, ["y"], [("p", B(true)), ("n", N(3)), ("x", x)], [("p", B(false)), ("n", N(3)), ("x", x)]);

        yield return new("arrays of tensors", g =>
        {
            var (n, a) = (g.Input("n", I, Shape.Scalar), g.Input("x", F, [2, 3]));
            var rows = g.Add("TensorArrayV3", [g.Const(2)], ("dtype", F), ("element_shape", Shape.Create([3])), ("dynamic_size", false), ("clear_after_read", false), ("identical_element_shapes", true), ("tensor_array_name", ""));
            var filled = g.Add("TensorArrayScatterV3", [rows, g.Const(new[] { 0, 1 }), a, rows + ":1"], ("T", F));
            var output = g.Add("TensorArrayV3", [n], ("dtype", F), ("element_shape", Shape.Unknown), ("dynamic_size", true), ("clear_after_read", true), ("identical_element_shapes", false), ("tensor_array_name", ""));
            var exits = g.While("arrays", [(g.Const(0), I), (output + ":1", F)], [(n, I), (rows, DType.Resource), (filled, F), (output, DType.Resource)], v => g.Two("Less", v[0], v[2], I), v =>
            {
                var row = g.Add("TensorArrayReadV3", [v[3], g.Two("FloorMod", v[0], g.Const(2, v[^1]), I), v[4]], ("dtype", F));
                var value = g.Two("Mul", row, g.Add("Cast", [v[0]], ("SrcT", I), ("DstT", F), ("Truncate", false)));
                return [g.Two("Add", v[0], g.Const(1, v[^1]), I), g.Add("TensorArrayWriteV3", [v[5], v[0], value, v[1]], ("T", F))];
            });
            var size = g.Add("TensorArraySizeV3", [output, exits[1]]);
            g.Named("size", "Identity", [size], ("T", I));
            var all = g.Add("Range", [g.Const(0), size, g.Const(1)], ("Tidx", I));
            g.Named("y", "TensorArrayGatherV3", [output, all, exits[1]], ("dtype", F), ("element_shape", Shape.Create([3])));
            var parts = g.Add("TensorArrayV3", [g.Const(2)], ("dtype", F), ("element_shape", Shape.Unknown), ("dynamic_size", false), ("clear_after_read", true), ("identical_element_shapes", false), ("tensor_array_name", ""));
            var split = g.Add("TensorArraySplitV3", [parts, "y", g.Add("Pack", [g.Add("Cast", [size], ("SrcT", I), ("DstT", DType.Int64), ("Truncate", false)), g.Const(NDArray.Scalar(0, DType.Int64))], ("T", DType.Int64), ("N", 2L), ("axis", 0L)), parts + ":1"], ("T", F));
            g.Named("joined", "TensorArrayConcatV3", [parts, split], ("dtype", F), ("element_shape_except0", Shape.Unknown));
        }, ["y", "size", "joined", "joined:1"], [("n", N(1)), ("x", x)], [("n", N(5)), ("x", x)]);

        yield return new("two loops, the second over the first's result, with a side that no one reads", g =>
        {
            var (n, a) = (g.Input("n", I, Shape.Scalar), g.Input("x", F, [2, 3]));
            var first = g.While("one", [(g.Const(0), I), (a, F), (g.Const(5), I)], [(n, I)], v => g.Two("Less", v[0], v[3], I), v => [g.Two("Add", v[0], g.Const(1, v[^1]), I), g.Two("Add", v[1], v[1]), v[2]]);
            var second = g.While("two", [(first[0], I), (first[1], F)], [], v => g.Two("Greater", v[0], g.Const(0, v[^1]), I), v => [g.Two("Sub", v[0], g.Const(1, v[^1]), I), g.Add("Tanh", [v[1]], ("T", F))]);
            g.Named("y", "Identity", [second[1]], ("T", F));
            g.Named("n2", "Identity", [first[2]], ("T", I));
        }, ["y", "n2"], [("n", N(0)), ("x", x)], [("n", N(3)), ("x", x)]);
    }

    [TestCaseSource(nameof(Samples))]
    public void Both_engines_give_what_TensorFlow_gives(Sample sample)
    {
        TensorFlowLibrary.Require();
        var graph = new OldGraph();
        sample.Build(graph);
        Agree(graph.Graph, sample.Fetches, sample.Feeds);
    }

    /// <summary>TensorFlow runs the file and what we write of it; both engines run what was read.</summary>
    internal static void Agree(GraphDef file, string[] fetches, (string Name, NDArray Value)[][] runs)
    {
        var read = GraphDefReader.Read(file);
        using TensorFlowGraph original = new(TensorFlowGraph.Threads(1, 1)), written = new(TensorFlowGraph.Threads(1, 1));
        original.Import(file);
        written.Import(read.Write());
        var again = GraphDefReader.Read(read.Write().ToByteArray());
        foreach (var feeds in runs)
        {
            var names = feeds.Select(f => f.Name).ToArray();
            var values = feeds.Select(f => f.Value).ToArray();
            var expected = original.Run(feeds, fetches);
            Same("what is written, on TensorFlow", written.Run(feeds, fetches));
            foreach (var engine in TestEngines.Names) Same(engine, Run(read, engine));
            Same("what is written and read", Run(again, "embedded"));

            NDArray[] Run(ImportedGraph graph, string engine)
            {
                var program = graph.Program(names, fetches);
                return OpRun.Run(program.Feeds, program.Fetches, values, engine);
            }

            void Same(string by, NDArray[] found)
            {
                for (var i = 0; i < fetches.Length; i++)
                    if (OpRun.Differ(expected[i], found[i], 1e-6) is { } other) Assert.Fail($"{by}, {fetches[i]} for {string.Join(", ", feeds.Select(f => $"{f.Name} {f.Value}"))}: {other}");
            }
        }
    }

    [Test]
    public void What_makes_no_sense_is_an_error()
    {
        void Fails(string message, Action<OldGraph> build)
        {
            var graph = new OldGraph();
            build(graph);
            Assert.That(Assert.Catch<GraphException>(() => GraphDefReader.Read(graph.Graph))!.Message, Does.Contain(message));
        }

        Fails("it leaves no loop", g => g.Add("Exit", [g.Input("a", F)], ("T", F)));
        Fails("are not the two sides of one Switch", g => g.Add("Merge", [g.Input("a", F), g.Input("b", F)], ("T", F), ("N", 2L)));
        Fails("has no variables", g => g.Add("Exit", [g.Add("Enter", [g.Input("a", F)], ("T", F), ("frame_name", "f"))], ("T", F)));
        Fails("its condition is float32", g => g.Add("Switch", [g.Input("a", F), "a"], ("T", F)));
        Fails("reads from two loops", g => g.Two("Add", g.Add("Enter", [g.Input("a", F)], ("T", F), ("frame_name", "f")), g.Add("Enter", ["a"], ("T", F), ("frame_name", "g"))));
        Fails("feed each other in a circle", g =>
        {
            g.Named("m", "Merge", [g.Input("a", F), "b"], ("T", F), ("N", 2L));
            g.Named("b", "Neg", ["m"], ("T", F));
        });
        Fails("gives int32 to a variable", g => g.While("f", [(g.Input("a", F), F)], [], v => g.Const(B(true), v[^1]), v => [g.Const(1, v[^1])]));
    }
}
