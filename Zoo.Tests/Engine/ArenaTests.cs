using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>A plan's first run has its values in the heap, later runs have places in a block: the same bits come out, whatever else runs.</summary>
[Category("Engines")]
public class ArenaTests
{
    static NDArray Noise(Shape shape, int seed)
    {
        var random = new Random(seed);
        var data = new float[shape.Elements];
        for (var i = 0; i < data.Length; i++) data[i] = (float)(random.NextDouble() * 2 - 1);
        return NDArray.From(data, shape);
    }

    /// <summary>Values of many sizes that live short and long, seen through views: slices, transpositions, reshapes, products with transposed operands.</summary>
    static (Variable X, Variable[] Results) Graph(int seed)
    {
        var random = new Random(seed);
        var x = StateOps.Input("x", [Dim.Any, 24], DType.Float32);
        var values = new List<Variable> { x };
        for (var i = 0; i < 40; i++)
        {
            var (a, b) = (values[random.Next(values.Count)], values[random.Next(Math.Max(0, values.Count - 4), values.Count)]);
            values.Add(random.Next(8) switch
            {
                0 => A.Tanh(a + b),
                1 => A.MatMul(A.MatMul(a, b, transposeB: true), A.Relu(a)) * 0.05f,
                2 => A.Reshape(A.Transpose(A.Reshape(A.Sigmoid(b), [-1, 4, 6]), [0, 2, 1]), [-1, 24]),
                3 => A.Concat([A.Slice(a, [0, 3], [-1, 21]), A.Slice(b, [0, 20], [-1, 3])], 1),
                4 => a - A.Mean(b, 1, keepDims: true),
                5 => A.MatMul(A.Softmax(a), A.MatMul(b, A.Square(a), transposeA: true)) * 0.1f,
                6 => A.Sum(A.Reshape(a * b, [-1, 24, 1]), 2),
                _ => A.Abs(A.Transpose(A.Transpose(a, [1, 0]), [1, 0])) * A.Exp(b * 0.1f - 1f),
            });
        }
        var loss = A.Sum(values[^1] * values[^2]);
        return (x, [loss, values[20], .. A.Gradients(loss, x)]);
    }

    static byte[][] Run(TorchSession session, NDArray feed, int results)
    {
        var found = new NDArray?[results];
        session.Run([feed], found);
        return Array.ConvertAll(found, f => f!.Bytes.ToArray());
    }

    [Test]
    public void PlacesGiveTheBitsOfTheHeap([Range(1, 12)] int seed)
    {
        var (x, results) = Graph(seed);
        using var session = (TorchSession)new TorchEngine().Compile(new() { Feeds = [x], Fetches = results });
        for (var n = 0; n < 6; n++)
        {
            var feed = Noise([3 + n % 2 * 30, 24], n);   // two plans take the same block in turn
            using var fresh = (TorchSession)new TorchEngine().Compile(new() { Feeds = [x], Fetches = results });
            Assert.That(Run(session, feed, results.Length), Is.EqualTo(Run(fresh, feed, results.Length)), $"run {n}");
        }
    }

    [Test]
    public void RunsAtOnceHaveBlocksOfTheirOwn()
    {
        var (x, results) = Graph(3);
        using var session = (TorchSession)new TorchEngine().Compile(new() { Feeds = [x], Fetches = results });
        var feeds = Enumerable.Range(0, 4).Select(i => Noise([16, 24], i)).ToArray();
        var alone = feeds.Select(f => Run(session, f, results.Length)).ToArray();
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            for (var n = 0; n < 50; n++) Assert.That(Run(session, feeds[i], results.Length), Is.EqualTo(alone[i]), $"feed {i}, run {n}");
        });
    }

    /// <summary>A run that fails or is cancelled leaves the plan and its places usable.</summary>
    [Test]
    public void ACancelledRunLeavesThePlacesUsable()
    {
        var (x, results) = Graph(5);
        using var session = (TorchSession)new TorchEngine().Compile(new() { Feeds = [x], Fetches = results });
        var feed = Noise([8, 24], 1);
        var first = Run(session, feed, results.Length);
        Assert.That(() => session.Run([feed], new NDArray?[results.Length], new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Run(session, feed, results.Length), Is.EqualTo(first));
    }
}
