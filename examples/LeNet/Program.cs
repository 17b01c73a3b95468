using System.Globalization;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Datasets;

// LeNet-5 on MNIST: dotnet run -c Release --project examples/LeNet [-- --epochs 3 --samples 60000]
var epochs = Option("--epochs", 3);
var samples = Option("--samples", 60000);

var (train, test) = Mnist.Load();
var (x, y) = (Pictures(train.X.Rows(0, Math.Min(samples, (int)train.X.Shape[0]))), train.Y.Rows(0, Math.Min(samples, (int)train.Y.Shape[0])));
var (xTest, yTest) = (Pictures(test.X), test.Y);

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
lenet.Compile(new Adam(1e-3), "sparse_categorical_crossentropy", ["accuracy"]);
lenet.Fit(x, y, batchSize: 128, epochs: epochs, validationData: (xTest, yTest));

var (loss, accuracy) = lenet.Evaluate(xTest, yTest, batchSize: 500);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test loss: {loss:F4}"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test accuracy: {accuracy:F4}"));

// Pictures of bytes [n, 28, 28] as floats from 0 to 1 [n, 28, 28, 1].
static NDArray Pictures(NDArray bytes)
{
    var scaled = bytes.Cast(DType.Float32).Reshape([Dim.Any, 28, 28, 1]);
    foreach (ref var value in scaled.AsSpan<float>()) value /= 255;
    return scaled;
}

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length && int.TryParse(args[at + 1], out var given) && given > 0 ? given : otherwise;
}
