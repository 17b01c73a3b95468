using System.Numerics.Tensors;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Benchmarks.Jobs;

/// <summary>A net with data: a training step with Adam, or inference. Made by formulas: every process makes the same one.</summary>
/// <param name="Name">By which the command line knows it.</param>
/// <param name="Title">By which the page knows it.</param>
/// <param name="Net">The model.</param>
/// <param name="Eager">The same net by PyTorch's ops.</param>
/// <param name="Inputs">The inputs of so many samples.</param>
/// <param name="Labels">Their labels, where it trains.</param>
/// <param name="Batch">The samples of a step.</param>
/// <param name="PyTorch">Milliseconds of a step in PyTorch eager, by performance.md, on a machine with <see cref="AnchorRate"/>.</param>
/// <param name="TensorFlow">The same of Keras on TensorFlow.</param>
internal sealed record Job(string Name, string Title, Func<Model> Net, Func<Eager, nint> Eager, Func<int, NDArray[]> Inputs, Func<int, NDArray>? Labels, int Batch, double PyTorch, double TensorFlow)
{
    /// <summary>GFLOP/s of a large matrix product where <see cref="PyTorch"/> and <see cref="TensorFlow"/> were measured.</summary>
    internal const double AnchorRate = 248;

    static readonly Job[] training =
    [
        new("mlp", "MLP", Nets.Mlp, EagerNets.Mlp, n => [Noise(n, 784)], n => Classes(n, 10), 128, 2.4, 5.1),
        new("lenet", "LeNet", Nets.LeNet, EagerNets.LeNet, n => [Noise(n, 28, 28, 1)], n => Classes(n, 10), 128, 17, 19),
        new("lstm", "Embedding + LSTM", Nets.Lstm, EagerNets.Lstm, n => [Ids(Nets.Words, n, 200)], Answers, 32, 52, 77),
        new("ncf", "NCF", Nets.Ncf, EagerNets.Ncf, n => [Ids(Nets.Users, n), Ids(Nets.Items, n)], Answers, 2048, 4.0, 10),
        new("transformer", "transformer", Nets.Transformer, EagerNets.Transformer, n => [Ids(Nets.Vocabulary, n, 128), Places(n, 128)], n => Classes(n, 2), 8, 119, 195),
        new("resnet50", "ResNet-50", () => ResNet50.Make(224), EagerNets.ResNet50, n => [Noise(n, 224, 224, 3)], n => Classes(n, 1000), 16, 2460, 2568),
        new("inception", "Inception-v1", Nets.Inception, EagerNets.Inception, n => [Noise(n, 224, 224, 3)], n => Classes(n, 1000), 16, 714, 766),
    ];

    internal static readonly Job[] All =
    [
        .. training, Inference("mlp", 1, 0.05, 0.67), Inference("lenet", 1, 0.23, 0.90), Inference("ncf", 1, 0.08, 0.61), Inference("transformer", 1, 4.9, 12.6), Inference("resnet50", 1, 51, 57), Inference("resnet50", 16, 566, 572),
    ];

    internal bool Trains => Labels is not null;

    /// <summary>Whether a step takes a good part of a second.</summary>
    internal bool IsLarge => PyTorch > 200;

    /// <summary>The job of a name; <c>name:n</c> is it with another batch.</summary>
    internal static Job Find(string name) => name.Split(':') is [var plain, var batch] ? Find(plain) with { Name = name, Batch = int.Parse(batch, System.Globalization.CultureInfo.InvariantCulture) } : Array.Find(All, j => j.Name == name) ?? throw new ArgumentException($"benchmarks: there is no job '{name}'. Expected one of {string.Join(", ", All.Select(j => j.Name))}.");

    static Job Inference(string name, int batch, double pyTorch, double tensorFlow) =>
        Array.Find(training, j => j.Name == name)! with { Name = $"{name}-b{batch}", Labels = null, Batch = batch, PyTorch = pyTorch, TensorFlow = tensorFlow };

    /// <summary>The model, compiled where it trains.</summary>
    internal Model Model()
    {
        var model = Net();
        model.Seed = 1;
        if (Trains) model.Compile(new Adam(), Labels!(1).DType == DType.Float32 ? "binary_crossentropy" : "sparse_categorical_crossentropy");
        return model;
    }

    /// <summary>One step: the loss is fetched; or inference.</summary>
    internal static Autograd.Graph.Program Step(Model model)
    {
        if (model.Optimizer is not null) return model.Exported("benchmarks").Program;
        model.InitializeWeights();
        return model.InferenceProgram();
    }

    /// <summary>What feeds <see cref="Step"/>: inputs, labels, the learning rate.</summary>
    internal NDArray[] Feeds(int batch) => Labels is null ? Inputs(batch) : [.. Inputs(batch), Labels(batch), NDArray.Scalar(1e-3f)];

    /// <summary>A number that tells whether peers computed the same: the root of the mean square.</summary>
    internal static double Digest(ReadOnlySpan<float> result) => TensorPrimitives.Norm(result) / Math.Sqrt(result.Length);

    static NDArray Noise(params long[] dims)
    {
        var (random, result) = (new Random(9), NDArray.Zeros(Shape.Create(dims)));
        foreach (ref var value in result.AsSpan<float>()) value = 2 * random.NextSingle() - 1;
        return result;
    }

    static NDArray Ids(int count, params long[] dims)
    {
        var (random, result) = (new Random(7), NDArray.Zeros(Shape.Create(dims), DType.Int32));
        foreach (ref var value in result.AsSpan<int>()) value = random.Next(count);
        return result;
    }

    static NDArray Places(int batch, int length) => NDArray.From([.. Enumerable.Range(0, batch * length).Select(i => i % length)], [batch, length]);

    static NDArray Classes(int batch, int count) => NDArray.From([.. Enumerable.Range(0, batch).Select(i => (long)(i * 7 % count))], [batch]);

    static NDArray Answers(int batch) => NDArray.From([.. Enumerable.Range(0, batch).Select(i => (float)(i * 7 % 3 / 2))], [batch, 1]);
}
