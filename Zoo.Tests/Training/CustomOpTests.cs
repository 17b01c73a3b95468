using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Tests.Engine.TensorFlow;
using Zoo.Tests.EngineCases;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Training;

/// <summary>Ops of C# code in expressions, models and training; a look at values; runs node by node that say where something goes wrong.</summary>
[NonParallelizable]
public class CustomOpTests
{
    /// <summary>x³, float32 or float64.</summary>
    static readonly CustomOp cube = Op.Custom("cube",
        (x, y) => Each(y, i => Math.Pow(x[0].Number(i), 3)),
        (x, y, dy, dx) => Each(dx[0], i => 3 * x[0].Number(i) * x[0].Number(i) * dy.Number(i)));

    /// <summary>Weighted sums of rows: [b, n] and [n] give [b].</summary>
    static readonly CustomOp weigh = Op.Custom("weigh",
        (x, y) => Each(y, r => Enumerable.Range(0, x[1].Count).Sum(k => x[0].Number(r * x[1].Count + k) * x[1].Number(k))),
        (x, y, dy, dx) =>
        {
            Each(dx[0], i => dy.Number(i / x[1].Count) * x[1].Number(i % x[1].Count));
            Each(dx[1], k => Enumerable.Range(0, dy.Count).Sum(r => dy.Number(r) * x[0].Number(r * x[1].Count + k)));
        },
        shapes => shapes[0][..^1]);

    static void Each(NDArray to, Func<int, double> value)
    {
        for (var i = 0; i < to.Count; i++)
            if (to.DType == DType.Float32) to.AsSpan<float>()[i] = (float)value(i);
            else to.AsSpan<double>()[i] = value(i);
    }

    [Test]
    public void GradientsAreCentralDifferences()
    {
        NDArray a = new double[,] { { .3, -1.2, .7 }, { 2, .1, -.4 } }, w = new double[] { 1.5, -.5, 2 };
        Variable[] inputs = [StateOps.Input("a", [Dim.Any, 3], DType.Float64), StateOps.Input("w", [3], DType.Float64)];
        var y = A.Sum(A.Square(weigh.Apply(inputs[0] >> cube, inputs[1])));
        Assert.That(weigh.Apply(inputs).Shape, Is.EqualTo(Shape.Create([Dim.Any])));
        NDArray[] values = [a, w];
        var found = OpRun.Run(inputs, A.Gradients(y, inputs), values);
        for (var input = 0; input < 2; input++)
            for (var k = 0; k < values[input].Count; k++)
            {
                double At(double step)
                {
                    var moved = values.Select(v => v.Clone()).ToArray();
                    moved[input].AsSpan<double>()[k] += step;
                    return OpRun.Run(inputs, [y], moved)[0].ToNumber();
                }
                Assert.That(found[input].Number(k), Is.EqualTo((At(1e-5) - At(-1e-5)) / 2e-5).Within(1e-5), $"input {input} element {k}");
            }
    }

    static (NDArray X, NDArray Y) Data()
    {
        var random = new Random(5);
        var (x, y) = (new float[64, 3], new float[64, 1]);
        for (var i = 0; i < 64; i++)
        {
            for (var k = 0; k < 3; k++) x[i, k] = (float)random.NextDouble() * 2 - 1;
            y[i, 0] = MathF.Pow(x[i, 0] - x[i, 1], 3) / 4;
        }
        return (x, y);
    }

    static Model Cubic()
    {
        var x = K.Input([3]);
        return new(x, (x >> new Dense(4) >> cube) >> new Dense(1)) { Seed = 3 };
    }

    [Test]
    public void AModelWithOneIsTrained()
    {
        var (x, y) = Data();
        var model = Cubic();
        model.Compile(new Adam(.02), "mse", engine: "embedded");
        var history = model.Fit(x, y, batchSize: 16, epochs: 30, verbose: 0);
        Assert.That(history["loss"][^1], Is.LessThan(history["loss"][0] / 10));
        Assert.That(model.Predict(x).Shape, Is.EqualTo(Shape.Create([64, 1])));
    }

    /// <summary>What code does is not known (it may count, log, read a clock): its results are never kept from run to run, though nothing they depend on changes.</summary>
    [Test]
    public void OneOverWeightsAloneRunsInEveryRun()
    {
        var runs = 0;
        var counted = Op.Custom("counted", (x, y) => Each(y, i => x[0].Number(i) + Interlocked.Increment(ref runs) * 1000));
        Parameter frozen = new(new float[] { 1 }, trainable: false);
        Variable settled = counted.Apply(frozen.Variable * 2), fixedBy = counted.Apply(A.Constant(3f) + frozen.Variable);
        var x = K.Input([1]);
        Model model = new(x, x >> new Dense(1) { UseBias = false, KernelInitializer = new Constant(1) } >> new Lambda(v => v * 0 + settled + fixedBy)) { Seed = 3 };
        model.Compile(new SGD(), "mse", engine: "embedded");
        NDArray one = new float[,] { { 1 } };
        for (var run = 1; run <= 3; run++)
        {
            Assert.That(model.Predict(one).Number(0), Is.EqualTo(6 + 1000 * (4 * run - 1)), "both ran, with new numbers");
            Assert.That(runs, Is.EqualTo(2 * run));
        }
        model.Fit(one, one, epochs: 3, verbose: 0);
        Assert.That(runs, Is.EqualTo(12));
    }

