using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>What the planner makes of a program: which kernels, what is done in place, what a run allocates.</summary>
[Category("Engines")]
public class PlanTests
{
    static NDArray Noise(Shape shape, int seed, double scale = 1)
    {
        var random = new Random(seed);
        var data = new float[shape.Elements];
        for (var i = 0; i < data.Length; i++) data[i] = (float)((random.NextDouble() * 2 - 1) * scale);
        return NDArray.From(data, shape);
    }

    /// <summary>Two convolutions with pools and a dense layer, trained with momentum.</summary>
    static (Zoo.Autograd.Graph.Program Step, Parameter[] Weights, Parameter[] Slots) Net(string padding = "VALID", int size = 2, int stride = 2, int channels = 20, int filters = 7)
    {
        var x = StateOps.Input("x", [Dim.Any, 13, 13, 3], DType.Float32);
        Parameter[] w = [new(Noise([3, 3, 3, channels], 1, 0.2), "conv1"), new(Noise([channels], 2), "bias1"), new(Noise([3, 3, channels, filters], 3, 0.1), "conv2"), new(Noise([filters], 4), "bias2"), new(Noise([filters, 5], 5, 0.4), "dense")];
        Parameter[] slots = [.. w.Select(p => new Parameter(NDArray.Zeros(p.Shape), p.Name + "/slot"))];
        var h = A.Relu(A.MaxPool(A.BiasAdd(A.Conv2D(x, w[0], padding: padding), w[1]), size, stride, padding));
        h = A.MaxPool(A.BiasAdd(A.Conv2D(h, w[2], padding: padding), w[3]), size, stride, padding);
        var loss = A.Mean(A.Square(A.MatMul(A.Mean(A.Mean(h, 1), 1), w[4])));
        var gradients = A.Gradients(loss, [.. w.Select(p => p.Variable)]);
        var updates = w.SelectMany((p, i) =>
        {
            var velocity = slots[i].Variable * 0.9f - gradients[i] * 0.01f;
            return new[] { (slots[i], velocity), (p, p.Variable + velocity) };
        });
        return (new() { Feeds = [x], Fetches = [loss], Updates = [.. updates] }, w, slots);
    }

    static string[] Kinds(TorchSession session, NDArray[] feeds)
    {
        session.Trace = new();
        session.Run(feeds, new NDArray?[1]);
        var kinds = session.Trace.Entries.Select(e => e.Step.Kind).ToArray();
        session.Trace = null;
        return kinds;
    }

    [Test]
    public void AConvolutionsGradientsAreOneCallAndAllUpdatesOnePass()
    {
        var (step, _, _) = Net(channels: 16, filters: 16);
        using var session = (TorchSession)new TorchEngine().Compile(step);
        var kinds = Kinds(session, [Noise([1, 13, 13, 3], 6)]);   // too little for products of ours
        Assert.That(kinds.Count(k => k == "aten::convolution_backward"), Is.EqualTo(2));
        Assert.That(kinds.Count(k => k == "aten::convolution"), Is.EqualTo(2));
        Assert.That(kinds.Count(k => k == "update"), Is.EqualTo(1));
        Assert.That(kinds, Has.None.StartsWith("aten::max_pool2d"), "the places of the maxima are kept");
        Assert.That(kinds, Has.None.EqualTo("aten::sum.dim_IntList"));
    }

    /// <summary>With windows that overlap, that leave a rest, that are padded unevenly; filters lie as OHWI in memory and come back as HWIO.</summary>
    [TestCase("VALID", 2, 2), TestCase("VALID", 3, 2), TestCase("SAME", 2, 2), TestCase("SAME", 3, 2), TestCase("VALID", 2, 3)]
    public void TrainingAgreesWithTensorFlow(string padding, int size, int stride)
    {
        TensorFlow.TensorFlowLibrary.Require();
        Assert.That(Train("embedded"), Is.EqualTo(Train("tensorflow")).Within(2e-4));

        float[] Train(string engine)
        {
            var (step, weights, slots) = Net(padding, size, stride);
            using var session = Engines.Find(engine).Compile(step);
            var losses = new NDArray?[1];
            for (var i = 0; i < 5; i++) session.Run([Noise([6, 13, 13, 3], 7 + i)], losses);
            return [losses[0]!.AsSpan<float>()[0], .. weights.Concat(slots).SelectMany(p => p.Value.ToArray<float>())];
        }
    }

