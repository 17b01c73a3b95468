using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Tests.Models;
using Zoo.Transfer;
using A = Zoo.Autograd.AutoGrad;
using GraphProgram = Zoo.Autograd.Graph.Program;

namespace Zoo.Tests.Graph;

/// <summary>The pass that moves transpositions until they cancel: the same numbers, fewer of them.</summary>
internal sealed class TransposesTests
{
    static Variable First(Variable x) => A.Transpose(x, 0, 3, 1, 2);

    static Variable Last(Variable x) => A.Transpose(x, 0, 2, 3, 1);

    static IEnumerable<TestCaseData> Graphs()
    {
        TestCaseData Case(string name, int left, Func<Variable, Variable> f) => new TestCaseData(f, left).SetName($"Transpositions: {name}");
        yield return Case("an inverse", 0, x => Last(First(x)));
        yield return Case("through element-wise ops", 0, x => Last(A.Relu(First(x)) * 2 + 1));
        yield return Case("an operand that broadcasts", 0, x => Last(First(x) * A.Constant(NDArray.From([1f, 2, 3, 4], [1, 4, 1, 1])) + A.Constant(NDArray.From([1f, 2, 3, 4], [4, 1, 1]))));
        yield return Case("an operand along two axes", 1, x => Last(First(x) * A.Constant(NDArray.From([.. Enumerable.Range(0, 6).Select(i => (float)i)], [3, 2]))));
        yield return Case("two branches", 0, x => Last(First(x) + A.Tanh(First(x))));
        yield return Case("a join", 0, x => Last(A.Concat([First(x), A.Relu(First(x))], axis: 1)));
        yield return Case("zeros around", 0, x => Last(A.Pad(First(x), [(0, 0), (1, 2), (3, 0), (0, 1)])));
        yield return Case("a reduction that keeps its axes", 0, x => Last(First(x) - A.Mean(First(x), [2, 3], keepDims: true)));
        yield return Case("a reduction that does not", 0, x => A.Sum(First(x), [2, 3]));
        yield return Case("axes of size 1", 0, x => A.Transpose(A.Transpose(A.Max(x, [1, 2], keepDims: true), 0, 3, 1, 2), 0, 2, 1, 3));
        yield return Case("a bias along what is last", 0, x => Last(A.BiasAdd(First(x), A.Constant(NDArray.From(new float[] { 1, 2 })))));
        yield return Case("at the ends", 2, x => First(A.Relu(A.Transpose(x, 3, 2, 1, 0)) * 2) * A.Constant(NDArray.From([.. Enumerable.Range(0, 48).Select(i => (float)i)], [4, 2, 2, 3])));
    }

    [TestCaseSource(nameof(Graphs))]
    public void TheSameWithFewer(Func<Variable, Variable> f, int left)
    {
        var x = StateOps.Input("x", [2, 3, 2, 4], DType.Float32);
        var program = new GraphProgram { Feeds = [x], Fetches = [f(x), A.Gradients(A.Sum(A.Square(f(x))), x)[0]] };
        var moved = Transposes.For(program);
        Assert.That(Transposes.Count(Transposes.For(new GraphProgram { Feeds = [x], Fetches = [f(x)] })), Is.LessThanOrEqualTo(left));
        Assert.That(Transposes.Count(moved), Is.LessThanOrEqualTo(Transposes.Count(program)));
        var data = RecipeWeights.Numbers("x", x.Shape, -1, 1);
        var (plain, expected) = (Run(program, data), Run(moved, data));
        for (var i = 0; i < 2; i++)
        {
            Assert.That(plain[i].Shape, Is.EqualTo(expected[i].Shape));
            Assert.That(plain[i].ToArray<float>(), Is.EqualTo(expected[i].ToArray<float>()).Within(1e-5));
        }
    }

    // TensorFlow's library may be absent; the embedded engine runs the pass itself, so its plain run is stopped from doing so by fetching every transposition.
    static NDArray[] Run(GraphProgram program, NDArray data)
    {
        Variable[] kept = [.. program.Nodes().Where(n => n.Op == ArrayOps.Transpose).Select(n => n.Out)];
        var results = new NDArray?[program.Fetches.Length + kept.Length];
        using var session = Engines.Find("embedded").Compile(new() { Feeds = program.Feeds, Fetches = [.. program.Fetches, .. kept] });
        session.Run([data], results);
        return results[..program.Fetches.Length]!;
    }

    [Test, Category("Models")]
    public void ResNetKeepsThoseAtItsEnds()
    {
        var net = Net.LoadCaffe(ModelEntry.Path("caffe_prototxt/resnet50_deploy.prototxt"));
        var program = net.ToKeras().InferenceProgram();
        var moved = Transposes.For(Specialize.For(program, [[1, 3, 224, 224]]));
        TestContext.Out.WriteLine($"{Transposes.Count(program)} transpositions, {Transposes.Count(moved)} of them left");
        Assert.That(Transposes.Count(program), Is.GreaterThan(100));
        Assert.That(Transposes.Count(moved), Is.EqualTo(1), "the input's; the result of pool5 has one place");
    }
}