    [Test]
    public void TensorFlowSaysThatItCannot()
    {
        TensorFlowLibrary.Require();
        var (x, y) = Data();
        var model = Cubic();
        model.Compile(new Adam(), "mse", engine: "tensorflow");
        Assert.That(() => model.Fit(x, y, verbose: 0), Throws.TypeOf<GraphException>().With.Message.Contains("cube is an op of C# code").And.Message.Contains("embedded engine"));
    }

    [Test]
    public void WhatIsMissingOrFailsIsNamed()
    {
        var x = StateOps.Input("x", [2], DType.Float64);
        var flat = Op.Custom("flat", (_, _) => { });
        Assert.That(() => A.Gradients(A.Sum(flat.Apply(x)), x), Throws.TypeOf<GraphException>().With.Message.Contains("flat has no gradient: it was made without a backward"));
        Assert.That(() => A.Gradients(A.Sum(A.Gradients(A.Sum(cube.Apply(x)), x)[0]), x), Throws.TypeOf<GraphException>().With.Message.Contains("cube_gradient has no gradient").And.Message.Contains("cannot be differentiated"));
        var bad = Op.Custom("bad", (_, _) => throw new FormatException("no luck"));
        Assert.That(() => bad.Apply(x).Forward((x, new double[] { 1, 2 })), Throws.TypeOf<EngineException>().With.Message.EqualTo("bad: its forward code failed: no luck"));
        Assert.That(() => cube.Apply(), Throws.ArgumentException.With.Message.Contains("cube: no input"));
        Assert.That(() => Op.Custom(" ", (_, _) => { }), Throws.ArgumentException);
    }

    [Test]
    public void ForwardComputesAnExpressionNow()
    {
        Variable x = K.Input([3], name: "x"), y = K.Input([3], name: "y");
        var dense = new Dense(2) { KernelInitializer = new Constant(.5) };
        NDArray a = new float[,] { { 1, 2, 3 } }, b = new float[,] { { 3, 2, 0 } };
        Assert.That((A.Abs(x - y) >> dense).Forward((x, a), (y, b)).ToArray<float>(), Is.EqualTo(new float[] { 2.5f, 2.5f }));
        Assert.That((A.Constant(2, DType.Float32) * 3).Forward().ToNumber(), Is.EqualTo(6));
        Assert.That(new Parameter(new float[] { 4, 5 }).Variable.Forward().ToArray<float>(), Is.EqualTo(new float[] { 4, 5 }));
        Assert.That(() => (x - y).Forward((x, a)), Throws.TypeOf<GraphException>().With.Message.Contains("Forward: the input 'y' has no value"));
        var masked = K.Input([2, 1], name: "m");
        var mean = masked >> new Masking() >> new LSTM(2);
        Assert.That(mean.Forward((masked, new float[,,] { { { 1 }, { 0 } } })).ToArray<float>(), Is.EqualTo(mean.Forward((masked, new float[,,] { { { 0 }, { 1 } } })).ToArray<float>()).Within(1e-6), "masks go from layer to layer");
    }

    [Test]
    public void DebuggingNamesTheLayerOfTheFirstValueThatIsNoNumber([Values("embedded", "tensorflow")] string engine)
    {
        if (engine == "tensorflow") TensorFlowLibrary.Require();
        var x = K.Input([3]);
        Model model = new(x, x >> new Dense(4) { Name = "first" } >> new Lambda(v => A.Log(v - 1000)) { Name = "logarithm" } >> new Dense(1)) { Seed = 3 };
        var (data, labels) = Data();
        Run(() =>
        {
            model.Compile(new SGD(), "mse", engine: engine);
            Assert.That(() => model.Fit(data, labels, batchSize: 16, verbose: 0), Throws.TypeOf<EngineException>().With.Message.Contains("debug: element 0 of the result of logarithm: Log is not a number").And.Message.Contains("from -100"));
            Assert.That(() => model.Predict(data), Throws.TypeOf<EngineException>().With.Message.Contains("logarithm: Log"));
        });
    }

    [Test]
    public void DebuggingTrainsAsEver()
    {
        var (x, y) = Data();
        NDArray Train()
        {
            var input = K.Input([3]);
            Model model = new(input, input >> new Dense(4, "tanh") >> new BatchNormalization() >> new Dropout(.3) >> new Dense(1)) { Seed = 3 };
            model.Compile(new Adam(), "mse", engine: "embedded");
            model.Fit(x, y, batchSize: 16, epochs: 2, verbose: 0);
            return model.Predict(x);
        }
        var plain = Train();
        NDArray? slow = null;
        Run(() => slow = Train());
        Assert.That(OpRun.Differ(plain, slow!, 1e-4), Is.Null);
    }

    [Test]
    public void DebuggingNamesWhatFailsAndWhatComesInWrong()
    {
        var x = K.Input([3]);
        Model model = new(x, x >> new Lambda(v => A.CheckNumerics(v / 0, "halves")) { Name = "halves" } >> new Dense(1));
        Run(() =>
        {
            Assert.That(() => model.Predict(new float[,] { { 1, 2, 3 } }), Throws.TypeOf<EngineException>().With.Message.StartsWith("debug: halves: CheckNumerics failed: ").And.Message.Contains("Its inputs: "));
            Assert.That(() => model.Predict(new float[,] { { 1, float.NaN, 3 } }), Throws.TypeOf<EngineException>().With.Message.Contains("debug: element 1 of the input").And.Message.Contains("is not a number"));
        });
    }

    static void Run(Action action)
    {
        Zoo.Keras.Engine.Debug = true;
        try
        {
            action();
        }
        finally
        {
            Zoo.Keras.Engine.Debug = false;
        }
    }
}
