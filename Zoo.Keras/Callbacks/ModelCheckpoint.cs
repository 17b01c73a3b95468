using System.Globalization;
using System.Text.RegularExpressions;
using Zoo.Keras.Training;

namespace Zoo.Keras;

/// <summary>
/// Saves the model, or its weights, as training goes on. The file's name may hold the epoch and values of the logs: <c>"run/{epoch:02d}-{val_loss:.2f}.keras"</c>.
/// </summary>
/// <remarks>
/// With <see cref="ResumeFrom"/> a run that was broken off goes on, in mid-epoch too, and ends with the same bits as one that was never stopped: beside a model <c>run/model.keras</c> stands
/// <c>run/model.run.safetensors</c>, the run at that step as <see cref="BackupAndRestore"/> keeps it. From a model alone, or weights alone, training can only begin an epoch (<c>initialEpoch</c>): they have
/// the optimizer's memory, but not the place in the data, metrics, and what callbacks remember.
/// </remarks>
/// <example><code>
/// model.Fit(x, y, callbacks: [new ModelCheckpoint("best.keras", "val_accuracy") { SaveBestOnly = true }]);
/// model.Fit(x, y, callbacks: [new ModelCheckpoint("run/model.keras") { SaveFreq = 500, ResumeFrom = "run/model.keras" }]);   // goes on where it was stopped
/// </code></example>
public sealed partial class ModelCheckpoint : Callback
{
    const string Ending = ".keras", WeightsEnding = ".weights.h5";
    readonly string file, watchedName;
    string? due;   // where model and run are saved once all callbacks have seen the step
    Monitor? watched;
    double? best;
    int epoch;

    /// <summary>Saves to a file.</summary>
    /// <param name="filepath">The file; names in braces are replaced, in Python's notation.</param>
    /// <param name="monitor">The value that says which model is the best.</param>
    public ModelCheckpoint(string filepath, string monitor = "val_loss")
    {
        ArgumentException.ThrowIfNullOrEmpty(filepath);
        (file, watchedName) = (filepath, monitor);
    }

    /// <summary>Whether a model is saved only when it is better than all before.</summary>
    public bool SaveBestOnly { get; init; }

    /// <summary>Whether the weights alone are saved, to a file that ends in <c>.weights.h5</c>.</summary>
    public bool SaveWeightsOnly { get; init; }

    /// <summary><c>min</c>, <c>max</c>, or <c>auto</c>: by the name of the watched value.</summary>
    public string Mode { get; init; } = "auto";

    /// <summary>When is saved: <c>epoch</c>, after so many batches, or a <see cref="Trigger"/>.</summary>
    public Trigger SaveFreq { get; init; } = Trigger.EveryEpoch;

    /// <summary>A value that has to be beaten from the start.</summary>
    public double? InitialValueThreshold { get; init; }

    /// <summary>
    /// A model that this callback saved, in an earlier process: where the file is there, Fit goes on at the step at which it was saved, else it begins. It takes the same model (built again, or
    /// <see cref="Model.Load"/>ed, with its Seed), data and callbacks, and batches that can be enumerated again. Null: runs begin anew, and models are saved without their run.
    /// </summary>
    public string? ResumeFrom { get; init; }

    /// <summary>The best value so far.</summary>
    public double? Best => best;

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs)
    {
        var ending = SaveWeightsOnly ? WeightsEnding : Ending;
        if (!file.EndsWith(ending, StringComparison.Ordinal))
            throw new ArgumentException($"ModelCheckpoint: '{file}' does not end in {ending}. Expected a name that does; SaveWeightsOnly decides between the model and its weights.");
        if (SaveWeightsOnly && Resumes) throw new ArgumentException("ModelCheckpoint: ResumeFrom was given with SaveWeightsOnly. Expected whole models, for weights alone do not say where the run was. Leave SaveWeightsOnly out, or use BackupAndRestore.");
        watched = new(this, watchedName, Mode);
        best ??= InitialValueThreshold;
    }

    internal override bool Resumes => ResumeFrom is not null;

    internal override RunState? Find()
    {
        if (ResumeFrom is not { } from) return null;
        if (!from.EndsWith(Ending, StringComparison.Ordinal)) throw new ArgumentException($"ModelCheckpoint: ResumeFrom is '{from}'. Expected a {Ending} file that a ModelCheckpoint saved; weights alone do not say where the run was.");
        RunState.Sweep(from);
        RunState.Sweep(Beside(from));
        if (File.Exists(Beside(from))) return RunState.Load(Beside(from));
        return !File.Exists(from) ? null : throw new ModelFileException($"ModelCheckpoint: '{from}' has no '{Path.GetFileName(Beside(from))}' beside it, which says where the run was. Expected both files. Without it, load the model and train on with initialEpoch.");
    }

    static string Beside(string path) => path[..^Ending.Length] + ".run.safetensors";

    internal override void OnPause(Func<RunState> capture)
    {
        if (due is null) return;
        capture().Save(Beside(due));   // first: a kill between the two leaves a run that goes on
        Model.Save(due);
        due = null;
    }

    /// <inheritdoc/>
    protected internal override void Remember(CallbackMemory memory) => memory.Keep("best", ref best);

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch, Logs logs) => this.epoch = epoch;

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        if (SaveFreq.Fires(Progress)) Save(logs, batch);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (SaveFreq.Fires(Progress)) Save(logs, null);
    }

    void Save(Logs logs, int? batch)
    {
        if (SaveBestOnly)
        {
            if (watched!.Of(logs) is not { } value || !watched.Improves(value, best)) return;
            best = value;
        }
        var path = Name(logs, batch);
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        if (ResumeFrom is not null) due = path;
        else if (SaveWeightsOnly) Model.SaveWeights(path);
        else Model.Save(path);
    }

    string Name(Logs logs, int? batch) => Field().Replace(file, match =>
    {
        var name = match.Groups["name"].Value;
        double value = name == "epoch" ? epoch + 1 : name == "iteration" ? Progress.Iteration : name == "batch" && batch is { } b ? b + 1 : logs.TryGetValue(name, out var found) ? found
            : throw new ArgumentException($"ModelCheckpoint: '{{{name}}}' of the file '{file}' is not measured. Expected epoch, iteration{(batch is null ? "" : ", batch")} or one of {string.Join(", ", logs.Keys)}.");
        var (width, digits) = (match.Groups["width"].Value, match.Groups["digits"].Value);
        var text = match.Groups["kind"].Value switch
        {
            "" when digits.Length == 0 => value.ToString("R", CultureInfo.InvariantCulture),
            "d" => value.ToString("F0", CultureInfo.InvariantCulture),
            "e" => value.ToString($"0.{new string('0', digits.Length > 0 ? int.Parse(digits, CultureInfo.InvariantCulture) : 6)}e+00", CultureInfo.InvariantCulture),
            _ => value.ToString($"F{(digits.Length > 0 ? digits : "6")}", CultureInfo.InvariantCulture),
        };
        return width.Length == 0 ? text : text.PadLeft(int.Parse(width, CultureInfo.InvariantCulture), width[0] == '0' ? '0' : ' ');
    });

    [GeneratedRegex(@"\{(?<name>\w+)(?::(?<width>\d*)(?:\.(?<digits>\d+))?(?<kind>[defg]?))?\}")]
    private static partial Regex Field();
}
