using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Benchmarks;

/// <summary>A training step with Adam, as a program, with its weights and a batch of data. Made by formulas: every process makes the same one.</summary>
internal sealed class Job
{
    internal const double Rate = 0.001, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-7;

    internal required string Name { get; init; }
    internal required Autograd.Graph.Program Step { get; init; }
    internal required Parameter[] Weights { get; init; }
    /// <summary>First and second moment of each weight.</summary>
    internal required (Parameter First, Parameter Second)[] Moments { get; init; }
    internal required Shape Sample { get; init; }
    internal required Variable[] Gradients { get; init; }
    /// <summary>The decays to the power of the step's number, which TensorFlow's fused Adam wants.</summary>
    internal required Variable[] Powers { get; init; }

    internal static readonly string[] Names = ["mlp", "lenet"];

    internal static Job Find(string name) => name switch
    {
        "mlp" => Mlp(),
        "lenet" => LeNet(),
        _ => throw new ArgumentException($"benchmarks: there is no job '{name}'. Expected one of {string.Join(", ", Names)}."),
    };

    /// <summary>784-512-512-10 with ReLU.</summary>
    internal static Job Mlp()
    {
        Parameter[] w = [Weight("dense1", 784, 512), Bias("bias1", 512), Weight("dense2", 512, 512), Bias("bias2", 512), Weight("dense3", 512, 10), Bias("bias3", 10)];
        return Make("mlp", [784], w, x =>
        {
            var h = A.Relu(A.BiasAdd(A.MatMul(x, w[0]), w[1]));
            h = A.Relu(A.BiasAdd(A.MatMul(h, w[2]), w[3]));
            return A.BiasAdd(A.MatMul(h, w[4]), w[5]);
        });
    }

    /// <summary>Convolution 5x5x20, pool, convolution 5x5x50, pool, 500 with ReLU, 10.</summary>
    internal static Job LeNet()
    {
        Parameter[] w =
        [
            Weight("conv1", 5, 5, 1, 20), Bias("bias1", 20), Weight("conv2", 5, 5, 20, 50), Bias("bias2", 50),
            Weight("dense1", 800, 500), Bias("bias3", 500), Weight("dense2", 500, 10), Bias("bias4", 10),
        ];
        return Make("lenet", [28, 28, 1], w, x =>
        {
            var h = A.MaxPool(A.BiasAdd(A.Conv2D(x, w[0]), w[1]), 2, 2);
            h = A.MaxPool(A.BiasAdd(A.Conv2D(h, w[2]), w[3]), 2, 2);
            h = A.Relu(A.BiasAdd(A.MatMul(A.Reshape(h, [Dim.Any, 800]), w[4]), w[5]));
            return A.BiasAdd(A.MatMul(h, w[6]), w[7]);
        });
    }

    static Job Make(string name, Shape sample, Parameter[] weights, Func<Variable, Variable> net)
    {
        var x = StateOps.Input("x", Shape.Create([Dim.Any, .. sample.Dims]), DType.Float32);
        var y = StateOps.Input("y", [Dim.Any], DType.Int64);
        var step = StateOps.Input("step", [], DType.Float32);
        var loss = A.Mean(A.SparseSoftmaxCrossEntropy(net(x), y));
        var gradients = A.Gradients(loss, [.. weights.Select(p => p.Variable)]);
        var moments = Array.ConvertAll(weights, w => (Zeros(w, "momentum"), Zeros(w, "velocity")));
        var (power1, power2) = (A.Pow(A.Constant(Beta1), step), A.Pow(A.Constant(Beta2), step));
        var alpha = Rate * A.Sqrt(1 - power2) / (1 - power1);
        var updates = new List<(Parameter, Variable)>();
        for (var i = 0; i < weights.Length; i++)
        {
            var (w, g, (m, v)) = (weights[i].Variable, gradients[i], moments[i]);
            var first = m.Variable + (g - m.Variable) * (1 - Beta1);
            var second = v.Variable + (A.Square(g) - v.Variable) * (1 - Beta2);
            updates.AddRange([(m, first), (v, second), (weights[i], w - first * alpha / (A.Sqrt(second) + Epsilon))]);
        }
        return new()
        {
            Name = name,
            Sample = sample,
            Weights = weights,
            Moments = moments,
            Gradients = gradients,
            Powers = [power1, power2],
            Step = new() { Name = name, Feeds = [x, y, step], Fetches = [loss], Updates = [.. updates] },
        };
    }

    static Parameter Zeros(Parameter w, string name) => new(NDArray.Zeros(w.Shape), $"{w.Name}/{name}");

    static Parameter Bias(string name, int size) => new(NDArray.Zeros([size]), name);

    static Parameter Weight(string name, params long[] dims)
    {
        long fanIn = 1;
        foreach (var d in dims[..^1]) fanIn *= d;
        return new(Noise(Shape.Create(dims), name.Length + name[^1], Math.Sqrt(3.0 / fanIn)), name);
    }

    static NDArray Noise(Shape shape, int seed, double scale)
    {
        var random = new Random(seed);
        var data = new float[shape.Elements];
        for (var i = 0; i < data.Length; i++) data[i] = (float)((random.NextDouble() * 2 - 1) * scale);
        return NDArray.From(data, shape);
    }

    /// <summary>A batch for <see cref="Step"/>: pictures, labels, number of the step.</summary>
    internal NDArray[] Batch(int size)
    {
        var y = new long[size];
        for (var i = 0; i < size; i++) y[i] = i * 7 % 10;
        return [Noise(Shape.Create([size, .. Sample.Dims]), 9, 1), NDArray.From(y, [size]), NDArray.Scalar(1f)];
    }
}
