using System.Globalization;
using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Goldens;

/// <summary>
/// A training run as models.json tells it, made again: <c>step_logs</c> mean steps of TrainOnBatch, a <c>history</c> means Fit. What the run asks of compile and fit is
/// read by Keras' names; a name that is not known fails, so nothing is left out in silence.
/// </summary>
sealed class GoldenRun
{
    internal const string Models = "goldens/models/models.json", Archive = "goldens/models/models.zip";
    static readonly string[] described = ["optimizer", "compile_config", "step_logs", "history", "evaluate", "note"];   // not arguments of fit
    static readonly Lazy<Map[]> all = new(() => [.. new Map(Json.Parse(File.ReadAllBytes(Shared.File(Models)), Models)).List("models").Select(m => new Map(m))]);

    readonly Map info, runs, made, compiled;
    readonly Dictionary<string, NDArray> data;
    readonly byte[] keras;

    internal GoldenRun(string model, string run)
    {
        (Model, Name) = (model, run);
        info = all.Value.Single(m => m.Text("name") == model);
        runs = info.Inner("runs");
        made = runs.Inner(run);
        // a fit that has no compile_config of its own is compiled as the other runs, with its optimizer
        compiled = (made.Has("compile_config") ? made : runs.Inner(runs.Keys.First(r => IsRun(runs, r) && runs.Inner(r).Has("compile_config")))).Inner("compile_config").With("optimizer", made);
        data = SafeTensors.Load(new MemoryStream(Shared.Entry(Archive, $"{model}/data.safetensors")));
        keras = Shared.Entry(Archive, $"{model}/initial.keras");
    }

    internal string Model { get; }

    internal string Name { get; }

    /// <summary>All runs of the folder, by model and name; without one a pair that skips with the reason.</summary>
    internal static IEnumerable<string[]> All => !Shared.Has(Models) ? [["none", "none"]]
        : all.Value.SelectMany(m => m.Inner("runs").Keys.Where(r => IsRun(m.Inner("runs"), r)).Select(r => new[] { m.Text("name"), r }));

    static bool IsRun(Map runs, string name) => runs.Inner(name) is var run && (run.Has("step_logs") || run.Has("history"));

    /// <summary>Keras' classes that the run needs and the registry does not know.</summary>
    internal string[] Absent() => [.. Unknown(Json.Parse(Shared.Inner(keras, "config.json"), Model)).Concat(Unknown(compiled.Values)).Distinct()];

    static IEnumerable<string> Unknown(object? json) => json switch
    {
        Dictionary<string, object?> map => map.Values.SelectMany(Unknown).Concat(
            map.GetValueOrDefault("module") is string module && map.GetValueOrDefault("class_name") is string name && name != "function" && !module.StartsWith("keras.src.ops", StringComparison.Ordinal)
                && KerasRegistry.Find(module, name, map.GetValueOrDefault("registered_name") as string, typeof(object)) is null ? [$"{module}.{name}"] : Array.Empty<string>()),
        List<object?> list => list.SelectMany(Unknown),
        _ => [],
    };

    /// <summary>Makes the run and compares.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="exact">Whether all is computed in float64, in place of the model's float32.</param>
    /// <param name="order">The order of the samples in each batch: 0 is the run's own. Sums over a batch do not depend on it but for rounding.</param>
    internal RunChecks Make(string engine, bool exact = false, int order = 0)
    {
        var net = Load(exact ? InFloat64(keras) : keras);
        T? Value<T>(string key) where T : class => compiled[key] is { } json ? (T?)new KerasReader().Value(json, typeof(T), key) : null;
        net.Compile(Value<Optimizer>("optimizer")!, Value<OutputLosses>("loss"), Value<OutputMetrics>("metrics"), Value<OutputWeights>("loss_weights"), Value<OutputMetrics>("weighted_metrics"), engine,
            compiled.Truth("auto_scale_loss", true), compiled.Number("steps_per_execution") ?? 1);
        var check = new RunChecks(info["atol"], info["rtol"], data, net);
        try
        {
            if (made.Has("history")) Fit(net, check, order);
            else Steps(net, check, order);
        }
        catch (Exception e) when (e is EngineException or ArgumentException)
        {
            check.Fail(e.Message);
        }
        return check;
    }

