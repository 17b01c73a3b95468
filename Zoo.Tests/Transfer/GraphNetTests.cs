using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Transfer;

internal sealed class GraphNetTests
{
    /// <summary>Three named nodes and a free op between them.</summary>
    static GraphNet Small()
    {
        var x = Input([4], "data");
        var fc1 = x >> new Dense(3, "relu") { Name = "fc1" };
        var sum = A.Abs(fc1) + 1f;
        var fc2 = sum >> new Dense(2) { Name = "fc2" };
        return GraphNet.Of([x], [("data", x), ("fc1", fc1), ("sum", sum), ("fc2", fc2)], [fc2]);
    }

    [Test]
    public void NewGraphEndsElsewhereAndLeavesItsSourceAsItWas()
    {
        var net = Small();
        NDArray x = new float[,] { { 1, -2, 3, 0.5f } };
        var before = net.Predict(x).ToArray<float>();
        var cut = net.NewGraph("sum");
        Assert.That(cut.Nodes, Is.EqualTo(new[] { "data", "fc1", "sum" }));
        Assert.That(cut.Predict(x).Shape.ToArray(), Is.EqualTo(new long[] { 1, 3 }));
        Assert.That(net.Nodes, Is.EqualTo(new[] { "data", "fc1", "sum", "fc2" }));
        Assert.That(net.Predict(x).ToArray<float>(), Is.EqualTo(before));
        Assert.That(cut.ToKeras().Weights, Is.SubsetOf(net.ToKeras().Weights));
    }

    [Test]
    public void LayersAndNodesAreFound()
    {
        var net = Small();
        Assert.That(net.Layers.Select(l => l.Name), Is.SupersetOf(new[] { "fc1", "fc2" }));
        var x = Input([4], "x");
        var outer = new Model(x, x >> net.ToKeras() >> new Dense(1) { Name = "last" });
        Assert.That(outer.FlattenedLayers().Where(l => l is Dense).Select(l => l.Name), Is.EqualTo(new[] { "fc1", "fc2", "last" }));
        Assert.That(outer.FlattenedLayers(includeContainer: true), Is.EquivalentTo(outer.FlattenedLayers().Append(net.ToKeras())));
        NDArray data = new float[,] { { 1, -2, 3, 0.5f } };
        var sum = new Model(net.Node("data"), net.Node("sum").Add(net.Node("fc1")).Sub(net.Node("fc1")));
        Assert.That(sum.Predict(data).ToArray<float>(), Is.EqualTo(net.NewGraph("sum").Predict(data).ToArray<float>()).Within(1e-6f));
        Assert.That(Assert.Throws<GraphException>(() => net.Node("fc3"))!.Message, Does.StartWith("Node: no node named 'fc3'. Nearest names: fc1, fc2"));
    }

    [Test]
    public void AWrongNameSaysTheNearest()
    {
        var error = Assert.Throws<GraphException>(() => Small().NewGraph("fc3"))!;
        Assert.That(error.Message, Is.EqualTo("NewGraph: no node named 'fc3'. Nearest names: fc1, fc2. 4 nodes in the graph."));
        Assert.That((error.Node, error.Known), Is.EqualTo(("fc3", new[] { "data", "fc1", "sum", "fc2" })));
    }
}
