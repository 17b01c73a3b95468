using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph;

/// <summary>x[…], and functions that pick and join.</summary>
public class IndexTests
{
    static readonly NDArray cube = NDArray.From([.. Enumerable.Range(0, 24).Select(i => (double)i)], [2, 3, 4]);

    static Shape Sizes(Shape shape) => shape;

    static (double[] Value, Shape Shape, double[] Gradient) Run(Func<Variable, Variable> f, Shape? declared = null)
    {
        var x = StateOps.Input("x", declared ?? [Dim.Any, 3, 4], DType.Float64);
        var y = f(x);
        var g = A.Gradients(A.Sum(A.Square(y)), x)[0];
        using var session = Engines.Find("embedded").Compile(new() { Feeds = [x], Fetches = [y, g] });
        var results = new NDArray?[2];
        session.Run([cube], results);
        Assert.That(y.Shape.Accepts(results[0]!.Shape), $"{y.Shape} was inferred for {results[0]!.Shape}");
        return (results[0]!.ToArray<double>(), y.Shape, results[1]!.ToArray<double>());
    }

    [Test]
    public void RangesKeepAnAxisAndPositionsRemoveIt()
    {
        var (value, shape, gradient) = Run(x => x[.., 1..3, ^1]);
        Assert.That(shape, Is.EqualTo(Sizes([Dim.Any, 2])));
        Assert.That(value, Is.EqualTo(new[] { 7.0, 11, 19, 23 }));
        Assert.That(gradient, Is.EqualTo(Enumerable.Range(0, 24).Select(i => i is 7 or 11 or 19 or 23 ? 2.0 * i : 0)));
        Assert.That(Run(x => x[1]).Value, Is.EqualTo(Enumerable.Range(12, 12).Select(i => (double)i)));
        Assert.That(Run(x => x[-1, ..^1, 0]).Value, Is.EqualTo(new[] { 12.0, 16 }));
        Assert.That(Run(x => x.IndexSelect(1, -1)).Value, Is.EqualTo(new[] { 8.0, 9, 10, 11, 20, 21, 22, 23 }));
        Assert.That(Run(x => x[..]).Shape, Is.EqualTo(Sizes([Dim.Any, 3, 4])));
    }

    [Test]
    public void PositionsThatDoNotExistAreNamed()
    {
        var x = StateOps.Input("x", [Dim.Any, 3, 4], DType.Float32);
        Assert.That(() => x[.., 3], Throws.TypeOf<ShapeException>().With.Message.Contains("axis 1").And.Message.Contains("[?, 3, 4]"));
        Assert.That(() => x[.., 2..5], Throws.TypeOf<ShapeException>().With.Message.Contains("2..5"));
        Assert.That(() => x[0, 0, 0, 0], Throws.TypeOf<ShapeException>().With.Message.Contains("4 axes"));
    }

    [Test]
    public void PartsJoinAgain()
    {
        var whole = Enumerable.Range(0, 24).Select(i => (double)i).ToArray();
        var twice = whole.Select(v => 2 * v);
        foreach (var axis in new[] { 1, 2 })
        {
            var (value, shape, gradient) = Run(x => A.Concat(A.Split(x, [1, -1], axis), axis));
            Assert.That((value, gradient), Is.EqualTo((whole, twice)));
            Assert.That(shape, Is.EqualTo(Sizes([Dim.Any, 3, 4])));
            (value, _, gradient) = Run(x => A.Stack(A.Unstack(x, axis), axis));
            Assert.That((value, gradient), Is.EqualTo((whole, twice)));
        }
        var joined = Run(x => A.Concat([x, x[..1]], 0));
        Assert.That(joined.Shape, Is.EqualTo(Sizes([Dim.Any, 3, 4])));
        Assert.That(joined.Gradient, Is.EqualTo(whole.Select(v => v < 12 ? 4 * v : 2 * v)));
    }

    [Test]
    public void GathersAndTheirGradients()
    {
        var (value, shape, gradient) = Run(x => A.Gather(x, [2, 0, 2], axis: 1));
        Assert.That(shape, Is.EqualTo(Sizes([Dim.Any, 3, 4])));
        Assert.That(value[..4], Is.EqualTo(new[] { 8.0, 9, 10, 11 }));
        Assert.That(gradient, Is.EqualTo(Enumerable.Range(0, 24).Select(i => i / 4 % 3 is var row && row == 2 ? 4.0 * i : row == 0 ? 2.0 * i : 0)));
        var one = Run(x => A.Gather(x, A.Constant(NDArray.From(new[,] { { 1 }, { 2 } })), axis: 1, batchDims: 1), [2, 3, 4]);
        Assert.That(one.Value, Is.EqualTo(new[] { 4.0, 5, 6, 7, 20, 21, 22, 23 }));
        Assert.That(one.Gradient.Sum(), Is.EqualTo(2 * one.Value.Sum()));
    }

    [Test]
    public void TilesAndPadding()
    {
        Assert.That(Run(x => A.Tile(x, 1, 2, 1)).Gradient, Is.EqualTo(Enumerable.Range(0, 24).Select(i => 4.0 * i)));
        var (value, shape, gradient) = Run(x => A.Pad(x, [(0, 0), (1, 0), (0, 2)], -1));
        Assert.That(shape, Is.EqualTo(Sizes([Dim.Any, 4, 6])));
        Assert.That(value[..8], Is.EqualTo(new[] { -1.0, -1, -1, -1, -1, -1, 0, 1 }));
        Assert.That(gradient, Is.EqualTo(Enumerable.Range(0, 24).Select(i => 2.0 * i)));
        Assert.That(Run(x => A.MirrorPad(x, [(0, 0), (0, 0), (1, 2)])).Value[..7], Is.EqualTo(new[] { 1.0, 0, 1, 2, 3, 2, 1 }));
    }
}
