using System.Globalization;
using System.Text;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Charts;

// Praise or blame in sentences about films, with Embedding and LSTM:
// dotnet run -c Release --project examples/Sentiment [-- --data FOLDER --epochs 8 --out sentiment-out]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Words = 12_000, Length = 36;
var options = new Dictionary<string, string>
{
    ["--data"] = Path.Combine(Environment.GetEnvironmentVariable("ZOO_SHARED") ?? "shared", "data", "rt-polarity"),
    ["--epochs"] = "8",
    ["--out"] = "sentiment-out",
};
for (var i = 0; i < args.Length; i += 2)
    if (i + 1 == args.Length || !options.ContainsKey(args[i])) return Fail($"'{args[i]}' is not understood. Expected one of {string.Join(", ", options.Keys)} with a value.");
    else options[args[i]] = args[i + 1];
if (!int.TryParse(options["--epochs"], out var epochs) || epochs < 1) return Fail($"--epochs {options["--epochs"]}: expected a positive whole number.");
string[] files = [Path.Combine(options["--data"], "rt-polarity.neg"), Path.Combine(options["--data"], "rt-polarity.pos")];
if (!Array.TrueForAll(files, File.Exists))
    return Fail($"""
        {options["--data"]} does not hold {string.Join(" and ", files.Select(Path.GetFileName))}.
        Expected the sentence polarity data of Pang and Lee (2005), a sentence a line, in the folder data/rt-polarity of the one that ZOO_SHARED names, or by --data FOLDER.
        """);
var folder = Directory.CreateDirectory(options["--out"]).FullName;

// every tenth sentence is for testing, every tenth of the others for validation
(string Text, int Label)[] all = [.. files.SelectMany((file, label) => File.ReadAllLines(file, Encoding.Latin1).Select(text => (text, label)))];
var test = all.Where((_, i) => i % 10 == 0).ToArray();
var rest = all.Where((_, i) => i % 10 != 0).ToArray();
var validation = rest.Where((_, i) => i % 10 == 0).ToArray();
var train = rest.Where((_, i) => i % 10 != 0).ToArray();
Console.WriteLine($"{train.Length} sentences to train on, {validation.Length} to validate, {test.Length} to test");

// the validation sentences say how long to train; then a new net learns from all that are not for testing, as the baseline does
var (_, trial) = Train(train, epochs, validation);
Picture.Curve(trial).Save(In("curve.png"));
var losses = trial.Values["val_loss"].ToList();
var best = losses.IndexOf(losses.Min()) + 1;
Console.WriteLine($"{best} epochs are the best for the validation sentences (accuracy {trial.Values["val_accuracy"][best - 1]:F4}): {best} epochs with all {rest.Length}");
var (judge, _) = Train(rest, best, null);
judge.Save(In("sentiment.keras"));
string[] own = ["a warm , funny and moving film", "dull , predictable and far too long"];
foreach (var (text, praise) in own.Zip(judge.Predict(NDArray.From(own, [own.Length, 1])).ToArray<float>())) Console.WriteLine($"praise {praise:F2}: {text}");
var known = NaiveBayes(rest, test);
var right = judge.Predict(Texts(test), batchSize: 256).ToArray<float>().Zip(test).Count(p => p.First > 0.5 == (p.Second.Label == 1));

Console.WriteLine($"""
    {In("sentiment.keras")}: the model, from sentences to praise
    {In("curve.png")}: loss and accuracy of each epoch
    baseline, naive Bayes over single words: {known:F4}
    standard error of either on {test.Length} sentences: {Math.Sqrt(known * (1 - known) / test.Length):F4}
    test accuracy: {right / (double)test.Length:F4}
    """);
return 0;

// a net that goes from sentences to praise
(Model Judge, History History) Train((string Text, int Label)[] seen, int epochs, (string Text, int Label)[]? validation)
{
    var numbers = new TextVectorization { MaxTokens = Words, OutputSequenceLength = Length };
    numbers.Adapt(Texts(seen));
    var sentence = K.Input([1], "sentence", DType.String);
    Model words = new(sentence, sentence >> numbers);
    Sequential net =
    [
        new Embedding(Words, 64) { MaskZero = true, InputShape = [Length] },
        new SpatialDropout1D(0.5),
        new Bidirectional(new LSTM(32) { ReturnSequences = true }),
        new GlobalAveragePooling1D(),
        new Dropout(0.5),
        new Dense(1, "sigmoid"),
    ];
    net.Seed = 7;
    if (validation is not null) net.Summary();
    net.Compile(new Adam(1e-3), "binary_crossentropy", ["accuracy"]);
    var history = net.Fit(words.Predict(Texts(seen), batchSize: 512), Labels(seen), batchSize: 32, epochs: epochs, validationData: validation is null ? null : (words.Predict(Texts(validation), batchSize: 512), Labels(validation)),
        callbacks: validation is null ? [] : [new EarlyStopping("val_loss") { Patience = 2 }]);
    return (new(sentence, sentence >> numbers >> net), history);
}

string In(string name) => Path.Combine(folder, name);

static NDArray Texts((string Text, int Label)[] of) => NDArray.From(Array.ConvertAll(of, s => s.Text), [of.Length, 1]);

static NDArray Labels((string Text, int Label)[] of) => NDArray.From(Array.ConvertAll(of, s => (float)s.Label), [of.Length, 1]);

// The baseline: multinomial naive Bayes with Laplace's smoothing, of which Wang and Manning (2012) report 0.779 on these data.
static double NaiveBayes(IEnumerable<(string Text, int Label)> seen, (string Text, int Label)[] asked)
{
    var counts = new Dictionary<string, double[]>();
    var totals = new double[2];
    foreach (var (text, label) in seen)
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!counts.TryGetValue(word, out var count)) counts[word] = count = [1, 1];
            count[label]++;
            totals[label]++;
        }
    var shift = Math.Log((totals[0] + counts.Count) / (totals[1] + counts.Count));
    return asked.Count(s => s.Text.Split(' ').Where(counts.ContainsKey).Sum(w => Math.Log(counts[w][1] / counts[w][0]) + shift) > 0 == (s.Label == 1)) / (double)asked.Length;
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
