using System.Text.Json;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Keras.Graph;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;
using LoweredProgram = Zoo.Autograd.Graph.Program;

namespace Zoo.Tests.Goldens;

/// <summary>Judges cases of <c>goldens/layers</c>: what is computed here against what Keras computed. Misses begin with the name of the case.</summary>
sealed class LayerJudge(IEngine engine)
{
    /// <summary>What differs.</summary>
    public List<string> Misses { get; } = [];

    /// <summary>Cases whose gradients needed a tolerance scaled by the largest of the tensor, as the goldens' README allows.</summary>
    public HashSet<string> Scaled { get; } = [];

    /// <summary>How many cases have a miss.</summary>
    public int Missed => Misses.Select(m => m.Split(':')[0]).Distinct().Count();

    /// <summary>Judges the layers made from the cases' configurations: outputs, masks, gradients, penalties, training, states.</summary>
    public void Layers(IEnumerable<LayerCase> cases) => Judge(cases, c => Parts(c));

    /// <summary>Judges the outputs and masks of models.</summary>
    public void Models(IEnumerable<(LayerCase Case, Model Model)> models)
    {
        var given = models.ToDictionary(m => m.Case, m => m.Model);
        Judge(given.Keys, c => [Mode(c, given[c], "", training: false, gradients: false)]);
    }

    void Judge(IEnumerable<LayerCase> cases, Func<LayerCase, IEnumerable<Part>> make)
    {
        var parts = new List<Part>();
        foreach (var c in cases) Guard(c, () => parts.AddRange(make(c)));
        // One session for all cases: TensorFlow takes long to make one. Where it fails each case runs alone, to say which.
        var before = Misses.Count;
        try
        {
            Run(parts);
        }
        catch (Exception)
        {
            Misses.RemoveRange(before, Misses.Count - before);
            foreach (var part in parts) Guard(part.Case, () => Run([part]));
        }
    }

