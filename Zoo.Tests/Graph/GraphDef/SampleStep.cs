using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph;

/// <summary>LeNet's training step with Adam: weights, two slots each, a step counter, inputs x, y and lr.</summary>
static class SampleStep
{
    public static readonly string[] Fetches = ["loss", "accuracy"];

    public static NDArray Noise(Shape shape, int seed, double scale)
    {
        var random = new Random(seed);
        var data = new float[shape.Elements];
        for (var i = 0; i < data.Length; i++) data[i] = (float)((random.NextDouble() * 2 - 1) * scale);
        return NDArray.From(data, shape);
    }

    public static Zoo.Autograd.Graph.Program LeNet(out Parameter[] parameters)
    {
        var x = StateOps.Input("x", [Dim.Any, 28, 28, 1], DType.Float32);
        var y = StateOps.Input("y", [Dim.Any], DType.Int64);
        Variable rate = StateOps.Input("lr", [], DType.Float32), step = StateOps.Input("step", [], DType.Float32);
        Parameter[] w =
        [
            new(Noise([5, 5, 1, 8], 1, .2), "conv2d/kernel"), new(NDArray.Zeros([8]), "conv2d/bias"),
            new(Noise([5, 5, 8, 12], 2, .1), "conv2d_1/kernel"), new(NDArray.Zeros([12]), "conv2d_1/bias"),
            new(Noise([192, 40], 3, .1), "dense/kernel"), new(NDArray.Zeros([40]), "dense/bias"),
            new(Noise([40, 10], 4, .2), "dense_1/kernel"), new(NDArray.Zeros([10]), "dense_1/bias"),
        ];
        var h = A.MaxPool(A.BiasAdd(A.Conv2D(x, w[0]), w[1]), 2, 2);
        h = A.MaxPool(A.BiasAdd(A.Conv2D(h, w[2]), w[3]), 2, 2);
        h = A.Relu(A.BiasAdd(A.MatMul(A.Reshape(h, [Dim.Any, 192]), w[4]), w[5]));
        var logits = A.BiasAdd(A.MatMul(h, w[6]), w[7]);
        var loss = A.Mean(A.SparseSoftmaxCrossEntropy(logits, y));
        var right = A.Mean(A.Cast(A.Equal(A.ArgMax(logits), y), DType.Float32));
        var updates = w.Zip(A.Gradients(loss, [.. w.Select(p => p.Variable)])).SelectMany(pair => Adam(pair.First, pair.Second, rate, step)).ToArray();
        var counter = new Parameter(NDArray.Scalar(0, DType.Int64), "iterations", trainable: false);
        var program = ExportedStep.Count(new() { Feeds = [x, y, rate, step], Fetches = [loss, right], Updates = updates }, step, counter);
        parameters = program.Parameters();
        return program;
    }

    static (Parameter, Variable)[] Adam(Parameter w, Variable g, Variable rate, Variable step)
    {
        Parameter m = new(NDArray.Zeros(w.Shape), w.Path + "/momentum", trainable: false), v = new(NDArray.Zeros(w.Shape), w.Path + "/velocity", trainable: false);
        var alpha = rate * A.Sqrt(1 - A.Pow(A.Constant(.999), step)) / (1 - A.Pow(A.Constant(.9), step));
        var first = m.Variable + (g - m.Variable) * .1;
        var second = v.Variable + (A.Square(g) - v.Variable) * .001;
        return [(m, first), (v, second), (w, w.Variable - first * alpha / (A.Sqrt(second) + 1e-7))];
    }

    /// <summary>The inputs of one step, by name; another batch for each seed.</summary>
    public static Dictionary<string, NDArray> Batch(int seed, int n = 32)
    {
        var x = Noise([n, 28, 28, 1], 100 + seed, 1);
        var y = new long[n];
        for (var i = 0; i < n; i++)
        {
            y[i] = (i + seed) % 10;
            x.AsSpan<float>().Slice(i * 784 + (int)y[i] * 56, 56).Fill(2);
        }
        return new() { ["x"] = x, ["y"] = NDArray.From(y, [n]), ["lr"] = NDArray.Scalar(0.002) };
    }
}
