using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Inference with weights that hold: what is folded into them, and that they follow the Parameters.</summary>
[Category("Engines")]
public class InferenceFormsTests
{
    static NDArray Noise(Shape shape, int seed, double low = -1, double high = 1)
    {
        var random = new Random(seed);
        return NDArray.From([.. Enumerable.Range(0, (int)shape.Elements).Select(_ => (float)(low + random.NextDouble() * (high - low)))], shape);
    }

    /// <summary>Weights of convolutions from 4 to 8 channels, or so many times these; filters of many channels are small, for sums stay about 1.</summary>
    static (Shape Shape, double Low, double High)[] Weights(int times)
    {
        var (x, y, f) = (4 * times, 8 * times, 1.0 / times);
        return [([3, 3, x, y], -.3 * f, f), ([y], -1, 1), ([y], .5, 1), ([y], -1, 1), ([y], -.5, 1), ([y], .2, 1), ([1, 1, x, y], -.5 * f, f), ([1, 1, 1, y], .3, 1), ([], .5, 1), ([3, 3, y, y], -f, f)];
    }

    /// <summary>Chains behind convolutions of a picture [n, 9, 7, 4] or of more channels: what they compute of weights, by name; how many convolutions are left, and how many of them take the place of what they add to.</summary>
    static readonly Dictionary<string, (int Calls, int Over, Func<Variable, Variable[], Variable> Make)> chains = new()
    {
        ["alone"] = (1, 0, (x, w) => A.Conv2D(x, w[0])),
        ["bias"] = (1, 0, (x, w) => A.BiasAdd(A.Conv2D(x, w[0]), w[1])),
        ["bias, relu"] = (1, 0, (x, w) => A.Relu(A.BiasAdd(A.Conv2D(x, w[0], padding: "SAME"), w[1]))),
        ["normalization"] = (1, 0, (x, w) => A.Relu(Norm(A.BiasAdd(A.Conv2D(x, w[0]), w[1]), w))),
        ["formula"] = (1, 0, (x, w) => A.Relu((A.Conv2D(x, w[0]) - w[4]) * A.Rsqrt(w[5] + 1e-3) * w[7] + w[1])),
        ["quotient and numbers"] = (1, 0, (x, w) => (A.Conv2D(x, w[0]) / w[5] + w[8]) * w[8]),
        ["residual"] = (2, 1, (x, w) => A.Relu(Norm(A.Conv2D(x, w[0], padding: "SAME"), w) + A.BiasAdd(A.Conv2D(x, w[6]), w[1]))),
        ["residual before another use"] = (2, 0, (x, w) => A.Conv2D(x, w[6]) is var y ? A.Relu(A.Conv2D(x, w[0], padding: "SAME") + y) * y : x),
        ["residual, seen otherwise too"] = (2, 0, (x, w) => A.Conv2D(x, w[6]) is var y ? A.Reshape(y, [-1, 7 * (int)y.Shape[-1]]) is var seen ? A.Relu(A.Conv2D(x, w[0], padding: "SAME") + y) * A.Reshape(seen, [-1, 9, 7, (int)y.Shape[-1]]) : x : x),
        ["identity"] = (3, 1, (x, w) => A.Relu(A.Conv2D(x, w[0])) is var y ? A.Relu(A.Conv2D(A.Relu(A.Conv2D(y, w[9], padding: "SAME")), w[9], padding: "SAME") + y) : x),
        ["identity that the product reads"] = (2, 0, (x, w) => A.Relu(A.Conv2D(x, w[0])) is var y ? A.Relu(A.Conv2D(y, w[9], padding: "SAME") + y) : x),
        ["identity, read afterwards"] = (3, 0, (x, w) => A.Relu(A.Conv2D(x, w[0])) is var y ? A.Relu(A.Conv2D(A.Conv2D(y, w[9], padding: "SAME"), w[9], padding: "SAME") + y) - y : x),
        ["number minus picture"] = (1, 0, (x, w) => w[1] - A.Conv2D(x, w[0])),
        ["two users"] = (1, 0, (x, w) => A.Conv2D(x, w[0]) is var y ? A.Relu(y) + A.Sigmoid(y) : x),
        ["relu twice"] = (1, 0, (x, w) => A.Relu(A.Relu(A.Conv2D(x, w[0])) + w[1])),
    };

    static Variable Norm(Variable x, Variable[] w) => NormOps.FusedBatchNorm.Call([x, w[2], w[3], w[4], w[5]], Attrs.Of(("is_training", false), ("epsilon", .001))).Out;

    static IEnumerable<string> Names => chains.Keys;

    static NDArray Run(ISession session, params NDArray[] feeds)
    {
        var results = new NDArray?[1];
        session.Run(feeds, results);
        return results[0]!;
    }