    /// <summary>The numbers of a batch's samples.</summary>
    static int[] Rows(int at, int count, int order)
    {
        int[] rows = [.. Enumerable.Range(at, count)];
        if (order > 0) new Random(order).Shuffle(rows);
        return rows;
    }

    static Arrays? Taken(Arrays? all, int[] rows)
    {
        if (all is null) return null;
        NDArray[] taken = [.. all.Select(a => Take(a, rows))];
        return all.Names is { } names ? names.Zip(taken).ToDictionary(p => p.First, p => p.Second) : taken;
    }

    static NDArray Take(NDArray all, int[] rows)
    {
        var taken = NDArray.Zeros(all.Shape.With(0, rows.Length), all.DType);
        for (var i = 0; i < rows.Length; i++) all.Rows(rows[i], 1).Bytes.CopyTo(taken.Rows(i, 1).Bytes);
        return taken;
    }

    Arrays? Data(string name, string[] keys) => RunChecks.Data(data, name, keys);

    void Steps(Zoo.Keras.Model net, RunChecks check, int order)
    {
        var (x, y, w) = (Data("x", net.InputNames)!, Data("y", net.OutputNames)!, made.Truth("sample_weight") ? Data("sample_weight", net.OutputNames) : null);
        if (Data("initial_prediction", net.OutputNames) is { } initial) check.Near("initial_prediction", net.PredictMany(x, batchSize: 8), initial);
        var (samples, batch) = (info.Number("samples")!.Value, (made.Number("batch_size") ?? info.Number("batch_size"))!.Value);
        var logs = made.List("step_logs");
        for (var t = 0; t < logs.Count; t++)
        {
            net.ResetMetrics();
            var at = t * batch % samples;
            var rows = Rows(at, Math.Min(batch, samples - at), order);
            check.Logs($"step {t + 1}", net.TrainOnBatch(Taken(x, rows)!, Taken(y, rows), Taken(w, rows), Classes()), new(logs[t]));
            if (data.ContainsKey($"{Name}_step{t + 1}_w_0")) check.Weights($"{Name}_step{t + 1}_w", t switch { 0 => 1e-5, < 5 => 1e-4, _ => 1e-3 });
        }
        Predict(net, check);
    }

