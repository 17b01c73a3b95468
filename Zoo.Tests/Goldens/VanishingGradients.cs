using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Goldens;

/// <summary>
/// Weights whose gradient is zero but for rounding: biases before BatchNormalization, the keys' bias of attention. Adam makes whole steps of what rounding leaves, so where they go,
/// Keras' result is one of many. The rule that finds them: in float64 their gradient for the first batch is not zero, but at most 1e-12 of the model's largest.
/// What they may change is found by a second run, in which the same rounding counts -16 times: a number that is chosen, not derived. So the test lets that pass, and the report
/// (ZOO_REPORT) counts without it.
/// </summary>
static class VanishingGradients
{
    const double Rounding = 1e-12, Noise = -16;

    /// <summary>The paths of such weights with the size of their gradient in float64, relative to the largest.</summary>
    internal static Dictionary<string, double> Of(byte[] keras, Dictionary<string, object?> compiled, Arrays x, Arrays y)
    {
        var model = Load(InFloat64(keras));
        var recorder = new Recorder();
        model.Compile(recorder, Value<OutputLosses>(compiled, "loss"), lossWeights: Value<OutputWeights>(compiled, "loss_weights"), engine: "embedded");
        model.TrainOnBatch(x, y);
        var sizes = model.TrainableWeights.ToDictionary(w => w.Path, w => Largest(recorder.SlotsOf(w)["gradient"].Value));
        var scale = sizes.Values.Max();
        return sizes.Where(s => s.Value > 0 && s.Value <= Rounding * scale).ToDictionary(s => s.Key, s => s.Value / scale);
    }

    /// <summary>The optimizer of a run in which the gradients of some weights count -16 times.</summary>
    internal static Optimizer Amplified(Dictionary<string, object?> compiled, IEnumerable<string> paths)
    {
        var json = (Dictionary<string, object?>)compiled["optimizer"]!;
        var noisy = new Dictionary<string, object?>(json) { ["config"] = new Dictionary<string, object?>((Dictionary<string, object?>)json["config"]!) { ["loss_scale_factor"] = 1 / Noise } };
        var optimizer = (Optimizer)new KerasReader().Value(noisy, typeof(Optimizer), "optimizer")!;
        return new MultiOptimizer(new OptimizerMap(Value<Optimizer>(compiled, "optimizer")!, paths.ToDictionary(p => $"^{Regex.Escape(p)}$", _ => optimizer)));
    }

    internal static T? Value<T>(Dictionary<string, object?> config, string key) where T : class => config[key] is { } json ? (T?)new KerasReader().Value(json, typeof(T), key) : null;

    internal static Model Load(byte[] keras)
    {
        var path = Path.Combine(Path.GetTempPath(), $"zoo-{Guid.NewGuid():N}.keras");
        try
        {
            File.WriteAllBytes(path, keras);
            return Model.Load(path);
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

    static double Largest(NDArray values) => Enumerable.Range(0, values.Count).Max(i => Math.Abs(values.Number(i)));

    /// <summary>Keeps the gradients and changes nothing.</summary>
    sealed class Recorder() : Optimizer(0)
    {
        public override IReadOnlyList<string[]> Slots => [["gradient"]];

        public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
        {
            slots["gradient"] = gradient;
            return weight;
        }
    }
}
