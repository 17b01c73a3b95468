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
