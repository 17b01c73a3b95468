using System.Globalization;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Datasets;
using Zoo.Spark;
using A = Zoo.Autograd.AutoGrad;

// LeNet-5 on MNIST by two workers: dotnet run -c Release --project examples/DistributedLeNet [-- --master local[2] --epochs 5 --samples 60000 --out distributed-lenet-out]
var options = new Dictionary<string, string> { ["--master"] = "local[2]", ["--epochs"] = "5", ["--samples"] = "60000", ["--out"] = "distributed-lenet-out" };
for (var i = 0; i < args.Length; i += 2)
    if (i + 1 == args.Length || !options.ContainsKey(args[i])) return Fail($"'{args[i]}' is not understood. Expected --master local[N], --epochs N, --samples N or --out FOLDER.");
    else options[args[i]] = args[i + 1];
if (!int.TryParse(options["--epochs"], out var epochs) || epochs < 1 || !int.TryParse(options["--samples"], out var samples) || samples < 1)
    return Fail($"--epochs {options["--epochs"]} --samples {options["--samples"]}: expected positive whole numbers.");

((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) mnist;
ZooContext zoo;
try
{
    mnist = Mnist.Load();
    zoo = ZooContext.Start(options["--master"]);
}
catch (Exception e) when (e is IOException or ArgumentException)
{
    return Fail(e.Message);
}
using var ended = zoo;

// the data: elements of a picture and its class, as placeholders of a graph
samples = Math.Min(samples, (int)mnist.Train.X.Shape[0]);
var elements = Enumerable.Range(0, samples).Select(i => new[] { Scale(mnist.Train.X.Rows(i, 1)).Reshape([28, 28, 1]), mnist.Train.Y.Rows(i, 1).Reshape(Shape.Scalar) });
var dataset = TFDataset.FromRdd(elements, names: ["features", "labels"], shapes: [[28, 28, 1], []], types: [DType.Float32, DType.Int64], batchSize: 280);
var (images, labels) = (dataset.Tensors[0], dataset.Tensors[1]);

// the net and its loss
var logits = images >> new Conv2D(32, 5, activation: "relu") >> new MaxPooling2D(2) >> new Conv2D(64, 5, activation: "relu") >> new MaxPooling2D(2)
    >> new Flatten() >> new Dense(1024, "relu") >> new Dropout(0.5) >> new Dense(10);
var loss = A.Mean(A.SparseSoftmaxCrossEntropy(logits, labels));

// training by the workers
var optimizer = TFOptimizer.FromLoss(loss, new Adam(1e-3), trainer: zoo);
TrainSummary summary = new(options["--out"], "lenet");
optimizer.SetTrainSummary(summary);
var history = optimizer.Optimize(endTrigger: Trigger.MaxEpoch(epochs));

Model net = new(images, logits);
net.Compile(new Adam(), new SparseCategoricalCrossentropy { FromLogits = true }, ["accuracy"]);
var accuracy = net.Evaluate(Scale(mnist.Test.X), mnist.Test.Y, batchSize: 500, verbose: 0, trainer: zoo)["accuracy"];
var losses = summary.ReadScalar("Loss");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
    {zoo.Workers} workers, {losses.Count} steps; loss {losses[0].Value:F4} at first, {losses[^1].Value:F4} at last
    {string.Join(", ", history.Phases.Select(p => $"{p.Key} {p.Value[^1]:F2} ms"))}
    {Path.Combine(Path.GetFullPath(options["--out"]), "lenet")}: for tensorboard --logdir
    test accuracy: {accuracy:F4}
    """));
return 0;

// Pictures of bytes [n, 28, 28] as floats from 0 to 1 [n, 28, 28, 1].
static NDArray Scale(NDArray bytes)
{
    var scaled = bytes.Cast(DType.Float32).Reshape([Dim.Any, 28, 28, 1]);
    foreach (ref var value in scaled.AsSpan<float>()) value /= 255;
    return scaled;
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
