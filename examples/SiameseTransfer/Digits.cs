using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Charts;
using Zoo.Keras.Datasets;
using Zoo.Transfer;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

/// <summary>LeNet of Caffe's examples, trained on MNIST by its authors: are two digits the same?</summary>
static class Digits
{
    public static readonly Dictionary<string, string> Defaults = new()
    {
        ["--prototxt"] = "shared/models/caffe/lenet_v1/lenet.prototxt",
        ["--caffemodel"] = "shared/models/caffe/lenet_v1/lenet_iter_10000.caffemodel",
        ["--pairs"] = "60000",
        ["--epochs"] = "4",
        ["--out"] = "siamese-out",
    };

    public static void Run(Options options)
    {
        const string Source = "examples/mnist of Caffe's repository (BVLC/caffe).";
        GraphNet trunk = Net.LoadCaffe(options.There("--prototxt", Source), options.There("--caffemodel", Source)).NewGraph("relu1");
        trunk.FreezeUpTo("pool2");

        Variable digit = Input([1, 28, 28], "digit");
        Variable pair = Input([2, 1, 28, 28], "pair");
        Variable features = pair >> new TimeDistributed(digit >> trunk.ToKeras());
        Variable diff = A.Abs(features.IndexSelect(1, 0) - features.IndexSelect(1, 1));
        Model siamese = new(pair, diff >> new Dense(1) >> new Activation("sigmoid")) { Seed = 1 };
        siamese.Compile(new Adam(1e-3), "binary_crossentropy", ["accuracy"]);
        siamese.Summary();

        var mnist = Mnist.Load();
        var (x, y) = Pairs(mnist.Train.X, mnist.Train.Y, options.Number("--pairs"), seed: 1);
        var (xTest, yTest) = Pairs(mnist.Test.X, mnist.Test.Y, 5000, seed: 2);
        var before = siamese.Evaluate(xTest, yTest, batchSize: 500)["accuracy"];
        siamese.Fit(x, y, batchSize: 64, epochs: options.Number("--epochs"), verbose: 2);
        var after = siamese.Evaluate(xTest, yTest, batchSize: 500)["accuracy"];

        var expected = Array.ConvertAll(yTest.ToArray<float>(), v => (int)v);
        var predicted = Array.ConvertAll(siamese.Predict(xTest, batchSize: 500).ToArray<float>(), p => p > 0.5 ? 1 : 0);
        int[] wrong = [.. Enumerable.Range(0, expected.Length).Where(i => predicted[i] != expected[i]).Take(24)];
        int[] shown = [.. Enumerable.Range(0, expected.Length).Where(i => predicted[i] == expected[i]).Take(24), .. wrong];
        var picture = Path.Combine(Directory.CreateDirectory(options["--out"]).FullName, "pairs.png");
        Picture.Samples(SideBySide(xTest.Rows(shown)), [.. shown.Select(i => expected[i])], [.. shown.Select(i => predicted[i])], ["different", "same"], columns: 6).Save(picture);
        Console.WriteLine($"""
            {picture}: {shown.Length - wrong.Length} pairs that are told right, and {wrong.Length} wrong ones, which are marked
            held-out accuracy before training: {before:F4}; after training: {after:F4}
            """);
    }

    /// <summary>Pairs of digits as floats [n, 2, 1, 28, 28], as the net was trained on them (bytes / 256); every other one is of one kind, label 1.</summary>
    static (NDArray X, NDArray Y) Pairs(NDArray pictures, NDArray labels, int count, int seed)
    {
        var random = new Random(seed);
        var of = labels.ToArray<byte>().Select((label, i) => (label, i)).ToLookup(p => (int)p.label, p => p.i);
        var (kinds, rows, y) = (Enumerable.Range(0, 10).Select(k => of[k].ToArray()).ToArray(), new int[2 * count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            var kind = random.Next(10);
            y[i] = i % 2;
            rows[2 * i] = random.GetItems(kinds[kind], 1)[0];
            rows[2 * i + 1] = random.GetItems(kinds[i % 2 == 1 ? kind : (kind + random.Next(1, 10)) % 10], 1)[0];
        }
        return (NDArray.From(Array.ConvertAll(pictures.Rows(rows).ToArray<byte>(), b => b / 256f), [count, 2, 1, 28, 28]), NDArray.From(y, [count, 1]));
    }

    /// <summary>The two digits of each pair in one picture, twice as large: [n, 56, 114, 1].</summary>
    static NDArray SideBySide(NDArray pairs)
    {
        Variable pair = Input([2, 1, 28, 28]);
        Variable left = A.Reshape(pair.IndexSelect(1, 0), [Dim.Any, 28, 28]), right = A.Reshape(pair.IndexSelect(1, 1), [Dim.Any, 28, 28]);
        return new Model(pair, A.ExpandDims(A.Concat([A.Pad(left, [(0, 0), (0, 0), (0, 1)], 1), right], 2), 3) >> new UpSampling2D(2)).Predict(pairs);
    }
}
