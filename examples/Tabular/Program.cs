using System.Globalization;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Charts;

// Fraud among credit-card payments, from a table:
// dotnet run -c Release --project examples/Tabular [-- --data FILE --epochs 30 --out tabular-out]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = new Dictionary<string, string>
{
    ["--data"] = Path.Combine(Environment.GetEnvironmentVariable("ZOO_SHARED") ?? "shared", "data", "creditcard_fraud", "creditcard-sample.csv.gz"),
    ["--epochs"] = "30",
    ["--out"] = "tabular-out",
};
for (var i = 0; i < args.Length; i += 2)
    if (i + 1 == args.Length || !options.ContainsKey(args[i])) return Fail($"'{args[i]}' is not understood. Expected one of {string.Join(", ", options.Keys)} with a value.");
    else options[args[i]] = args[i + 1];
if (!int.TryParse(options["--epochs"], out var epochs) || epochs < 1) return Fail($"--epochs {options["--epochs"]}: expected a positive whole number.");
if (!File.Exists(options["--data"]))
    return Fail($"""
        {options["--data"]} is not there.
        Expected a table (CSV, packed or not) of numbers with a column Class of 0 and 1, such as the credit-card fraud data of ULB, in the folder data/creditcard_fraud of the one that ZOO_SHARED names, or by --data FILE.
        """);
var folder = Directory.CreateDirectory(options["--out"]).FullName;

// Time counts the seconds of the recording: no property of a payment
var rows = Dataset.FromCsv(options["--data"]).ToList();
string[] features = [.. rows[0].Columns.Where(c => c is not ("Time" or "Class"))];
var data = Dataset.From(rows).Map(row => (X: row.Numbers(features), Y: row.Numbers("Class"))).Shuffle(rows.Count, seed: 1, reshuffleEachIteration: false);
var held = rows.Count / 5;
var (test, train) = (data.Take(held), data.Skip(held).Cache());
var validation = held / 2;
Console.WriteLine($"{rows.Count - held} payments to train on, {held} to test, {features.Length} features, {rows.Count(r => r["Class"] == "1")} frauds in all");

var normalization = new Normalization { InputShape = [features.Length] };
normalization.Adapt(train.Batch(256).Select(b => b.X));
Sequential net =
[
    normalization,
    new Dense(64, "relu"),
    new Dropout(0.5),
    new Dense(32, "relu"),
    new Dense(1, "sigmoid"),
];
net.Seed = 3;
net.Summary();
net.Compile(new Adam(1e-3), "binary_crossentropy", [new Zoo.Keras.Metrics.AUC()]);
var history = net.Fit(train.Skip(validation).Shuffle(rows.Count, seed: 2).Batch(64).Prefetch(), epochs: epochs, validationData: ValidationData.Batches(train.Take(validation).Batch(256)), classWeight: new Dictionary<int, double> { [1] = 3 },
    callbacks: [new EarlyStopping("val_auc") { Patience = 8, RestoreBestWeights = true }]);
Picture.Curve(history).Save(In("curve.png"));
net.Save(In("fraud.keras"));

var (xTest, yTest) = test.Batch(held).Single();
bool[] fraud = [.. yTest.ToArray<float>().Select(y => y > 0.5f)];
Console.WriteLine($"""
    {In("fraud.keras")}: the model, scaling of the columns included
    {In("curve.png")}: loss and area under the curve of each epoch
    baseline, logistic regression: {Area(LogisticRegression([.. train.Select(r => (r.X.ToArray<float>(), r.Y.ToArray<float>()[0]))], xTest), fraud):F4}
    test area under the ROC curve: {Area(net.Predict(xTest, batchSize: 256).ToArray<float>(), fraud):F4}
    """);
return 0;

string In(string name) => Path.Combine(folder, name);

// The area under the ROC curve: how often a fraud is scored above a normal payment.
static double Area(float[] scores, bool[] fraud)
{
    var normal = scores.Where((_, i) => !fraud[i]).Order().ToArray();
    var sum = 0.0;
    for (var i = 0; i < scores.Length; i++)
        if (fraud[i]) sum += (normal.Count(s => s < scores[i]) + normal.Count(s => s <= scores[i])) / 2.0;
    return sum / normal.Length / fraud.Count(f => f);
}

// The baseline: logistic regression over standardized columns, by plain gradient descent.
static float[] LogisticRegression((float[] X, float Y)[] seen, NDArray asked)
{
    var width = seen[0].X.Length;
    double[] mean = new double[width], deviation = new double[width], weights = new double[width + 1];
    for (var k = 0; k < width; k++)
    {
        mean[k] = seen.Average(s => s.X[k]);
        deviation[k] = Math.Sqrt(seen.Average(s => Math.Pow(s.X[k] - mean[k], 2))) + 1e-9;
    }
    double Score(ReadOnlySpan<float> x)
    {
        var sum = weights[width];
        for (var k = 0; k < width; k++) sum += weights[k] * (x[k] - mean[k]) / deviation[k];
        return 1 / (1 + Math.Exp(-sum));
    }
    for (var step = 0; step < 500; step++)
    {
        var gradient = new double[width + 1];
        foreach (var (x, y) in seen)
        {
            var error = Score(x) - y;
            for (var k = 0; k < width; k++) gradient[k] += error * (x[k] - mean[k]) / deviation[k];
            gradient[width] += error;
        }
        for (var k = 0; k <= width; k++) weights[k] -= 0.5 * gradient[k] / seen.Length;
    }
    var values = asked.ToArray<float>();
    return [.. Enumerable.Range(0, (int)asked.Shape[0]).Select(i => (float)Score(values.AsSpan(i * width, width)))];
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
