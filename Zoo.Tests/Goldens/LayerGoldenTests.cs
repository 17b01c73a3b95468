using System.Text.Json;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;
using LoweredProgram = Zoo.Autograd.Graph.Program;

namespace Zoo.Tests.Goldens;

/// <summary>Every layer computes what real Keras computed: outputs, masks, gradients, penalties, training mode.</summary>
[Category("Goldens")]
public class LayerGoldenTests
{
    /// <summary>Classes that exist and are judged here; docs/coverage.md lists the others as absent.</summary>
    static IEnumerable<string> Classes() =>
        typeof(Layer).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract && t != typeof(InputLayer) && t != typeof(Lambda) && t != typeof(Model)).Select(t => KerasType.Of(t).ClassName).Order(StringComparer.Ordinal);

    static IEnumerable<TestCaseData> PerEngine() => from engine in (string[])["embedded", "tensorflow"] from name in Classes() select new TestCaseData(engine, name).SetName($"{{m}}({name}, {engine})");

    [TestCaseSource(nameof(PerEngine))]
    public void LayersComputeWhatKerasComputes(string engineName, string layer)
    {
        var cases = LayerCase.All.Where(c => LayerCase.Exported(c.Layer) == layer && !Later(c)).ToList();
        if (cases.Count == 0) Assert.Ignore($"the goldens have no case of {layer}.");
        if (engineName == "tensorflow" && (layer is "Conv1DTranspose" or "Conv2DTranspose") && Environment.GetEnvironmentVariable("TF_ENABLE_ONEDNN_OPTS") != "0")
            Assert.Ignore("TensorFlow 2.18 with oneDNN ends the process in some runs of these cases (a corrupted heap). Set TF_ENABLE_ONEDNN_OPTS=0 to try them.");
        var engine = TestEngines.Get(engineName);
        var misses = new List<string>();
        var parts = new List<Part>();
        foreach (var c in cases)
            Guard(c, misses, () => parts.AddRange(Parts(c, misses)));
        // One session for all cases of a class: TensorFlow takes long to make one. Where it fails each case runs alone, to say which.
        try
        {
            Run(engine, parts, misses);
        }
        catch (Exception e) when (e is GraphException or EngineException)
        {
            foreach (var part in parts) Guard(part.Case, misses, () => Run(engine, [part], misses));
        }
        var missed = misses.Select(m => m.Split(':')[0]).Distinct().Count();
        if (engineName == "embedded") Report.Add("layers", layer, cases.Count - missed, cases.Count);
        Assert.That(misses, Is.Empty, $"{missed} of {cases.Count} cases of {layer} differ:\n{string.Join('\n', misses)}");
    }

    static void Guard(LayerCase c, List<string> misses, Action judge)
    {
        try
        {
            judge();
        }
        catch (Exception e) when (e is ArgumentException or GraphException or EngineException or ModelFileException or InvalidOperationException)
        {
            misses.Add($"{c.Name}: {e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>What one case wants computed, in one mode.</summary>
    sealed record Part(LayerCase Case, Variable[] Feeds, List<(string Name, Variable Value)> Wanted, (Parameter, Variable)[] Updates);

    static void Run(IEngine engine, List<Part> parts, List<string> misses)
    {
        var wanted = parts.SelectMany(p => p.Wanted.Select(w => (p.Case, w.Name, w.Value))).ToArray();
        using var session = engine.Compile(new LoweredProgram { Name = "goldens", Feeds = [.. parts.SelectMany(p => p.Feeds)], Fetches = [.. wanted.Select(w => w.Value)], Updates = [.. parts.SelectMany(p => p.Updates)] });
        var results = new NDArray?[wanted.Length];
        NDArray[] feeds = [.. parts.SelectMany(p => p.Feeds.Select((x, i) => p.Case.Tensor($"input_{i}")!.Cast(x.DType)))];
        session.Run(feeds, results);
        for (var i = 0; i < wanted.Length; i++)
        {
            var (c, name, _) = wanted[i];
            if (c.Tensor(name) is { } keras) Compare(c, name, results[i]!, keras, misses);
            else if (name.Contains("mask", StringComparison.Ordinal)) misses.Add($"{c.Name}: {name} is there, Keras gives none");
        }
        if (parts.TrueForAll(p => p.Updates.Length == 0)) return;
        session.Run(feeds, results);   // stateful layers begin where they ended
        for (var i = 0; i < wanted.Length; i++)
            if (wanted[i].Case.Tensor($"second_{wanted[i].Name}") is { } keras) Compare(wanted[i].Case, $"second_{wanted[i].Name}", results[i]!, keras, misses);
    }

    /// <summary>Sparsemax comes with a later issue.</summary>
    static bool Later(LayerCase c) => Json.Write(c.Config).Contains("sparsemax", StringComparison.Ordinal);

    static IEnumerable<Part> Parts(LayerCase c, List<string> misses)
    {
        var layer = (Layer)new KerasReader().Object(c.Config, typeof(Layer), c.Name);
        var inputs = c.Inputs.Select((x, i) => K.Input(x.Model[1..], $"input_{i}", x.DType, x.Model[0] >= 0 ? (int)x.Model[0] : null)).ToArray();
        var outputs = layer.CallNode(Arguments(c, inputs)).Outputs;
        var model = new Model(inputs, outputs);
        for (var i = 0; i < c.Weights.Length; i++)
        {
            if (i >= model.Weights.Count || model.Weights[i].Shape != c.Weights[i].Shape || model.Weights[i].Name != c.Weights[i].Name || model.TrainableWeights.Contains(model.Weights[i]) != c.Weights[i].Trainable)
            {
                misses.Add($"{c.Name}: weights are {string.Join("; ", model.Weights)}, Keras' {string.Join("; ", c.Weights)}");
                return [];
            }
            model.Weights[i].Value = c.Tensor($"w_{i}")!.Reshape(c.Weights[i].Shape);   // a number is stored as a list of one
        }
        for (var i = 0; i < outputs.Length; i++)
            // (Keras' own static shape is wrong for some activations; then only the true shape counts.)
            if (outputs[i].DType != c.Outputs[i].DType || !outputs[i].Shape.Accepts(c.Outputs[i].Shape) || c.Outputs[i].Model.Accepts(c.Outputs[i].Shape) && outputs[i].Shape.Count(d => d < 0) > c.Outputs[i].Model.Count(d => d < 0))
                misses.Add($"{c.Name}: output {i} is {outputs[i].DType.Name()} {outputs[i].Shape}, Keras' {c.Outputs[i].DType.Name()} {c.Outputs[i].Model}");
        return c.Flag("train") ? [Mode(c, model, misses, "", training: false), Mode(c, model, misses, "train_", training: true)] : [Mode(c, model, misses, "", training: false)];
    }

    static Part Mode(LayerCase c, Model model, List<string> misses, string prefix, bool training)
    {
        var lowered = model.Lower(training);
        var wanted = new List<(string Name, Variable Value)>();
        for (var i = 0; i < lowered.Outputs.Length; i++)
        {
            wanted.Add(($"{prefix}output_{i}", lowered.Outputs[i]));
            if (lowered.Masks[i] is { } mask && !training) wanted.Add(($"output_mask_{i}", mask));
        }
        if (c.Flag("grad"))
        {
            var seeds = lowered.Outputs.Select((o, i) => c.Tensor($"cotangent_{i}") is { } g ? A.Constant(g.Cast(o.DType)) : null).ToArray();
            var objective = lowered.Outputs.Zip(seeds).Where(p => p.Second is not null).Select(p => A.Sum(p.First * p.Second!)).Aggregate((a, b) => a + b);
            var floats = model.Inputs.Where(x => x.DType.IsFloat()).ToArray();
            var weights = model.Weights.ToArray();
            var gradients = A.Gradients(objective, [.. floats, .. weights.Select(w => w.Variable)]);
            for (var i = 0; i < model.Inputs.Values.Length; i++)
                if (Array.IndexOf(floats, model.Inputs.Values[i]) is >= 0 and var at) wanted.Add(($"{prefix}dinput_{i}", gradients[at]));
            for (var i = 0; i < weights.Length; i++)
                if (model.TrainableWeights.Contains(weights[i])) wanted.Add(($"{prefix}dw_{i}", gradients[floats.Length + i]));
        }
        if (!training && lowered.Losses.Length > 0) wanted.Add(("reg_loss", lowered.Losses.Aggregate((a, b) => a + b)));
        for (var i = 0; training && i < model.Weights.Count; i++)
            if (lowered.Updates.FirstOrDefault(u => u.Target == model.Weights[i]) is { Value: { } after }) wanted.Add(($"train_w_after_{i}", after));
        foreach (var name in Names(c, prefix))
            if (!wanted.Exists(w => w.Name == name)) misses.Add($"{c.Name}: {name} is missing");
        if (c.Flag("stateful") && !training && lowered.Updates.Length == 0) misses.Add($"{c.Name}: no state is kept");
        return new(c, [.. model.Inputs], wanted, training ? [] : lowered.Updates);
    }

    static IEnumerable<string> Names(LayerCase c, string prefix)
    {
        var all = Enumerable.Range(0, c.Outputs.Length).SelectMany(i => (string[])[$"{prefix}output_{i}", $"output_mask_{i}"])
            .Concat(Enumerable.Range(0, c.Inputs.Length).Select(i => $"{prefix}dinput_{i}"))
            .Concat(Enumerable.Range(0, c.Weights.Length).SelectMany(i => (string[])[$"{prefix}dw_{i}", $"{prefix}w_after_{i}"]))
            .Append(prefix.Length == 0 ? "reg_loss" : "");
        return all.Where(n => n.Length > 0 && c.Tensor(n) is { } t && (prefix.Length == 0 || n.StartsWith(prefix, StringComparison.Ordinal)) && (n != "reg_loss" || t.ToNumber() != 0));
    }

    static void Compare(LayerCase c, string name, NDArray ours, NDArray keras, List<string> misses)
    {
        if (ours.Shape != keras.Shape && (ours.Shape.Rank != 0 || keras.Count != 1))
        {
            misses.Add($"{c.Name}: {name} has shape {ours.Shape}, Keras' {keras.Shape}");
            return;
        }
        if (keras.DType == DType.String)
        {
            if (!ours.ToStrings().SequenceEqual(keras.ToStrings())) misses.Add($"{c.Name}: {name} is {ours}, Keras' {keras}");
            return;
        }
        var (largest, worst, at) = (1.0, -1.0, 0);
        var gradient = name.Contains("dinput", StringComparison.Ordinal) || name.Contains("dw", StringComparison.Ordinal);
        for (var i = 0; gradient && i < keras.Count; i++) largest = Math.Max(largest, Math.Abs(keras.Number(i)));
        for (var i = 0; i < keras.Count; i++)
        {
            var (a, b) = (ours.Number(i), keras.Number(i));
            var over = a.Equals(b) ? 0 : Math.Abs(a - b) / (keras.DType.IsFloat() ? c.Atol * largest + c.Rtol * Math.Abs(b) : 1e-9);
            if (!(over <= worst)) (worst, at) = (double.IsNaN(over) ? double.PositiveInfinity : over, i);
        }
        if (worst > 1) misses.Add($"{c.Name}: {name}[{at}] is {ours.Number(at):R}, Keras' {keras.Number(at):R} ({worst:G3} times the tolerance)");
    }

    static IEnumerable<(string?, object?)> Arguments(LayerCase c, Variable[] inputs)
    {
        return [.. c.Call.Args.EnumerateArray().Select(a => ((string?)null, Tree(a))), .. c.Call.Kwargs.EnumerateObject().Select(a => ((string?)a.Name, Tree(a.Value)))];

        object? Tree(JsonElement arg) => arg.ValueKind switch
        {
            JsonValueKind.Array => arg.EnumerateArray().Select(Tree).ToArray(),
            JsonValueKind.String when arg.GetString() is { } text && text.StartsWith("input_", StringComparison.Ordinal) => inputs[int.Parse(text[6..])],
            JsonValueKind.String => arg.GetString(),
            JsonValueKind.Number => arg.TryGetInt64(out var whole) ? whole : (object)arg.GetDouble(),
            JsonValueKind.True or JsonValueKind.False => arg.GetBoolean(),
            _ => null,
        };
    }
}
