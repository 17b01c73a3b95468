using System.Globalization;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Goldens;

/// <summary>Whole training runs against Keras': the stored models, the same steps, losses, weights, predictions, histories.</summary>
[TestFixture("embedded")]
[TestFixture("tensorflow")]
[Category("Goldens")]
public class RunTests(string engine)
{
    const string Archive = "goldens/models/models.zip";
    static readonly Lazy<List<Dictionary<string, object?>>> Models = new(() =>
        [.. ((List<object?>)((Dictionary<string, object?>)Json.Parse(File.ReadAllBytes(Shared.File("goldens/models/models.json")), "models.json")!)["models"]!).Cast<Dictionary<string, object?>>()]);

    /// <summary>The models of the folder; without one a name that skips with the reason.</summary>
    static IEnumerable<string> Names => Shared.Has("goldens/models/models.json") ? Models.Value.Select(m => (string)m["name"]!) : ["none"];

    readonly List<string> table = [];

    [OneTimeSetUp]
    public void Find()
    {
        if (engine == "tensorflow") Engine.TensorFlow.TensorFlowLibrary.Require();
    }

    [Test]
    public void RunsGiveWhatKerasGives([ValueSource(nameof(Names))] string name, [Values("sgd", "adam", "fit")] string run)
    {
        var info = Models.Value.Single(m => (string)m["name"]! == name);
        var runs = (Dictionary<string, object?>)info["runs"]!;
        var compiled = (Dictionary<string, object?>)((Dictionary<string, object?>)runs[run == "fit" ? "adam" : run]!)["compile_config"]!;
        var config = (Dictionary<string, object?>)Json.Parse(Shared.Inner(Shared.Entry(Archive, $"{name}/initial.keras"), "config.json"), name)!;
        if (Absent(config).Concat(Absent(compiled)).Distinct().ToArray() is { Length: > 0 } absent)
        {
            Report.Add("runs", $"{name} {run} (absent)", 0, 1);
            Assert.Fail($"classes that are not built yet: {string.Join(", ", absent)}");
        }
        var data = SafeTensors.Load(new MemoryStream(Shared.Entry(Archive, $"{name}/data.safetensors")));
        var keras = Shared.Entry(Archive, $"{name}/initial.keras");
        var vanishing = Vanishing(info, keras, compiled, data);
        var check = Run(run, info, keras, compiled, data, vanishing.Count == 0 ? null : Run(run, info, keras, compiled, data, null, VanishingGradients.Amplified(compiled, vanishing.Keys)));
        Report.Add("runs", $"{name} {run} on {engine}", check.Total - check.Beyond, check.Total);
        foreach (var (path, size) in vanishing) table.Add($"{name} {run}: the gradient of {path} is rounding alone: {size:G2} of the largest, in float64");
        table.Add($"{name} {run}: {check.Total - check.Beyond}/{check.Total} within the tolerance; {string.Join(", ", check.Table)}");
        Assert.That(check.Misses, Is.Empty, string.Join('\n', check.Misses));
    }

    [OneTimeTearDown]
    public void Print() => TestContext.Progress.WriteLine($"Training runs on {engine}, the largest deviation of each kind beside its tolerance (+ what rounding of vanishing gradients changes):\n{string.Join('\n', table)}");

    static Dictionary<string, double> Vanishing(Dictionary<string, object?> info, byte[] keras, Dictionary<string, object?> compiled, Dictionary<string, NDArray> data)
    {
        var model = VanishingGradients.Load(keras);
        var batch = (int)(long)info["batch_size"]!;
        return VanishingGradients.Of(keras, compiled, RunChecks.Rows(RunChecks.Data(data, "x", model.InputNames)!, 0, batch), RunChecks.Rows(RunChecks.Data(data, "y", model.OutputNames)!, 0, batch));
    }

    RunChecks Run(string run, Dictionary<string, object?> info, byte[] keras, Dictionary<string, object?> compiled, Dictionary<string, NDArray> data, RunChecks? other, Optimizer? optimizer = null)
    {
        var model = VanishingGradients.Load(keras);
        Compile(model, compiled, optimizer);
        var check = new RunChecks(info, data, model, other);
        try
        {
            if (run == "fit") Fit(info, data, model, check);
            else Steps(info, data, model, run, check);
        }
        catch (EngineException e)
        {
            check.Fail(e.Message);
        }
        return check;
    }

    /// <summary>Keras' classes that a configuration names and the registry does not know.</summary>
    static IEnumerable<string> Absent(object? json) => json switch
    {
        Dictionary<string, object?> map => map.Values.SelectMany(Absent).Concat(
            map.GetValueOrDefault("module") is string module && map.GetValueOrDefault("class_name") is string name && !module.StartsWith("keras.src.ops", StringComparison.Ordinal)
                && KerasRegistry.Find(module, name, map.GetValueOrDefault("registered_name") as string, typeof(object)) is null ? [$"{module}.{name}"] : Array.Empty<string>()),
        List<object?> list => list.SelectMany(Absent),
        _ => [],
    };

