using System.Runtime.CompilerServices;
using Zoo.Autograd.Engine;
using Zoo.Keras.Training;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public partial class Model
{
    Trainer? trainer;

    /// <summary>Set by a callback to end training after the current batch.</summary>
    [KerasIgnore]
    public bool StopTraining { get; set; }

    /// <summary>The optimizer that Compile was given; null before.</summary>
    public Optimizer? Optimizer => trainer?.How.Optimizer;

    /// <summary>The names under which logs hold losses and metrics; known once labels have been seen.</summary>
    public IReadOnlyList<string> MetricsNames => [.. trainer?.Meters?.Names ?? ["loss"]];

    /// <summary>What Compile was told; null before.</summary>
    internal Compilation? Compilation => trainer?.How;

    /// <summary>Chooses how to train and what to measure.</summary>
    /// <param name="optimizer">The rule that changes the weights: an object or Keras' name.</param>
    /// <param name="loss">What is minimised: a name (<c>sparse_categorical_crossentropy</c>, <c>mse</c>, …), a <see cref="Loss"/>, a formula, or one for each output.</param>
    /// <param name="metrics">What is measured besides: names (<c>accuracy</c>, <c>mae</c>, …), <see cref="Metric"/> objects, formulas.</param>
    /// <param name="lossWeights">The weights of the outputs' losses; 1 by default.</param>
    /// <param name="weightedMetrics">Metrics that take sample and class weights into account.</param>
    /// <param name="engine"><c>embedded</c> or <c>tensorflow</c>; by default <see cref="Engine.Current"/>.</param>
    /// <param name="autoScaleLoss">Whether a model of policy <c>mixed_float16</c> has its loss scaled by a <see cref="LossScaleOptimizer"/> around the optimizer.</param>
    /// <param name="stepsPerExecution">The steps of Fit between two calls of callbacks.</param>
    public void Compile(Optimizer optimizer, OutputLosses? loss = null, OutputMetrics? metrics = null, OutputWeights? lossWeights = null, OutputMetrics? weightedMetrics = null, string? engine = null, bool autoScaleLoss = true, int stepsPerExecution = 1)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (stepsPerExecution < 1) throw new ArgumentException($"Compile: stepsPerExecution is {stepsPerExecution}. Expected at least 1.");
        if (autoScaleLoss && DTypePolicy.Name == "mixed_float16" && optimizer is not LossScaleOptimizer) optimizer = new LossScaleOptimizer(optimizer);
        var made = new Trainer(this, new(optimizer, loss, metrics, lossWeights, weightedMetrics, engine is null ? null : Engines.Find(engine), stepsPerExecution));
        if (IsBuilt) _ = made.Tasks;   // wrong names of outputs are errors here, not at the first batch
        trainer = made;
    }

    /// <summary>Chooses how to train, with a formula of labels and predictions as the loss: one number a sample.</summary>
    /// <param name="optimizer">The rule that changes the weights.</param>
    /// <param name="loss">The formula.</param>
    /// <param name="metrics">What is measured besides.</param>
    /// <param name="engine"><c>embedded</c> or <c>tensorflow</c>.</param>
    [OverloadResolutionPriority(-1)]   // new() { ["output"] = "mse" } would fit a delegate too
    public void Compile(Optimizer optimizer, Func<Variable, Variable, Variable> loss, OutputMetrics? metrics = null, string? engine = null) =>
        Compile(optimizer, (OutputLosses)loss, metrics, engine: engine);

    /// <summary>
    /// Builds the training step: an override says what is minimised in place of Compile's losses alone. Called once for each form of data, not at each step.
    /// </summary>
    /// <example><code>
    /// sealed class Smooth(Variable x, Variable y) : Model(x, y)
    /// {
    ///     protected override void TrainStep(TrainStep step) => step.Minimize(step.Loss + 0.1 * A.Mean(A.Square(A.Gradients(A.Sum(step.Predictions[0]), step.X[0])[0])));
    /// }
    /// </code></example>
    protected internal virtual void TrainStep(TrainStep step) => step.Minimize(step.Loss);

    /// <summary>Sets losses and metrics back; Fit and Evaluate do so themselves, TrainOnBatch and TestOnBatch go on counting.</summary>
    public void ResetMetrics() => trainer?.Meters?.Reset();

    Trainer Ready(string caller) => trainer ?? throw new InvalidOperationException($"{caller}: the model has no loss. Call Compile(optimizer, loss) first.");

    /// <summary>One loop at a time: another one on another thread is an error; a callback may evaluate.</summary>
    T Alone<T>(string caller, Trainer with, Func<T> run)
    {
        if (!with.Running.TryEnter()) throw new InvalidOperationException($"{caller}: the model is being trained or evaluated on another thread. Expected one at a time; Predict may run beside. Wait for it, or use another model.");
        try { return run(); }
        finally { with.Running.Exit(); }
    }
}
