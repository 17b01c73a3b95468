using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Keras.Training;

/// <summary>Binds data to the steps of a compiled model. What is prepared is kept: another Fit goes on with it.</summary>
internal sealed class Trainer(Model model, Compilation how)
{
    readonly Dictionary<string, StepPrograms> programs = [];
    readonly Lock gate = new();
    readonly IEngine engine = how.Engine ?? Engines.Default;
    OutputTask[]? tasks;
    object[] trained = [];
    Meters? meters;

    internal Compilation How => how;

    internal IEngine Engine => engine;

    internal Meters? Meters => meters;

    /// <summary>The running of a loop, of which there is one at a time.</summary>
    internal Lock Running { get; } = new();

    /// <summary>What was compiled no longer holds: the next Fit compiles anew.</summary>
    internal void Forget() => programs.Clear();

    internal OutputTask[] Tasks => tasks ??= how.Tasks(model.OutputNames);

    /// <summary>Builds the model where it has no weights yet, and forgets the steps when others train than before: weights, or layers that keep statistics.</summary>
    internal void Prepare(Arrays x)
    {
        model.EnsureBuilt([.. x.Select(a => (a.Shape.Rank > 0 ? a.Shape[1..] : a.Shape, a.DType))]);
        object[] now = [.. model.TrainableWeights, .. model.Still];
        if (now.SequenceEqual(trained)) return;
        trained = now;
        programs.Clear();
    }

    /// <summary>The values of the feeds, and the steps that take them.</summary>
    internal (NDArray[] Feeds, StepPrograms Programs) Bind(string caller, Batch batch, IReadOnlyDictionary<int, double>? classWeight = null)
    {
        var inputs = Binding.Inputs(caller, model, batch.X);
        var count = inputs[0].Shape[0];
        var (labels, weights) = (new NDArray?[Tasks.Length], new NDArray?[Tasks.Length]);
        if (Array.Exists(Tasks, t => t.IsMeasured))
        {
            var y = batch.Y ?? throw new ArgumentException($"{caller}: there are no labels. Expected y for the outputs {string.Join(", ", Tasks.Where(t => t.IsMeasured).Select(t => t.Name))}.");
            var given = y.Ordered(model.OutputNames, $"{caller}: y", i => Tasks[i].IsMeasured);
            foreach (var task in Tasks)
                if (task.IsMeasured) labels[task.Index] = Binding.Labels(caller, task, given[task.Index]!, model.Outputs.Values[task.Index].DType, count);
        }
        if (batch.Weights is { } w)
        {
            var given = w.Names is null && w.Count == 1 ? [.. Tasks.Select(_ => w[0])] : w.Ordered(model.OutputNames, $"{caller}: sampleWeight", _ => false);
            foreach (var task in Tasks)
                if (task.IsMeasured && given[task.Index] is { } one) weights[task.Index] = Binding.Weights(caller, task, one, count);
        }
        if (classWeight is not null) weights[0] = Binding.ByClass(caller, Tasks, labels, weights, classWeight);
        return ([.. inputs, .. labels.OfType<NDArray>(), .. weights.OfType<NDArray>()], For(labels, weights));
    }

    StepPrograms For(NDArray?[] labels, NDArray?[] weights)
    {
        var (y, w) = (Array.ConvertAll(Tasks, t => Open(labels[t.Index], t)), Array.ConvertAll(Tasks, t => Open(weights[t.Index], t)));
        var key = string.Join(';', y.Concat(w).Select(s => s?.ToString()));
        lock (gate)
        {
            if (programs.TryGetValue(key, out var found)) return found;
            meters ??= new(engine, Tasks, t => y[t.Index]!, t => model.Outputs.Values[t.Index].Shape, Array.Exists(model.Outputs.Values, o => o.DType == DType.Float64) ? DType.Float64 : DType.Float32);
            return programs[key] = new(model, how, Tasks, meters, Inputs("y", y, labels), Inputs("sample_weight", w, weights), engine);
        }
    }

    Variable?[] Inputs(string name, Shape?[] shapes, NDArray?[] like) =>
        [.. Tasks.Select((t, i) => shapes[i] is { } shape ? StateOps.Input(Tasks.Length == 1 ? name : $"{name}_{t.Name}", shape, like[i]!.DType) : null)];

    /// <summary>The shape of labels with the batch unknown, and what the output itself leaves open.</summary>
    Shape? Open(NDArray? given, OutputTask task)
    {
        if (given is null) return null;
        var (dims, output) = (given.Shape.ToArray(), model.Outputs.Values[task.Index].Shape);
        for (var i = 0; i < dims.Length; i++)
            if (i == 0 || output.HasRank && i < output.Rank && output[i] < 0) dims[i] = Dim.Any;
        return Shape.Create(dims);
    }

    /// <summary>The step as it is exported, for labels in the shapes that the outputs have: the learning rate is the input <c>lr</c>. With the names of what it gives.</summary>
    internal (Program Program, string[] Fetches) Exported()
    {
        var labels = Array.ConvertAll(Tasks, t =>
        {
            var output = model.Outputs.Values[t.Index];
            return t.IsMeasured ? NDArray.Zeros(Shape.Create([.. (t.TakesClasses ? output.Shape[..^1] : output.Shape).Select(d => d < 0 ? 1 : d)]), t.TakesClasses ? DType.Int64 : DType.Float32) : null;
        });
        var step = For(labels, new NDArray?[Tasks.Length]).Step(exported: true);
        return (how.Optimizer.Variables.FirstOrDefault(v => v.Path == $"{how.Optimizer.Name}/learning_rate") is { } rate ? ExportedStep.Feed(step, rate, "lr") : step, ["loss"]);
    }

    /// <summary>The values of losses and metrics so far.</summary>
    internal Logs Read()
    {
        var logs = new Logs();
        meters?.Read(logs);
        return logs;
    }
}
