using System.Globalization;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Charts;
using Zoo.Keras.Datasets;

// LeNet-5 on MNIST: dotnet run -c Release --project examples/LeNet [-- --epochs 3 --samples 60000 --out lenet-out]
var options = new Dictionary<string, string> { ["--epochs"] = "3", ["--samples"] = "60000", ["--out"] = "lenet-out" };
for (var i = 0; i < args.Length; i += 2)
    if (i + 1 == args.Length || !options.ContainsKey(args[i])) return Fail($"'{args[i]}' is not understood. Expected --epochs N, --samples N or --out FOLDER.");
    else options[args[i]] = args[i + 1];
if (!int.TryParse(options["--epochs"], out var epochs) || epochs < 1 || !int.TryParse(options["--samples"], out var samples) || samples < 1)
    return Fail($"--epochs {options["--epochs"]} --samples {options["--samples"]}: expected positive whole numbers.");
var folder = Directory.CreateDirectory(options["--out"]).FullName;

((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) mnist;
try
{
    mnist = Mnist.Load();
}
catch (IOException e)
{
    return Fail(e.Message);
}
samples = Math.Min(samples, (int)mnist.Train.X.Shape[0]);
var (x, y) = (Scale(mnist.Train.X.Rows(0, samples)), mnist.Train.Y.Rows(0, samples));
var (xTest, yTest) = (Scale(mnist.Test.X), mnist.Test.Y);

Sequential lenet =
[
    new Conv2D(20, 5) { InputShape = [28, 28, 1] },
    new MaxPooling2D(2),
    new Conv2D(50, 5),
    new MaxPooling2D(2),
    new Flatten(),
    new Dense(500, "relu"),
    new Dense(10, "softmax"),
];
lenet.Summary();
lenet.Compile(new Adam(1e-3), "sparse_categorical_crossentropy", ["accuracy"]);
var history = lenet.Fit(x, y, batchSize: 128, epochs: epochs, validationData: (xTest, yTest), callbacks: [new TensorBoard(In("logs"))]);

lenet.Save(In("lenet.keras"));
Picture.Curve(history).Save(In("curve.png"));
var predicted = Classes(lenet.Predict(xTest, batchSize: 500));
var expected = Array.ConvertAll(yTest.ToArray<byte>(), label => (int)label);
int[] wrong = [.. Enumerable.Range(0, expected.Length).Where(i => predicted[i] != expected[i])];
int[] shown = [.. Enumerable.Range(0, 40).Concat(wrong.Where(i => i >= 40).Take(24))];
Picture.Samples(mnist.Test.X.Rows(shown), [.. shown.Select(i => expected[i])], [.. shown.Select(i => predicted[i])]).Save(In("predictions.png"));

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
    {In("lenet.keras")}: the model, in Keras' format
    {In("curve.png")}: loss and accuracy of each epoch
    {In("predictions.png")}: the first 40 test pictures and {shown.Length - 40} more of the {wrong.Length} wrong ones, which are marked
    {In("logs")}: for tensorboard --logdir
    test accuracy: {1 - (double)wrong.Length / expected.Length:F4}
    """));
return 0;

string In(string name) => Path.Combine(folder, name);

// Pictures of bytes [n, 28, 28] as floats from 0 to 1 [n, 28, 28, 1].
static NDArray Scale(NDArray bytes)
{
    var scaled = bytes.Cast(DType.Float32).Reshape([Dim.Any, 28, 28, 1]);
    foreach (ref var value in scaled.AsSpan<float>()) value /= 255;
    return scaled;
}

// The likeliest class of each row.
static int[] Classes(NDArray probabilities)
{
    var width = (int)probabilities.Shape[1];
    return [.. probabilities.ToArray<float>().Chunk(width).Select(row => Array.IndexOf(row, row.Max()))];
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
