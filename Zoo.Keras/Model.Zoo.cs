using Zoo.Keras.Summary;
using Zoo.Keras.Training;

namespace Zoo.Keras;

public partial class Model
{
    ModelSummaries? summaries;
    ModelCheckpoint? checkpoint;

    /// <summary>From now on, Fit writes a TensorBoard log of each step and validation, to the folders <c>train</c> and <c>validation</c> of <c>logDir/appName</c> (Zoo's <c>set_tensorboard</c>).</summary>
    public void SetTensorBoard(string logDir, string appName)
    {
        ArgumentException.ThrowIfNullOrEmpty(logDir);
        ArgumentException.ThrowIfNullOrEmpty(appName);
        summaries = new(System.IO.Path.Combine(logDir, appName));
    }

    /// <summary>From now on, Fit saves the model with the optimizer's memory to a folder (Zoo's <c>set_checkpoint</c>): <c>model.keras</c>, from which <see cref="Load"/> and another Fit go on.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="overWrite">Whether each file replaces the one before; else they are numbered by the optimizer's steps: <c>model.500.keras</c>.</param>
    /// <param name="trigger">When is saved; by default at the end of each epoch.</param>
    public void SetCheckpoint(string path, bool overWrite = true, Trigger? trigger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        checkpoint = new(System.IO.Path.Combine(path, overWrite ? "model.keras" : "model.{iteration}.keras")) { SaveFreq = trigger ?? Trigger.EveryEpoch };
    }

    /// <summary>What was measured in training since <see cref="SetTensorBoard"/>: <c>Loss</c>, <c>LearningRate</c> and <c>Throughput</c> (samples a second) of each step.</summary>
    /// <exception cref="InvalidOperationException">SetTensorBoard was not called.</exception>
    /// <exception cref="KeyNotFoundException">Nothing was recorded under the tag; the message lists all.</exception>
    public IReadOnlyList<SummaryValue> GetTrainSummary(string tag) => Summaries(nameof(GetTrainSummary)).Of("train", tag);

    /// <summary>What was measured in validation since <see cref="SetTensorBoard"/>: <c>Loss</c> and the metrics by their names.</summary>
    /// <exception cref="InvalidOperationException">SetTensorBoard was not called.</exception>
    /// <exception cref="KeyNotFoundException">Nothing was recorded under the tag; the message lists all.</exception>
    public IReadOnlyList<SummaryValue> GetValidationSummary(string tag) => Summaries(nameof(GetValidationSummary)).Of("validation", tag);

    ModelSummaries Summaries(string caller) => summaries ?? throw new InvalidOperationException($"{caller}: nothing is recorded. Expected SetTensorBoard before Fit. Call it.");

    /// <summary>The class of each sample (Zoo's <c>predict_classes</c>): the place of the largest number of the output, or, where it is one number, whether that is above 0.5.</summary>
    /// <param name="x">Samples, axis 0 counts them.</param>
    /// <param name="batchSize">Samples that are computed at once.</param>
    /// <param name="zeroBasedLabel">Whether the first class is 0, else 1.</param>
    /// <returns>int64, of the output's shape without its last axis.</returns>
    public NDArray PredictClasses(Arrays x, int batchSize = 32, bool zeroBasedLabel = true)
    {
        var scores = Predict(x, batchSize: batchSize);
        var width = (int)scores.Shape[-1];
        var classes = new long[scores.Count / width];
        for (var i = 0; i < classes.Length; i++)
        {
            var best = 0;
            for (var k = 1; k < width; k++) if (scores.Number(i * width + k) > scores.Number(i * width + best)) best = k;
            classes[i] = (width > 1 ? best : scores.Number(i) > 0.5 ? 1 : 0) + (zeroBasedLabel ? 0 : 1);
        }
        return NDArray.From(classes).Reshape(scores.Shape[..^1]);
    }

    /// <summary>The output for one batch, as when it predicts (Zoo's <c>forward</c>): <see cref="PredictOnBatch"/>.</summary>
    public NDArray Forward(Arrays input) => PredictOnBatch(input);

    /// <summary>The layers, with those of models within in their place (Zoo's <c>flattened_layers</c>).</summary>
    /// <param name="includeContainer">Whether the models within stand before their layers.</param>
    public IReadOnlyList<Layer> FlattenedLayers(bool includeContainer = false) =>
        [.. Layers.SelectMany(l => l is not Model inner ? [l] : includeContainer ? [inner, .. inner.FlattenedLayers(true)] : inner.FlattenedLayers()).Distinct()];

    /// <summary>Writes what the model computes to a TensorBoard log, for its graphs tab (Zoo's <c>save_graph_topology</c>).</summary>
    /// <param name="logPath">The folder.</param>
    public void SaveGraphTopology(string logPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(logPath);
        RequireWeights("SaveGraphTopology");
        using EventWriter log = new(logPath);
        log.Graph(ModelGraphDef.Of(this));
    }

    /// <summary>The optimizer clips gradients no longer.</summary>
    public void ClearGradientClipping() => Clip(null, null, nameof(ClearGradientClipping));

    /// <summary>Each element of the gradients is brought into a range.</summary>
    /// <exception cref="ArgumentException">The range is empty.</exception>
    public void SetConstantGradientClipping(double min, double max) =>
        Clip(min < max ? (min, max) : throw new ArgumentException($"SetConstantGradientClipping: the range from {min} to {max} is empty. Expected min below max."), null, nameof(SetConstantGradientClipping));

    /// <summary>The norm of all gradients together is at most this; larger ones are scaled down.</summary>
    public void SetGradientClippingByL2Norm(double clipNorm) =>
        Clip(null, clipNorm > 0 ? clipNorm : throw new ArgumentException($"SetGradientClippingByL2Norm: {clipNorm} is no norm. Expected a positive number."), nameof(SetGradientClippingByL2Norm));

    void Clip((double, double)? range, double? norm, string caller)
    {
        var with = Ready(caller);
        with.How.Optimizer.Clips(range, norm);
        with.Forget();
    }

    /// <summary>The callbacks of a Fit with those that the model was set to have.</summary>
    IEnumerable<Callback> With(IEnumerable<Callback>? given) => [.. given ?? [], .. summaries is null ? [] : new Callback[] { summaries }, .. checkpoint is null ? [] : new Callback[] { checkpoint }];
}
