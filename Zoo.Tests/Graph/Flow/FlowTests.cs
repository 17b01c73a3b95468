using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Tests.EngineCases;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph.Flow;

/// <summary>TensorFlow 2's branches and loops as they are written and read: values on both engines, gradients, and what has none.</summary>
[Category("Engines")]
sealed class FlowTests
{
    const DType D = DType.Float64;
    static readonly NDArray x = new double[,] { { 1, -2, 3 }, { .5, 4, -1 } };

    static Variable In(string name, Shape? shape = null, DType dtype = D) => StateOps.Input(name, shape ?? [2, 3], dtype);

    static Function Of(string name, Func<Variable[], Variable[]> body, params Variable[] like)
    {
        Variable[] inputs = [.. like.Select((v, i) => In($"in{i}", v.Shape, v.DType))];
        return new(name, inputs, body(inputs));
    }

    /// <summary>Branches by a bool or an index.</summary>
    static Variable[] Branch(string op, Variable by, Variable[] values, params Func<Variable[], Variable[]>[] sides)
    {
        var functions = sides.Select((s, i) => new FunctionRef(Of($"side{i}", s, values))).ToArray();
        var types = functions[0].Body!.Outputs.Select(o => o.DType).ToArray();
        return Registry.Get(op).Call([by, .. values], op.EndsWith("Case", StringComparison.Ordinal) ? Attrs.Of(("branches", functions), ("Tout", types)) : Attrs.Of(("then_branch", functions[0]), ("else_branch", functions[1]), ("Tout", types))).Outputs;
    }

    /// <summary>A loop; one whose values grow has functions of any number of rows.</summary>
    static Variable[] Repeat(string op, Variable[] first, Func<Variable[], Variable> test, Func<Variable[], Variable[]> body, bool grows = false)
    {
        Variable[] like = grows ? [.. first.Select(v => v.Shape.Rank > 0 ? In("like", v.Shape.With(0, Dim.Any), v.DType) : v)] : first;
        return Registry.Get(op).Call(first, Attrs.Of(("cond", new FunctionRef(Of("test", v => [test(v)], like))), ("body", new FunctionRef(Of("round", body, like))))).Outputs;
    }

    /// <summary>An expression of [x, y] and a choosing input, with the choices that are tried.</summary>
    static IEnumerable<TestCaseData> Expressions()
    {
        TestCaseData Case(string name, DType by, int[] choices, Func<Variable, Variable, Variable, Variable> build, bool smooth = true) => new TestCaseData(by, choices, build, smooth).SetName($"Flow: {name}");
        foreach (var stateless in new[] { "", "Stateless" })
        {
            yield return Case(stateless + "If", DType.Bool, [1, 0], (p, a, b) => Branch(stateless + "If", p, [a, b], v => [v[0] * v[1]], v => [A.Tanh(v[0]) + v[0]])[0]);
            yield return Case(stateless + "If of several results, one of a side that does not read all", DType.Bool, [1, 0], (p, a, b) => Branch(stateless + "If", p, [a, b], v => [v[0], A.Square(v[1])], v => [A.Exp(v[1]), v[1]]) is var y ? y[0] * y[1] : a);
            yield return Case(stateless + "Case", DType.Int32, [0, 1, 2, 7, -1], (i, a, b) => Branch(stateless + "Case", i, [a, b], v => [v[0] * v[1]], v => [A.Sin(v[0])], v => [v[1] * 3])[0]);
            yield return Case(stateless + "If in a Case", DType.Int32, [0, 1], (i, a, b) => Branch(stateless + "Case", i, [a, b], v => Branch(stateless + "If", A.Sum(v[0]) > 0, v, w => [w[0] * w[1]], w => [w[1]]), v => [A.Cos(v[0])])[0]);
            yield return Case(stateless + "While", DType.Int32, [0, 1, 5], (n, a, b) => Repeat(stateless + "While", [A.Constant(0, DType.Int32), n, a, b], v => v[0] < v[1], v => [v[0] + A.Constant(1, DType.Int32), v[1], A.Tanh(v[2] * v[3]), v[3]])[2], false);
            yield return Case(stateless + "While in a While", DType.Int32, [0, 3], (n, a, b) => Repeat(stateless + "While", [A.Constant(0, DType.Int32), n, a, b], v => v[0] < v[1], v =>
                [v[0] + A.Constant(1, DType.Int32), v[1], Repeat(stateless + "While", [A.Constant(0, DType.Int32), v[0], v[2], v[3]], w => w[0] < w[1], w => [w[0] + A.Constant(1, DType.Int32), w[1], w[2] + w[3], w[3]])[2] / 2, v[3]])[2], false);
            yield return Case(stateless + "While that grows", DType.Int32, [0, 3], (n, a, b) => Repeat(stateless + "While", [A.Constant(0, DType.Int32), n, a, b], v => v[0] < v[1], v => [v[0] + A.Constant(1, DType.Int32), v[1], A.Concat([v[2], v[3]], 0), v[3]], grows: true)[2], false);
        }
        yield return Case("a list of tensors through a loop", DType.Int32, [0, 4], (n, a, b) =>
        {
            var list = ListOps.Reserve.Call([A.Ints(2, 3), n], ("element_dtype", D), ("shape_type", DType.Int32));
            var filled = Repeat("While", [A.Constant(0, DType.Int32), n, list, a], v => v[0] < v[1], v => [v[0] + A.Constant(1, DType.Int32), v[1], ListOps.SetItem.Call(v[2], v[0], v[3] * A.Cast(v[0], D)), v[3]])[2];
            return A.Sum(ListOps.StackOp.Call([filled, A.Ints(2, 3)], ("element_dtype", D)), 0) + b;
        }, false);
    }

