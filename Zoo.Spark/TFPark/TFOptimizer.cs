using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Spark;

/// <summary>Trains on a <see cref="TFDataset"/>, by a cluster or in this process (Analytics Zoo's TFOptimizer).</summary>
/// <example><code>
/// var optimizer = TFOptimizer.FromLoss(loss, new Adam(1e-3), trainer: zoo);
/// optimizer.SetTrainSummary(new("logs", "lenet"));
/// optimizer.Optimize(endTrigger: Trigger.MaxEpoch(5));
/// </code></example>
public sealed class TFOptimizer
{
    readonly Model model;
    readonly TFDataset dataset;
    readonly int[] inputs, labels;
    readonly ITrainer? trainer;
    readonly TFDataset? validation;
    readonly string? modelDir;
    TrainSummary? train;
    ValidationSummary? validated;

    TFOptimizer(Model model, TFDataset dataset, int[] inputs, int[] labels, ITrainer? trainer, TFDataset? validation, string? modelDir) =>
        (this.model, this.dataset, this.inputs, this.labels, this.trainer, this.validation, this.modelDir) = (model, dataset, inputs, labels, trainer, validation, modelDir);

    /// <summary>Minimises a loss that was computed from the tensors of a dataset.</summary>
    /// <param name="loss">The loss: one number a sample, or their mean.</param>
    /// <param name="optimMethod">The rule that changes the weights.</param>
    /// <param name="validationDataset">A dataset with arrays like those of the loss', on which the loss is computed after each epoch.</param>
    /// <param name="clipNorm">The norm that all gradients together may have.</param>
    /// <param name="clipValue">The range that each element of a gradient is brought into.</param>
    /// <param name="modelDir">Where <see cref="Optimize"/> saves, if a trigger says so.</param>
    /// <param name="trainer">Who makes the steps; this process where it is null.</param>
    /// <exception cref="GraphException">The loss depends on no dataset, or on several.</exception>
    public static TFOptimizer FromLoss(Variable loss, Optimizer optimMethod, TFDataset? validationDataset = null, double? clipNorm = null, (double Min, double Max)? clipValue = null, string? modelDir = null, ITrainer? trainer = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var dataset = TFDataset.Of(loss, "TFOptimizer.FromLoss");
        var nodes = Autograd.Graph.Topology.Sort([loss.Node]).ToHashSet();
        int[] inputs = [.. Enumerable.Range(0, dataset.Tensors.Count).Where(i => nodes.Contains(dataset.Tensors[i].Node))];
        var tensor = dataset.Tensors[inputs[0]];
        // the mean over a part of the batch stands for each of its samples: so parts are weighted by their samples
        if (loss.Shape.Rank == 0) loss *= A.Mean(A.Cast(A.OnesLike(A.Reshape(tensor, [Dim.Any, tensor.Shape[1..].Elements])), loss.DType), axis: 1);
        Model model = new([.. inputs.Select(i => dataset.Tensors[i])], loss);
        model.Compile(optimMethod, (_, value) => value);
        return new TFOptimizer(model, dataset, inputs, [], trainer, validationDataset, modelDir).Clipped(clipNorm, clipValue);
    }

    /// <summary>Trains a compiled model: its inputs are the first tensors of the dataset, its labels the others.</summary>
    /// <param name="kerasModel">The model, compiled.</param>
    /// <param name="dataset">The data.</param>
    /// <param name="validationDataset">What is evaluated after each epoch.</param>
    /// <param name="modelDir">Where <see cref="Optimize"/> saves, if a trigger says so.</param>
    /// <param name="trainer">Who makes the steps; this process where it is null.</param>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public static TFOptimizer FromKeras(Model kerasModel, TFDataset dataset, TFDataset? validationDataset = null, string? modelDir = null, ITrainer? trainer = null)
    {
        ArgumentNullException.ThrowIfNull(kerasModel);
        ArgumentNullException.ThrowIfNull(dataset);
        if (kerasModel.Optimizer is null) throw new InvalidOperationException("TFOptimizer.FromKeras: the model is not compiled. Expected an optimizer and a loss. Call Compile first.");
        var count = kerasModel.IsBuilt ? kerasModel.Inputs.Values.Length : 1;
        if (dataset.Tensors.Count <= count) throw new ArgumentException($"TFOptimizer.FromKeras: the dataset has {dataset.Tensors.Count} tensors, the model {count} inputs. Expected labels after them.");
        return new(kerasModel, dataset, [.. Enumerable.Range(0, count)], [.. Enumerable.Range(count, dataset.Tensors.Count - count)], trainer, validationDataset, modelDir);
    }

    /// <summary>The model that is trained: with <see cref="FromLoss"/> its output is the loss of each sample.</summary>
    public Model Model => model;

    /// <summary>Records each step from now on.</summary>
    public void SetTrainSummary(TrainSummary summary) => train = summary;

    /// <summary>Records each validation from now on.</summary>
    public void SetValSummary(ValidationSummary summary) => validated = summary;

    /// <summary>Each element of the gradients is brought into a range.</summary>
    public void SetConstantGradientClipping(double min, double max) => model.SetConstantGradientClipping(min, max);

    /// <summary>The norm of all gradients together is at most this.</summary>
    public void SetGradientClippingByL2Norm(double clipNorm) => model.SetGradientClippingByL2Norm(clipNorm);

    /// <summary>Trains. With a folder it saves there: <c>model.keras</c> with <see cref="FromKeras"/>, <c>model.weights.h5</c> with <see cref="FromLoss"/>.</summary>
    /// <param name="endTrigger">When to end; by default after one epoch.</param>
    /// <param name="checkpointTrigger">When to save to <c>modelDir</c>; by default at the end of each epoch, where that was given.</param>
    /// <returns>Loss and metrics of each epoch.</returns>
    public History Optimize(Trigger? endTrigger = null, Trigger? checkpointTrigger = null)
    {
        var saved = checkpointTrigger ?? Trigger.EveryEpoch;
        // the graph of a loss is no Keras model, so of that one the weights are saved
        Callback? checkpoint = modelDir is null ? null : labels.Length == 0 ? new ModelCheckpoint(Path.Combine(modelDir, "model.weights.h5")) { SaveWeightsOnly = true, SaveFreq = saved } : new ModelCheckpoint(Path.Combine(modelDir, "model.keras")) { SaveFreq = saved };
        if (modelDir is null && checkpointTrigger is not null) throw new InvalidOperationException("TFOptimizer.Optimize: a checkpointTrigger was given, but no folder. Expected modelDir in FromLoss or FromKeras.");
        return dataset.Fit(model, inputs, labels, validation, endTrigger ?? Trigger.MaxEpoch(1), trainer, new Callback?[] { train?.Log, validated?.Log, checkpoint }.OfType<Callback>());
    }

    /// <summary>The same, on a thread of its own.</summary>
    public Task<History> OptimizeAsync(Trigger? endTrigger = null, Trigger? checkpointTrigger = null) => Task.Factory.StartNew(() => Optimize(endTrigger, checkpointTrigger), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    TFOptimizer Clipped(double? norm, (double Min, double Max)? range)
    {
        if (norm is { } most) SetGradientClippingByL2Norm(most);
        else if (range is { } r) SetConstantGradientClipping(r.Min, r.Max);
        return this;
    }
}
