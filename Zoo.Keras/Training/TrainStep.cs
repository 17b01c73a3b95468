using Zoo.Autograd.Graph;
using Zoo.Keras.Graph;

namespace Zoo.Keras;

/// <summary>
/// What <see cref="Model.TrainStep"/> builds a training step from: an override says what is minimised, of which weights. It is a graph that is built once; updates of the
/// optimizer, statistics of layers, losses and metrics are added to it.
/// </summary>
public sealed class TrainStep
{
    readonly KerasLowering lowering;
    readonly CallContext context;
    readonly List<(Variable Loss, Parameter[] Weights)> minimized = [];

    internal TrainStep(Model model, LoweredModel lowered, Variable?[] labels, Variable?[] weights, Variable loss)
    {
        lowering = lowered.Lowering;
        Model = model;
        X = [.. model.Inputs];
        (Y, SampleWeights, Predictions, Loss) = (labels, weights, lowered.Outputs, loss);
        context = new(model, training: true, new(X, CallForm.Of(model, [.. CallForm.Positional(model, X)]).Form), new Variable?[X.Length], lowering);
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The inputs of the batch, in the model's order.</summary>
    public Variable[] X { get; }

    /// <summary>The labels of the outputs; null where one has none.</summary>
    public Variable?[] Y { get; }

    /// <summary>The weights of the samples, by output; null where there are none.</summary>
    public Variable?[] SampleWeights { get; }

    /// <summary>The outputs.</summary>
    public Variable[] Predictions { get; }

    /// <summary>What Compile's losses and the penalties of layers add up to.</summary>
    public Variable Loss { get; }

    internal List<(string Name, Variable Value)> Tracked { get; } = [];

    /// <summary>A layer, or the model itself, applied to something in this step, for training; of its results the first.</summary>
    /// <param name="layer">The layer; its weights must be the model's, or already be made.</param>
    /// <param name="inputs">What it is applied to: inputs, labels, results.</param>
    public Variable Call(Layer layer, params Variable[] inputs) => lowering.Lower(layer.ApplyMany(inputs)[0]);

    /// <summary>Uniform random numbers from 0 up to 1 in the shape of a value, of which axis 0 counts samples: others in each step, the same on every engine and after a restart.</summary>
    public Variable RandomUniform(Variable like, Shape? shape = null) => context.RandomUniform(like, shape);

    /// <summary>Standard normal random numbers, as <see cref="RandomUniform"/>.</summary>
    public Variable RandomNormal(Variable like, Shape? shape = null) => context.RandomNormal(like, shape);

    /// <summary>Has the optimizer lower a number by changing weights. Several calls, for weights of their own, make one update together.</summary>
    /// <param name="loss">The number.</param>
    /// <param name="weights">The weights that change; by default all that the model trains.</param>
    public void Minimize(Variable loss, IEnumerable<Parameter>? weights = null)
    {
        Parameter[] changed = [.. weights ?? Model.TrainableWeights];
        if (changed.FirstOrDefault(w => !Model.TrainableWeights.Contains(w)) is { } foreign) throw new ArgumentException($"Minimize: {foreign} is no weight that {Model.Name} trains. Expected some of its TrainableWeights. Make its layer a layer of the model.");
        if (changed.FirstOrDefault(w => minimized.Exists(m => m.Weights.Contains(w))) is { } twice) throw new ArgumentException($"Minimize: {twice} is to change by two numbers. Expected one for each weight. Add them.");
        minimized.Add((loss, changed));
    }

    /// <summary>A number that logs show, as the mean over batches.</summary>
    public void Track(string name, Variable value) => Tracked.Add((name, value));

    /// <summary>What is minimised in all: the loss of the logs.</summary>
    internal Variable Total => minimized.Count == 0
        ? throw new InvalidOperationException($"TrainStep: that of {Model.Name} minimises nothing. Expected a call of Minimize.")
        : minimized.Select(m => m.Loss).Aggregate((a, b) => a + AutoGrad.Cast(b, a.DType));

    /// <summary>Whether it is the step of every model.</summary>
    internal bool IsPlain => Tracked.Count == 0 && minimized is [var (loss, weights)] && loss == Loss && weights.SequenceEqual(Model.TrainableWeights);

    /// <summary>Weights and their gradients of the scaled losses, in the order of the model's weights.</summary>
    internal (Parameter Weight, Variable Gradient)[] Gradients(Optimizer optimizer)
    {
        var found = new Dictionary<Parameter, Variable?>();
        foreach (var (loss, weights) in minimized)
            foreach (var (weight, gradient) in weights.Zip(Autograd.Graph.Gradients.Of([optimizer.Scaled(loss)], [.. weights.Select(w => w.Variable)]))) found[weight] = gradient;
        return [.. Model.TrainableWeights.Where(w => found.GetValueOrDefault(w) is not null).Select(w => (w, found[w]!))];
    }
}