    void Fit(Zoo.Keras.Model net, RunChecks check, int order)
    {
        var known = new HashSet<string>(described);
        T Argument<T>(string name, Func<string, T> read)
        {
            known.Add(name);
            return read(name);
        }
        var (x, y) = (Data("x", net.InputNames)!, Data("y", net.OutputNames)!);
        var (w, wval) = (Argument("sample_weight", n => made.Truth(n)) ? Data("sample_weight", net.OutputNames) : null, Argument("validation_sample_weight", n => made.Truth(n)) ? Data("sample_weight_val", net.OutputNames) : null);
        var split = Argument("validation_split", made.Real) ?? 0;
        ValidationData? validation = Argument("validation_data", n => made.Truth(n, split == 0)) && Data("xval", net.InputNames) is { } xval ? wval is null ? (xval, Data("yval", net.OutputNames)!) : (xval, Data("yval", net.OutputNames)!, wval) : null;
        if (Argument("shuffle", n => made.Truth(n))) check.Fail("the run shuffles, which no other random numbers can repeat");
        _ = Argument("verbose", made.Number);
        var (batch, total) = (Argument("batch_size", made.Number) ?? 32, (int)x[0].Shape[0]);
        int[] rows = [.. Enumerable.Range(0, (total + batch - 1) / batch).SelectMany(b => Rows(b * batch, Math.Min(batch, total - b * batch), order))];
        var history = net.Fit(Taken(x, rows)!, Taken(y, rows), batch, Argument("epochs", made.Number) ?? 1, verbose: 0, shuffle: false, classWeight: Argument("class_weight", _ => Classes()), sampleWeight: Taken(w, rows),
            validationSplit: split, validationData: validation, initialEpoch: Argument("initial_epoch", made.Number) ?? 0, stepsPerEpoch: Argument("steps_per_epoch", made.Number),
            validationSteps: Argument("validation_steps", made.Number), validationBatchSize: Argument("validation_batch_size", made.Number), validationFreq: Argument("validation_freq", made.Number) ?? 1);
        if (made.Keys.Except(known).ToArray() is { Length: > 0 } others) check.Fail($"the run has {string.Join(", ", others)}, which is not read");
        var expected = made.Inner("history");
        foreach (var key in expected.Keys)
            for (var epoch = 0; epoch < expected.List(key).Count; epoch++)
                check.Near($"epoch {epoch} {key}", history.Values.TryGetValue(key, out var got) && epoch < got.Count ? got[epoch] : double.NaN, Convert.ToDouble(expected.List(key)[epoch], CultureInfo.InvariantCulture));
        check.Weights($"{Name}_w", 1e-3);
        Predict(net, check);
        var evaluated = made.Has("evaluate") ? made : runs.Has("evaluate") && Name == "fit" ? runs : null;
        if (evaluated is not null) check.Logs("evaluate", net.Evaluate(Data("xval", net.InputNames)!, Data("yval", net.OutputNames)!, batchSize: 8), evaluated.Inner("evaluate"));
    }

    void Predict(Zoo.Keras.Model net, RunChecks check)
    {
        if (Data($"{Name}_prediction", net.OutputNames) is { } expected) check.Near("prediction", net.PredictMany(Data("xval", net.InputNames)!, batchSize: 8), expected);
    }

    Dictionary<int, double>? Classes() => made.Has("class_weight")
        ? made.Inner("class_weight") is var map ? map.Keys.ToDictionary(k => int.Parse(k, CultureInfo.InvariantCulture), k => map.Real(k)!.Value) : null : null;

    static Zoo.Keras.Model Load(byte[] keras)
    {
        var path = Path.Combine(Path.GetTempPath(), $"zoo-{Guid.NewGuid():N}.keras");
        try
        {
            File.WriteAllBytes(path, keras);
            return Zoo.Keras.Model.Load(path, compile: false);
        }
        finally { File.Delete(path); }
    }

    static byte[] InFloat64(byte[] keras)
    {
        using var copy = new MemoryStream();
        copy.Write(keras);
        using (var zip = new ZipArchive(copy, ZipArchiveMode.Update, leaveOpen: true))
        {
            var config = Encoding.UTF8.GetString(Shared.Inner(keras, "config.json")).Replace("\"float32\"", "\"float64\"");
            zip.GetEntry("config.json")!.Delete();
            using var entry = zip.CreateEntry("config.json").Open();
            entry.Write(Encoding.UTF8.GetBytes(config));
        }
        return copy.ToArray();
    }

    /// <summary>A JSON object; absent names and null are the same.</summary>
    internal sealed class Map(object? json)
    {
        internal Dictionary<string, object?> Values { get; } = (Dictionary<string, object?>)json!;

        internal IEnumerable<string> Keys => Values.Keys;

        internal object? this[string key] => Values.GetValueOrDefault(key);

        internal bool Has(string key) => this[key] is not null;

        internal Map Inner(string key) => new(this[key]);

        internal List<object?> List(string key) => (List<object?>)this[key]!;

        internal string Text(string key) => (string)this[key]!;

        internal bool Truth(string key, bool otherwise = false) => this[key] switch { null => otherwise, bool truth => truth, _ => true };

        internal double? Real(string key) => this[key] is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;

        internal int? Number(string key) => Real(key) is { } value ? (int)value : null;

        internal Map With(string key, Map from) => from.Has(key) ? new(new Dictionary<string, object?>(Values) { [key] = from[key] }) : this;
    }
}
