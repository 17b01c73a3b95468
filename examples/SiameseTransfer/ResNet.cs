using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

/// <summary>ResNet-50 of 224x224, frozen up to res4f: is the second photo the first one, mirrored, or another?</summary>
static class ResNet
{
    public static readonly Dictionary<string, string> Defaults = new()
    {
        ["--prototxt"] = "shared/models/caffe_prototxt/resnet50_deploy.prototxt",
        ["--photos"] = "shared/data/flowers",
        ["--steps"] = "100",
        ["--pairs"] = "8",
        ["--unfrozen"] = "3",
        ["--out"] = "siamese-out",
    };

    public static void Run(Options options)
    {
        var prototxt = options.There("--prototxt", "ResNet-50's deploy.prototxt by K. He (KaimingHe/deep-residual-networks).");
        var photos = options.There("--photos", "a folder for each class of photographs, such as TensorFlow's flower_photos.");
        var (steps, pairs, unfrozen) = (options.Number("--steps"), options.Number("--pairs"), options.Number("--unfrozen"));
        Directory.CreateDirectory(options["--out"]);

        // The definition is published, the weights are ours: written into a caffemodel, then read as anyone's.
        var caffemodel = Path.Combine(options["--out"], "resnet50.caffemodel");
        var written = Net.LoadCaffe(prototxt);
        RecipeWeights.Fill(written);
        written.SaveCaffe(null, caffemodel);

        var watch = Stopwatch.StartNew();
        GraphNet full = Net.LoadCaffe(prototxt, caffemodel);
        Console.WriteLine($"{full.Nodes.Count} nodes of {prototxt} and {caffemodel} read in {watch.Elapsed.TotalSeconds:F1} s");
        GraphNet trunk = full.NewGraph("pool5");
        trunk.FreezeUpTo("res4f");

        Variable image = Input([3, 224, 224], "input");
        Model resnet50 = new(image, image >> trunk.ToKeras() >> new Flatten());

        Variable pair = Input([2, 3, 224, 224], "pair");
        Variable features = pair >> new TimeDistributed(resnet50);
        Variable diff = A.Abs(features.IndexSelect(1, 0) - features.IndexSelect(1, 1));
        Model siamese = new(pair, diff >> new Dense(1) >> new Activation("sigmoid"));
        siamese.Compile(new AdamW(1e-4), "binary_crossentropy", ["accuracy"]);
        siamese.Summary();

        var batches = Batches(Images.FromDirectory(photos, 224, 224).X, pairs);
        var frozen = full.NewGraph("res4f").ToKeras().Weights;
        var (before, ops) = (Hash(frozen), siamese.TrainingOps().Values.Sum());
        Console.WriteLine($"{frozen.Count} frozen weights of {frozen.Sum(w => w.Shape.Elements):N0} numbers; SHA-256 before training {before}");

        var total = Stopwatch.StartNew();
        var losses = siamese.Fit(batches, epochs: steps / 10, stepsPerEpoch: 10, verbose: 2)["loss"];
        total.Stop();
        var after = Hash(frozen);
        Console.WriteLine($"{frozen.Count} frozen weights of {frozen.Sum(w => w.Shape.Elements):N0} numbers; SHA-256 after training  {after}");
        Console.WriteLine(before == after ? "the frozen weights have the same bits" : "THE FROZEN WEIGHTS HAVE CHANGED");

        var rate = Rate(siamese, batches, unfrozen);
        trunk.Unfreeze();
        var (allOps, allRate) = (siamese.TrainingOps().Values.Sum(), Rate(siamese, batches, unfrozen));
        Console.WriteLine($"""
            frozen up to res4f: {ops:N0} ops a step, {rate:F2} steps/s; nothing frozen: {allOps:N0} ops a step, {allRate:F2} steps/s
            {steps} steps of {pairs} pairs in {total.Elapsed.TotalSeconds:F0} s; loss of the first ten {losses[0]:F4}, of the last ten {losses[^1]:F4}
            """);
    }

    /// <summary>Steps of a second; a first one, which is also planned, is not counted.</summary>
    static double Rate(Model model, IEnumerable<(NDArray X, NDArray Y)> batches, int steps)
    {
        var some = batches.Take(steps + 1).ToArray();
        model.TrainOnBatch(some[0].X, some[0].Y);
        var watch = Stopwatch.StartNew();
        foreach (var (x, y) in some[1..]) model.TrainOnBatch(x, y);
        return steps / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Pairs without end: every other one is a photo and its mirror image, label 1; the others are two photos, label 0.</summary>
    static IEnumerable<(NDArray X, NDArray Y)> Batches(NDArray photos, int pairs)
    {
        Variable photo = Input([224, 224, 3], "photo", DType.UInt8);
        Variable planes = photo >> new Rescaling(1 / 128.0, -127 / 128.0) >> new Permute(3, 1, 2);
        var views = new Model(photo, new[] { planes, A.Reverse(planes, 3) }).PredictMany(photos);
        return Endless();

        IEnumerable<(NDArray, NDArray)> Endless()
        {
            var (random, count, size) = (new Random(1), (int)photos.Shape[0], 3 * 224 * 224);
            while (true)
            {
                var (x, y) = (NDArray.Zeros([pairs, 2, 3, 224, 224]), NDArray.Zeros([pairs, 1]));
                for (var i = 0; i < pairs; i++)
                {
                    var (one, other, same) = (random.Next(count), random.Next(1, count), i % 2);
                    views[0].Rows(one, 1).AsSpan<float>().CopyTo(x.AsSpan<float>()[(2 * i * size)..]);
                    views[same].Rows(same == 1 ? one : (one + other) % count, 1).AsSpan<float>().CopyTo(x.AsSpan<float>()[((2 * i + 1) * size)..]);
                    y.AsSpan<float>()[i] = same;
                }
                yield return (x, y);
            }
        }
    }

    static string Hash(IEnumerable<Parameter> weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var weight in weights) hash.AppendData(MemoryMarshal.AsBytes<float>(weight.Value.AsSpan<float>()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