    /// <summary>The same graph with weights that are fed, which the plan cannot count on.</summary>
    [Test]
    public void FoldedIsUnfolded([ValueSource(nameof(Names))] string name, [Values(1, 3)] int batch, [Values(1, 16)] int times)
    {
        var weights = Weights(times);
        NDArray[] values = [.. weights.Select((w, i) => Noise(w.Shape, i, w.Low, w.High))];
        Parameter[] held = [.. values.Select((v, i) => new Parameter(v, $"w{i}"))];
        Variable x = StateOps.Input("x", [Dim.Any, 9, 7, 4 * times], DType.Float32);
        Variable[] fed = [.. weights.Select((w, i) => StateOps.Input($"w{i}", w.Shape, DType.Float32))];
        using var session = (TorchSession)new TorchEngine().Compile(new() { Feeds = [x], Fetches = [chains[name].Make(x, [.. held.Select(p => p.Variable)])] });
        using var other = new TorchEngine().Compile(new() { Feeds = [x, .. fed], Fetches = [chains[name].Make(x, fed)] });
        var picture = Noise([batch, 9, 7, 4 * times], 99);
        for (var round = 0; round < 3; round++)
        {
            Same(Run(session, picture), Run(other, [picture, .. values]));
            values[0] = Noise(weights[0].Shape, 50 + round, weights[0].Low, weights[0].High);   // the folded weights follow
            held[0].Value = values[0];
            if (round > 0) continue;
            values[5] = Noise(weights[5].Shape, 60, .2);
            held[5].Value = values[5];
        }
        session.Trace = new();
        Run(session, picture);
        var first = session.Trace.Entries.Select(e => e.Step).ToArray();
        session.Trace = new();
        Run(session, picture);
        var second = session.Trace.Entries.Select(e => e.Step).ToArray();
        if (!InferenceConv.IsThere) return;
        Step[] calls = [.. second.Where(s => s is OverStep or HostStep or CallStep && s.Node?.Op == InferenceConv.Convolution)];
        Assert.That(calls, Has.Length.EqualTo(chains[name].Calls));
        Assert.That(calls.Count(s => s is OverStep || s.Kind == "mkldnn::_convolution_pointwise_.binary"), Is.EqualTo(chains[name].Over));
        Assert.That(second.Select(s => s.Kind), Has.None.EqualTo("mkldnn::_reorder_convolution_weight").And.None.EqualTo("aten::convolution"));
        Assert.That(first.Length, Is.GreaterThan(second.Length), "weights that were changed are packed anew, others are not");
    }

    /// <summary>Only the plans used last keep what they packed; the others pack again.</summary>
    [Test]
    public void BatchesInTurnGiveTheSame()
    {
        Parameter w = new(Noise([3, 3, 4, 8], 1), "w");
        Variable x = StateOps.Input("x", [Dim.Any, 5, 5, 4], DType.Float32);
        using var session = new TorchEngine().Compile(new() { Feeds = [x], Fetches = [A.Relu(A.Conv2D(x, w))] });
        var first = Enumerable.Range(1, 4).Select(n => Run(session, Noise([n, 5, 5, 4], n))).ToArray();
        foreach (var n in (int[])[4, 1, 3, 2, 1, 4]) Same(Run(session, Noise([n, 5, 5, 4], n)), first[n - 1]);
    }

    /// <summary>Training writes weights in place: a Predict between steps sees each step's.</summary>
    [Test]
    public void WeightsThatAreTrainedAreSeen()
    {
        Parameter w = new(Noise([3, 3, 4, 8], 1), "w"), scale = new(Noise([8], 2), "s");
        Variable x = StateOps.Input("x", [Dim.Any, 5, 5, 4], DType.Float32), v = StateOps.Input("w", w.Shape, DType.Float32);
        using var predict = new TorchEngine().Compile(new() { Feeds = [x], Fetches = [A.Relu(A.Conv2D(x, w) * scale.Variable)] });
        using var fed = new TorchEngine().Compile(new() { Feeds = [x, v], Fetches = [A.Relu(A.Conv2D(x, v) * scale.Variable)] });
        var loss = A.Mean(A.Square(A.Conv2D(x, w) * scale.Variable));
        using var train = new TorchEngine().Compile(new() { Feeds = [x], Fetches = [loss], Updates = [(w, w.Variable - A.Gradients(loss, w.Variable)[0])] });
        var picture = Noise([2, 5, 5, 4], 3);
        for (var i = 0; i < 4; i++)
        {
            Same(Run(predict, picture), Run(fed, picture, w.Value));
            Run(train, picture);
        }
    }

    /// <summary>What holds from run to run is computed first: a value that others read later in the program is still there then.</summary>
    [Test]
    public void WhatIsComputedFirstStaysForAllItsReaders()
    {
        Parameter w = new(Noise([4, 4], 1), "w");
        Variable x = StateOps.Input("x", [Dim.Any, 4], DType.Float32), v = StateOps.Input("w", w.Shape, DType.Float32);
        using var session = new TorchEngine().Compile(new() { Feeds = [x], Fetches = [Make(w)] });
        using var fed = new TorchEngine().Compile(new() { Feeds = [x, v], Fetches = [Make(v)] });
        for (var i = 0; i < 3; i++) Same(Run(session, Noise([3, 4], i)), Run(fed, Noise([3, 4], i), w.Value));

        Variable Make(Variable weight) => A.MatMul(weight, weight) is var square ? A.MatMul(A.Tanh(A.MatMul(x, square)), A.MatMul(square, square)) : x;
    }

    /// <summary>A Parameter that takes a value which holds from run to run takes a copy: it is written in place afterwards.</summary>
    [Test]
    public void ASettledValueIsNotWrittenInPlace()
    {
        Parameter a = new(NDArray.From((float[])[1, 2, 3]), "a"), b = new(NDArray.From((float[])[0, 0, 0]), "b");
        using var copy = new TorchEngine().Compile(new() { Feeds = [], Fetches = [], Updates = [(b, A.Exp(a.Variable) * 2)] });
        using var grow = new TorchEngine().Compile(new() { Feeds = [], Fetches = [], Updates = [(b, b.Variable + 1)] });
        copy.Run([], []);
        var first = b.Value;
        grow.Run([], []);
        copy.Run([], []);
        Assert.That(b.Value.ToArray<float>(), Is.EqualTo(first.ToArray<float>()));
    }

    static void Same(NDArray a, NDArray b)
    {
        Assert.That(a.Shape, Is.EqualTo(b.Shape));
        Assert.That(a.ToArray<float>(), Is.EqualTo(b.ToArray<float>()).Within(1e-4));
    }
}