    void Compile(Model model, Dictionary<string, object?> config, Optimizer? optimizer)
    {
        T? Value<T>(string key) where T : class => VanishingGradients.Value<T>(config, key);
        model.Compile(optimizer ?? Value<Optimizer>("optimizer")!, Value<OutputLosses>("loss"), Value<OutputMetrics>("metrics"), Value<OutputWeights>("loss_weights"), Value<OutputMetrics>("weighted_metrics"), engine);
    }

    static void Steps(Dictionary<string, object?> info, Dictionary<string, NDArray> data, Model model, string run, RunChecks check)
    {
        var (x, y) = (RunChecks.Data(data, "x", model.InputNames)!, RunChecks.Data(data, "y", model.OutputNames)!);   // weights of samples are for fit alone
        check.Near("initial_prediction", model.PredictMany(x, batchSize: 8), RunChecks.Data(data, "initial_prediction", model.OutputNames)!);
        var (samples, batch) = ((int)(long)info["samples"]!, (int)(long)info["batch_size"]!);
        var logs = (List<object?>)((Dictionary<string, object?>)((Dictionary<string, object?>)info["runs"]!)[run]!)["step_logs"]!;
        for (var t = 0; t < 20; t++)
        {
            model.ResetMetrics();
            var at = t * batch % samples;
            var got = model.TrainOnBatch(RunChecks.Rows(x, at, batch), RunChecks.Rows(y, at, batch));
            foreach (var (key, value) in (Dictionary<string, object?>)logs[t]!) check.Near($"step {t + 1} {key}", got.GetValueOrDefault(key, double.NaN), Convert.ToDouble(value, CultureInfo.InvariantCulture));
            if (t == 0) check.Weights($"{run}_step1_w", 1e-5);
            if (t == 4) check.Weights($"{run}_step5_w", 1e-4);
        }
        check.Weights($"{run}_step20_w", 1e-3);
        check.Near("prediction", model.PredictMany(RunChecks.Data(data, "xval", model.InputNames)!, batchSize: 8), RunChecks.Data(data, $"{run}_prediction", model.OutputNames)!);
    }

    static void Fit(Dictionary<string, object?> info, Dictionary<string, NDArray> data, Model model, RunChecks check)
    {
        var runs = (Dictionary<string, object?>)info["runs"]!;
        var fit = (Dictionary<string, object?>)runs["fit"]!;
        var (x, y, w) = (RunChecks.Data(data, "x", model.InputNames)!, RunChecks.Data(data, "y", model.OutputNames)!, RunChecks.Data(data, "sample_weight", model.OutputNames));
        var (xval, yval, wval) = (RunChecks.Data(data, "xval", model.InputNames)!, RunChecks.Data(data, "yval", model.OutputNames)!, RunChecks.Data(data, "sample_weight_val", model.OutputNames));
        if (fit["sample_weight"] is not true) w = null;
        if (fit["validation_sample_weight"] is not true) wval = null;
        var classes = (fit["class_weight"] as Dictionary<string, object?>)?.ToDictionary(c => int.Parse(c.Key, CultureInfo.InvariantCulture), c => Convert.ToDouble(c.Value, CultureInfo.InvariantCulture));
        var history = model.Fit(x, y, batchSize: (int)(long)fit["batch_size"]!, epochs: (int)(long)fit["epochs"]!, verbose: 0, shuffle: false, classWeight: classes, sampleWeight: w,
            validationData: wval is null ? (xval, yval) : (xval, yval, wval));
        foreach (var (key, values) in (Dictionary<string, object?>)fit["history"]!)
            for (var epoch = 0; epoch < ((List<object?>)values!).Count; epoch++)
                check.Near($"epoch {epoch} {key}", history.Values.TryGetValue(key, out var got) ? got[epoch] : double.NaN, Convert.ToDouble(((List<object?>)values)[epoch], CultureInfo.InvariantCulture));
        check.Weights("fit_w", 1e-3);
        check.Near("prediction", model.PredictMany(xval, batchSize: 8), RunChecks.Data(data, "fit_prediction", model.OutputNames)!);
        var evaluated = model.Evaluate(xval, yval, batchSize: 8);
        foreach (var (key, value) in (Dictionary<string, object?>)runs["evaluate"]!) check.Near($"evaluate {key}", evaluated.GetValueOrDefault(key, double.NaN), Convert.ToDouble(value, CultureInfo.InvariantCulture));
    }
}