    [Test]
    public void ALoopAllocatesNothingManaged()
    {
        var (step, _, _) = Net();
        using var session = new TorchEngine().Compile(step);
        NDArray[] feeds = [Noise([8, 13, 13, 3], 6)];
        var fetched = new NDArray?[1];
        var least = long.MaxValue;
        for (var window = 0; window < 10; window++)   // the compiler's tiers and the test runner allocate too, now and then
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 200; i++) session.Run(feeds, fetched);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.That(least, Is.LessThan(200 * 64), "bytes of 200 steps; a single object a step would be as much");
    }

    /// <summary>An in-place update must never be seen half done: while another run reads a Parameter, the new value goes elsewhere.</summary>
    [Test]
    public void AReaderBesideATrainerSeesWholeSteps()
    {
        const int elements = 300_000;
        var p = new Parameter(NDArray.Zeros([elements]), "p");
        var one = StateOps.Input("one", [], DType.Float32);
        using var train = new TorchEngine().Compile(new() { Feeds = [one], Fetches = [], Updates = [(p, p.Variable + one)] });
        using var read = new TorchEngine().Compile(new() { Feeds = [], Fetches = [A.Max(p.Variable) - A.Min(p.Variable), A.Identity(p.Variable)] });
        using var stop = new CancellationTokenSource();
        var trainer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) train.Run([NDArray.Scalar(1f)], []);
        });
        for (var i = 0; i < 150; i++)
        {
            var fetched = new NDArray?[2];
            read.Run([], fetched);
            Assert.That(fetched[0]!.ToNumber(), Is.Zero);
            var all = fetched[1]!.AsSpan<float>();
            Assert.That(all.IndexOfAnyExcept(all[0]), Is.EqualTo(-1));
        }
        stop.Cancel();
        trainer.Wait();
        Assert.That(p.Value.AsSpan<float>()[0], Is.GreaterThan(0));
    }

    /// <summary>A Parameter that took another's value must not share its memory, which is written in place afterwards.</summary>
    [Test]
    public void ParametersNeverShareMemory()
    {
        Parameter a = new(NDArray.Full([6], 1), "a"), b = new(NDArray.Full([2, 3], 5), "b"), c = new(NDArray.Full([6], 0), "c");
        using var take = new TorchEngine().Compile(new() { Feeds = [], Fetches = [], Updates = [(a, A.Reshape(b.Variable, [6])), (c, A.Reshape(b.Variable, [6]))] });
        using var grow = new TorchEngine().Compile(new() { Feeds = [], Fetches = [], Updates = [(b, b.Variable + 1f), (c, c.Variable * 2f)] });
        take.Run([], []);
        grow.Run([], []);
        grow.Run([], []);
        Assert.That((a.Value.Number(0), b.Value.Number(0), c.Value.Number(0)), Is.EqualTo((5.0, 7.0, 20.0)));
    }

    /// <summary>Two Parameters that exchange their values: each new value is read from the old ones.</summary>
    [Test]
    public void AnUpdateThatReadsAnotherUpdatedParameterSeesItsOldValue()
    {
        Parameter a = new(NDArray.Full([1000], 1), "a"), b = new(NDArray.Full([1000], 2), "b");
        using var session = new TorchEngine().Compile(new() { Feeds = [], Fetches = [], Updates = [(a, b.Variable * 1f), (b, a.Variable * 1f)] });
        for (var i = 0; i < 3; i++) session.Run([], []);
        Assert.That((a.Value.Number(0), b.Value.Number(999)), Is.EqualTo((2.0, 1.0)));
    }

    [Test]
    public void ASmallStepRunsWhereItIsCalledAndWakesNoOther()
    {
        var x = StateOps.Input("x", [Dim.Any, 64], DType.Float32);
        var w = new Parameter(Noise([64, 32], 1), "w");
        using var session = (TorchSession)new TorchEngine().Compile(new() { Name = "small", Feeds = [x], Fetches = [A.Relu(A.MatMul(x, w))] });
        var (small, large) = (Noise([2, 64], 2), Noise([8192, 64], 3));
        Assert.Multiple(() =>
        {
            Assert.That(Hands(small), Is.Zero);
            Assert.That(Hands(large), Is.EqualTo(1));
        });
        // the same bits on whatever threads, also at once
        var first = new NDArray?[1];
        Parallel.For(0, 64, _ =>
        {
            var results = new NDArray?[1];
            session.Run([small], results);
            Interlocked.CompareExchange(ref first[0], results[0], null);
            Assert.That(results[0]!.HoldsTheSame(first[0]!));
        });

        long Hands(NDArray feed)
        {
            long before = EngineThreads.HandedByThisThread;
            session.Run([feed], new NDArray?[1]);
            return EngineThreads.HandedByThisThread - before;
        }
    }
}