    [TestCaseSource(nameof(Expressions))]
    public void Both_engines_agree_also_on_gradients_and_on_what_is_read_again(DType by, int[] choices, Func<Variable, Variable, Variable, Variable> build, bool smooth)
    {
        Variable[] inputs = [In("by", Shape.Scalar, by), In("x"), In("y")];
        var y = build(inputs[0], inputs[1], inputs[2]);
        Variable[] fetches = smooth ? [y, .. A.Gradients(A.Sum(A.Square(y)), inputs[1..])] : [y];
        var written = GraphDefWriter.Write(new() { Feeds = inputs, Fetches = fetches });
        var read = GraphDefReader.Read(written.Graph).Program(written.Feeds, written.Fetches);
        foreach (var choice in choices)
        {
            NDArray[] values = [NDArray.Scalar(choice, by), x, new double[,] { { .3, -.4, .5 }, { 2, .1, -.7 } }];
            var found = TestEngines.Names.Select(engine => OpRun.Run(inputs, fetches, values, engine)).Append(OpRun.Run(read.Feeds, read.Fetches, values)).ToArray();
            for (var i = 0; i < fetches.Length; i++)
                foreach (var other in found[1..]) Assert.That(OpRun.Differ(found[0][i], other[i], 1e-12), Is.Null, $"fetch {i} for {choice}");
            if (!smooth) continue;
            for (var k = 0; k < 6; k++)
            {
                double At(double step)
                {
                    var moved = values[1].Clone();
                    moved.SetNumber(k, moved.Number(k) + step);
                    return OpRun.Run(inputs, [A.Sum(A.Square(y))], [values[0], moved, values[2]])[0].ToNumber();
                }
                Assert.That(found[0][1].Number(k), Is.EqualTo((At(1e-5) - At(-1e-5)) / 2e-5).Within(1e-6), $"gradient {k} for {choice}");
            }
        }
    }

    [TestCase("While")]
    [TestCase("StatelessWhile")]
    public void A_loop_has_no_gradient_and_says_so_when_the_graph_is_built(string op)
    {
        var a = In("a");
        var read = GraphDefReader.Read(GraphDefWriter.Write(new() { Feeds = [a], Fetches = [Repeat(op, [A.Constant(0, DType.Int32), a], v => v[0] < A.Constant(3, DType.Int32), v => [v[0] + A.Constant(1, DType.Int32), v[1] * v[1]])[1]] }).Graph);
        var loop = read.Nodes.Single(n => n.Op.Name == op).Outputs[1];
        Assert.That(() => A.Gradients(A.Sum(loop), read["a"]), Throws.TypeOf<GraphException>().With.Message.StartsWith($"Gradients: {op} has no gradient: ").And.Message.Contains("a loop that was read from a file cannot be differentiated"));
        Assert.That(() => A.Gradients(A.Sum(A.StopGradient(loop) * read["a"]), read["a"]), Throws.Nothing);
    }

    [Test]
    public void A_loop_that_changes_what_it_must_keep_is_an_error()
    {
        Variable zero = A.Constant(0, DType.Int32), a = In("a");
        Assert.That(() => Repeat("While", [zero, a], v => v[0] < zero, v => [v[0], A.Cast(v[1], DType.Float32)]), Throws.TypeOf<ShapeException>().With.Message.Contains("gives float32 as variable 1"));
        Assert.That(() => Repeat("While", [zero, a], v => v[0] < zero, v => [v[0]]), Throws.TypeOf<ShapeException>().With.Message.Contains("gives 1 values"));
        Assert.That(() => Branch("If", In("p", Shape.Scalar, DType.Bool), [a], v => [v[0]], v => []), Throws.TypeOf<ShapeException>());
    }
}