    /// <summary>A case that fails in whatever way is a miss, and the others are judged all the same.</summary>
    void Guard(LayerCase c, Action judge)
    {
        try
        {
            judge();
        }
        catch (Exception e)
        {
            Misses.Add($"{c.Name}: {e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>What one case wants computed, in one mode. Fed are its inputs and, where it draws random numbers, the step.</summary>
    sealed record Part(LayerCase Case, Variable[] Feeds, List<(string Name, Variable Value)> Wanted, (Parameter, Variable)[] Updates);

    void Run(List<Part> parts)
    {
        var wanted = parts.SelectMany(p => p.Wanted.Select(w => (p.Case, w.Name, w.Value))).ToArray();
        using var session = engine.Compile(new LoweredProgram { Name = "goldens", Feeds = [.. parts.SelectMany(p => p.Feeds)], Fetches = [.. wanted.Select(w => w.Value)], Updates = [.. parts.SelectMany(p => p.Updates)] });
        var results = new NDArray?[wanted.Length];
        NDArray[] feeds = [.. parts.SelectMany(p => p.Feeds.Select((x, i) => i < p.Case.Inputs.Length ? p.Case.Tensor($"input_{i}")!.Cast(x.DType) : NDArray.Zeros(x.Shape, x.DType)))];
        session.Run(feeds, results);
        for (var i = 0; i < wanted.Length; i++)
        {
            var (c, name, _) = wanted[i];
            if (c.Tensor(name) is { } keras) Compare(c, name, results[i]!, keras);
            else if (name.Contains("mask", StringComparison.Ordinal) || IsGradient(name) && Enumerable.Range(0, results[i]!.Count).Any(at => results[i]!.Number(at) != 0))
                Misses.Add($"{c.Name}: {name} is there, Keras gives none");
        }
        if (parts.TrueForAll(p => p.Updates.Length == 0)) return;
        session.Run(feeds, results);   // stateful layers begin where they ended
        for (var i = 0; i < wanted.Length; i++)
            if (wanted[i].Case.Tensor($"second_{wanted[i].Name}") is { } keras) Compare(wanted[i].Case, $"second_{wanted[i].Name}", results[i]!, keras);
    }

    IEnumerable<Part> Parts(LayerCase c)
    {
        var layer = (Layer)new KerasReader().Object(c.Config, typeof(Layer), c.Name);
        var inputs = c.Inputs.Select((x, i) => new InputLayer(x.Model, x.DType, name: $"input_{i}").Variable).ToArray();
        var outputs = layer.CallNode(Arguments(c, inputs)).Outputs;
        var model = new Model(inputs, outputs);
        for (var i = 0; i < Math.Max(c.Weights.Length, model.Weights.Count); i++)
        {
            if (i >= model.Weights.Count || i >= c.Weights.Length || model.Weights[i].Shape != c.Weights[i].Shape || model.Weights[i].Name != c.Weights[i].Name || Trains(model).Contains(model.Weights[i]) != c.Weights[i].Trainable)
            {
                Misses.Add($"{c.Name}: weights are {string.Join("; ", model.Weights)}, Keras' {string.Join("; ", c.Weights)}");
                return [];
            }
            model.Weights[i].Value = c.Tensor($"w_{i}")!.Reshape(c.Weights[i].Shape);   // a number is stored as a list of one
        }
        if (outputs.Length != c.Outputs.Length) Misses.Add($"{c.Name}: {outputs.Length} outputs, Keras' {c.Outputs.Length}");
        for (var i = 0; i < Math.Min(outputs.Length, c.Outputs.Length); i++)
            // (Keras' own static shape is wrong for some activations; then only the true shape counts.)
            if (outputs[i].DType != c.Outputs[i].DType || !outputs[i].Shape.Accepts(c.Outputs[i].Shape) || c.Outputs[i].Model.Accepts(c.Outputs[i].Shape) && outputs[i].Shape.Count(d => d < 0) > c.Outputs[i].Model.Count(d => d < 0))
                Misses.Add($"{c.Name}: output {i} is {outputs[i].DType.Name()} {outputs[i].Shape}, Keras' {c.Outputs[i].DType.Name()} {c.Outputs[i].Model}");
        return c.Flag("train") ? [Mode(c, model, "", training: false), Mode(c, model, "train_", training: true)] : [Mode(c, model, "", training: false)];
    }

    Part Mode(LayerCase c, Model model, string prefix, bool training, bool gradients = true)
    {
        var lowered = model.Lower(training);
        var (wanted, random) = (new List<(string Name, Variable Value)>(), new HashSet<string>());
        for (var i = 0; i < lowered.Outputs.Length; i++)
        {
            Want($"{prefix}output_{i}", lowered.Outputs[i]);
            if (lowered.Masks[i] is { } mask && !training) Want($"output_mask_{i}", mask);
        }
        if (gradients && c.Flag("grad"))
        {
            var seeds = lowered.Outputs.Select((o, i) => c.Tensor($"cotangent_{i}") is { } g ? A.Constant(g.Cast(o.DType)) : null).ToArray();
            var objective = lowered.Outputs.Zip(seeds).Where(p => p.Second is not null).Select(p => A.Sum(p.First * p.Second!)).Aggregate((a, b) => a + b);
            var floats = model.Inputs.Where(x => x.DType.IsFloat()).ToArray();
            var weights = model.Weights.ToArray();
            var found = A.Gradients(objective, [.. floats, .. weights.Select(w => w.Variable)]);
            for (var i = 0; i < model.Inputs.Values.Length; i++)
                if (Array.IndexOf(floats, model.Inputs.Values[i]) is >= 0 and var at) Want($"{prefix}dinput_{i}", found[at]);
            var (own, all) = (Trains(model), model.TrainableWeights);
            for (var i = 0; i < weights.Length; i++)
                if (all.Contains(weights[i]) || own.Contains(weights[i]) && c.Tensor($"{prefix}dw_{i}") is not null) Want($"{prefix}dw_{i}", found[floats.Length + i]);
        }
        if (!training && lowered.Losses.Length > 0) Want("reg_loss", lowered.Losses.Aggregate((a, b) => a + b));
        for (var i = 0; training && i < model.Weights.Count; i++)
            if (lowered.Updates.FirstOrDefault(u => u.Target == model.Weights[i]) is { Value: { } after }) Want($"train_w_after_{i}", after);
        foreach (var name in Names(c, prefix).Where(n => (gradients || !IsGradient(n)) && !random.Contains(n)))
            if (!wanted.Exists(w => w.Name == name)) Misses.Add($"{c.Name}: {name} is missing");
        if (c.Flag("stateful") && !training && lowered.Updates.Length == 0) Misses.Add($"{c.Name}: no state is kept");
        return new(c, [.. model.Inputs, .. lowered.Step is { } step ? [step] : Array.Empty<Variable>()], wanted, training ? [] : lowered.Updates);

        // What depends on the step is random: the file of a random layer may fix the mode of its call.
        void Want(string name, Variable value)
        {
            if (lowered.Step is { } drawn && Topology.Sort([value.Node]).Contains(drawn.Node)) random.Add(name);
            else wanted.Add((name, value));
        }
    }

    /// <summary>The weights that train by themselves, which is what Keras' variables say: that a layer around theirs is frozen it says of itself.</summary>
    static HashSet<Parameter> Trains(Model model) => [.. model.Parts.OfType<Layer>().Where(l => l.Trainable).SelectMany(l => l.OwnWeights.Where(w => w.Trainable))];

    static IEnumerable<string> Names(LayerCase c, string prefix)
    {
        var all = Enumerable.Range(0, c.Outputs.Length).SelectMany(i => (string[])[$"{prefix}output_{i}", $"output_mask_{i}"])
            .Concat(Enumerable.Range(0, c.Inputs.Length).Select(i => $"{prefix}dinput_{i}"))
            .Concat(Enumerable.Range(0, c.Weights.Length).SelectMany(i => (string[])[$"{prefix}dw_{i}", $"{prefix}w_after_{i}"]))
            .Append(prefix.Length == 0 ? "reg_loss" : "");
        return all.Where(n => n.Length > 0 && c.Tensor(n) is { } t && (prefix.Length == 0 || n.StartsWith(prefix, StringComparison.Ordinal)) && (n != "reg_loss" || t.ToNumber() != 0));
    }

    void Compare(LayerCase c, string name, NDArray ours, NDArray keras)
    {
        if (ours.Shape != keras.Shape && (ours.Shape.Rank != 0 || keras.Count != 1))
        {
            Misses.Add($"{c.Name}: {name} has shape {ours.Shape}, Keras' {keras.Shape}");
            return;
        }
        if (keras.DType == DType.String)
        {
            if (!ours.ToStrings().SequenceEqual(keras.ToStrings())) Misses.Add($"{c.Name}: {name} is {ours}, Keras' {keras}");
            return;
        }
        var (worst, at) = Worst(c, ours, keras, 1);
        if (worst > 1 && IsGradient(name))
        {
            (worst, at) = Worst(c, ours, keras, Enumerable.Range(0, keras.Count).Max(i => Math.Max(1, Math.Abs(keras.Number(i)))));
            if (worst <= 1) Scaled.Add(c.Name);
        }
        if (worst > 1) Misses.Add($"{c.Name}: {name}[{at}] is {ours.Number(at):R}, Keras' {keras.Number(at):R} ({worst:G3} times the tolerance)");
    }

    static bool IsGradient(string name) => name.Contains("dinput", StringComparison.Ordinal) || name.Contains("dw", StringComparison.Ordinal);

    /// <summary>The largest difference as a multiple of the tolerance, whose absolute part is scaled, and its place.</summary>
    static (double Over, int At) Worst(LayerCase c, NDArray ours, NDArray keras, double scale)
    {
        var (worst, at) = (-1.0, 0);
        for (var i = 0; i < keras.Count; i++)
        {
            var (a, b) = (ours.Number(i), keras.Number(i));
            var over = a.Equals(b) ? 0 : Math.Abs(a - b) / (keras.DType.IsFloat() ? c.Atol * scale + c.Rtol * Math.Abs(b) : 1e-9);
            if (!(over <= worst)) (worst, at) = (double.IsNaN(over) ? double.PositiveInfinity : over, i);
        }
        return (worst, at);
    }

    static IEnumerable<CallArgument> Arguments(LayerCase c, Variable[] inputs)
    {
        return [.. c.Call.Args.EnumerateArray().Select(a => new CallArgument(null, Tree(a))), .. c.Call.Kwargs.EnumerateObject().Select(a => new CallArgument(a.Name, Tree(a.Value)))];

        object? Tree(JsonElement arg) => arg.ValueKind switch
        {
            JsonValueKind.Object => arg.EnumerateObject().ToDictionary(p => p.Name, p => Tree(p.Value)),
            JsonValueKind.Array => arg.EnumerateArray().Select(Tree).ToArray(),
            JsonValueKind.String when arg.GetString() is { } text && text.StartsWith("input_", StringComparison.Ordinal) => inputs[int.Parse(text[6..])],
            JsonValueKind.String => arg.GetString(),
            JsonValueKind.Number => arg.TryGetInt64(out var whole) ? whole : (object)arg.GetDouble(),
            JsonValueKind.True or JsonValueKind.False => arg.GetBoolean(),
            _ => null,
        };
    }
}
