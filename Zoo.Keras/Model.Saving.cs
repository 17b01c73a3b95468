using System.Globalization;
using System.Text;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

public partial class Model
{
    const string FormatVersion = "3.15.1", WeightsEnding = ".weights.h5", ModelEnding = ".keras";

    /// <summary>
    /// Writes the model to a <c>.keras</c> file, which Keras reads: layers, weights and, where it was compiled, loss, metrics and the optimizer with its
    /// memory, so that training goes on where it was. A file that is there is replaced only when the new one is whole.
    /// </summary>
    /// <exception cref="ModelFileException">The file cannot be written, or the model holds what a file cannot: a class without a registered name, a C# function.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.EndsWith(ModelEnding, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"Save: '{path}' does not end in {ModelEnding}. Expected a name that does; SaveWeights writes {WeightsEnding} files.", nameof(path));
        var metadata = new Dictionary<string, object?> { ["keras_version"] = FormatVersion, ["date_saved"] = DateTime.Now.ToString("yyyy-MM-dd@HH:mm:ss", CultureInfo.InvariantCulture) };
        KerasArchive.Write(path, metadata, Describe(), WeightTree.Write(this), WeightTree.Assets(this));
    }

    /// <summary>Reads a model from a <c>.keras</c> file of this library or of Keras 3: a <see cref="Sequential"/>, a Model, or a registered class.</summary>
    /// <param name="path">The file.</param>
    /// <param name="compile">Whether loss, metrics and optimizer are read too, so that training goes on.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged, hostile or foreign, or names classes that are not known.</exception>
    public static Model Load(string path, bool compile = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var archive = KerasArchive.Open(path);
        var where = $"'{path}'";
        var reader = new KerasReader { Compiles = compile };
        var model = Made(archive.Config(), where, reader);
        WeightTree.ReadAssets(archive, model);
        var root = archive.Weights();
        if (WeightTree.ReadNames(root, model, reader.Made)) model.PlaceLayers();
        Assign([.. WeightTree.Read(root, model, where), .. WeightTree.ReadMemory(root, model, where, must: true)]);
        return model;
    }

    /// <summary>Writes the weights alone to a <c>.weights.h5</c> file, which Keras reads, with the memory of the optimizer where the model was compiled.</summary>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void SaveWeights(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.EndsWith(WeightsEnding, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"SaveWeights: '{path}' does not end in {WeightsEnding}. Expected a name that does; Save writes whole models.", nameof(path));
        RequireWeights("SaveWeights");
        AtomicFile.Write(path, stream => H5Writer.Write(WeightTree.Write(this), stream));
    }

    /// <summary>
    /// Reads the weights from a <c>.weights.h5</c> or <c>.keras</c> file into this model: all of them, or none where one does not fit. What the optimizer
    /// remembers is read where file and model have it in the same form.
    /// </summary>
    /// <exception cref="ModelFileException">The file is missing, damaged or foreign, or is of another model.</exception>
    public void LoadWeights(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireWeights("LoadWeights");
        if (path.EndsWith(ModelEnding, StringComparison.OrdinalIgnoreCase))
        {
            using var archive = KerasArchive.Open(path);
            Assign(Values(archive.Weights(), path));
            return;
        }
        H5Source source;
        try { source = H5Source.Open(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"Load: '{path}' cannot be opened: {e.Message} Expected a {WeightsEnding} or {ModelEnding} file. Check the path.", e);
        }
        using (source) Assign(Values(H5Reader.Read(source, $"Load: '{path}'"), path));
    }

    /// <summary>The configuration as JSON text, without weights: what stands in a <c>.keras</c> file as config.json.</summary>
    public string ToJson() => Json.Write(Describe());

    /// <summary>A model from the text of <see cref="ToJson"/> or of Keras' <c>to_json</c>, with new weights.</summary>
    /// <exception cref="ModelFileException">The text is no model's configuration, or names classes that are not known.</exception>
    public static Model FromJson(string json)
    {
        var config = Json.Parse(Encoding.UTF8.GetBytes(json), "FromJson") as Dictionary<string, object?>
            ?? throw new ModelFileException("FromJson: the text is no JSON object. Expected a model's configuration, as ToJson gives it.");
        return Made(config, "FromJson", new KerasReader { Compiles = true });
    }

    Dictionary<string, object?> Describe()
    {
        RequireWeights("Save");
        return new KerasWriter { Frozen = FrozenSet() }.Object(this);
    }

    static Model Made(Dictionary<string, object?> config, string where, KerasReader reader) => (Model)reader.Object(config, typeof(Model), where);

    List<(Parameter, NDArray)> Values(H5Group root, string path)
    {
        if (root.Attributes.ContainsKey("layer_names") || root.Attributes.ContainsKey("model_config"))
            throw new ModelFileException($"Load: '{path}' is in the older HDF5 form of Keras. Expected a {WeightsEnding} file of Keras 3. Load it in Python and save it as {ModelEnding} or {WeightsEnding}.");
        return [.. WeightTree.Read(root, this, $"'{path}'"), .. WeightTree.ReadMemory(root, this, $"'{path}'", must: false)];
    }

    static void Assign(List<(Parameter Weight, NDArray Value)> values)
    {
        // Converting may fail, setting may not: all or nothing.
        var converted = values.ConvertAll(v => (v.Weight, Value: v.Value.DType == v.Weight.DType ? v.Value : v.Value.Cast(v.Weight.DType)));
        foreach (var (weight, value) in converted) weight.Value = value;
    }

    void RequireWeights(string what)
    {
        if (!IsBuilt && this is Sequential net) _ = net.Layers;
        if (!IsBuilt) throw new InvalidOperationException($"{what}: {Name} has no weights yet, for it has seen no input. Give the first layer an InputShape, or call Fit or Predict with data first.");
    }

    internal Dictionary<string, object?> CompileConfig(KerasWriter writer) => Compilation is not { } how ? [] : new()
    {
        ["optimizer"] = writer.Value(how.Optimizer, () => "optimizer"),
        ["loss"] = writer.Value(how.Losses, () => "loss"),
        ["loss_weights"] = writer.Value(how.LossWeights, () => "lossWeights"),
        ["metrics"] = writer.Value(how.Metrics, () => "metrics"),
        ["weighted_metrics"] = writer.Value(how.WeightedMetrics, () => "weightedMetrics"),
        ["run_eagerly"] = false,
        ["steps_per_execution"] = (long)how.StepsPerExecution,
        ["jit_compile"] = false,
    };

    /// <summary>Compiles as a file says, where it does.</summary>
    internal void CompileFrom(KerasReader reader, Dictionary<string, object?> json, string where)
    {
        if (json.GetValueOrDefault("compile_config") is not Dictionary<string, object?> { Count: > 0 } config || config.GetValueOrDefault("optimizer") is null) return;
        T? Part<T>(string key) where T : class => config.GetValueOrDefault(key) is { } value ? (T?)reader.Value(value, typeof(T), $"{where}, {key} (Load(path, compile: false) leaves it out)") : null;
        ModelReader.Guard(where, () =>
        {
            Compile(Part<Optimizer>("optimizer")!, Part<OutputLosses>("loss"), Part<OutputMetrics>("metrics"), Part<OutputWeights>("loss_weights"), Part<OutputMetrics>("weighted_metrics"), stepsPerExecution: config.GetValueOrDefault("steps_per_execution") is long and > 0 and <= int.MaxValue and var together ? (int)together : 1);
            return this;
        });
    }
}
