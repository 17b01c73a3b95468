using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Keras.Training;

namespace Zoo.Keras;

/// <summary>Layers from an input to an output, which can be trained and asked for predictions.</summary>
public partial class Model
{
    Variable? input, output;
    Trainer? trainer;
    ISession? inference;

    /// <summary>A model of everything between an input and an output.</summary>
    public Model(Variable input, Variable output) => Connect(input, output);

    private protected Model() { }

    /// <summary>Weights' first values and the order of samples derive from it.</summary>
    public ulong Seed { get; init; }

    internal Variable Input => input ?? throw NotBuilt();
    internal Variable Output => output ?? throw NotBuilt();
    internal bool IsBuilt => input is not null;

    /// <summary>The layers in the order of the graph, each once.</summary>
    public IReadOnlyList<Layer> Layers => [.. Topology.Sort([Output.Node]).Select(n => n.Tag).OfType<LayerCall>().Select(c => c.Layer).Distinct()];

    /// <summary>All weights, layer by layer.</summary>
    public IReadOnlyList<Parameter> Weights => [.. Layers.SelectMany(l => l.Weights)];

    private protected void Connect(Variable from, Variable to)
    {
        if (from.Node.Op.Name != "Placeholder") throw new GraphException($"Model: {from} is no input. Expected a Variable of K.Input.");
        (input, output) = (from, to);
        var count = new Dictionary<string, int>();
        foreach (var layer in Layers)
        {
            if (!layer.HasName)
            {
                var name = layer.Name;
                var n = count[name] = count.GetValueOrDefault(name, -1) + 1;
                layer.Name = n == 0 ? name : $"{name}_{n}";
            }
            layer.Seed = Seed;
            foreach (var weight in layer.Weights) weight.Path = $"{layer.Name}/{weight.Name}";
        }
    }

    /// <summary>Chooses how to train.</summary>
    /// <param name="optimizer">The rule that changes the weights.</param>
    /// <param name="loss"><c>sparse_categorical_crossentropy</c> (labels are class numbers) or <c>mse</c>.</param>
    public void Compile(Optimizer optimizer, LossFunction loss) => trainer = new(this, optimizer, loss, Engines.Default);

    /// <summary>Trains on arrays.</summary>
    /// <param name="x">Samples; axis 0 counts them.</param>
    /// <param name="y">One label each.</param>
    /// <param name="batchSize">Samples of one step; the last batch may be smaller.</param>
    /// <param name="epochs">How often all samples are seen.</param>
    /// <param name="validationData">Samples that are evaluated after each epoch.</param>
    /// <param name="shuffle">Whether each epoch has an order of its own, which derives from the model's seed.</param>
    /// <param name="verbose">Whether a line is printed after each epoch.</param>
    /// <param name="cancellationToken">Ends training between steps; the weights stay those of the last whole step.</param>
    /// <returns>Loss and accuracy of each epoch.</returns>
    /// <exception cref="InvalidOperationException">Compile was not called.</exception>
    public History Fit(NDArray x, NDArray y, int batchSize = 32, int epochs = 1, (NDArray X, NDArray Y)? validationData = null, bool shuffle = true, bool verbose = true, CancellationToken cancellationToken = default)
    {
        Prepare(x);
        return Compiled("Fit").Fit(x, y, batchSize, epochs, validationData, shuffle, verbose, cancellationToken);
    }

    /// <summary>Loss and accuracy on arrays, without training.</summary>
    public (double Loss, double Accuracy) Evaluate(NDArray x, NDArray y, int batchSize = 32)
    {
        Prepare(x);
        return Compiled("Evaluate").Evaluate(x, y, batchSize);
    }

    /// <summary>The outputs for samples.</summary>
    public NDArray Predict(NDArray x, int batchSize = 32)
    {
        Prepare(x);
        inference ??= Engines.Default.Compile(new() { Feeds = [Input], Fetches = [new KerasLowering(training: false).Lower(Output)], Name = "predict" });
        NDArray? all = null;
        var one = new NDArray?[1];
        foreach (var (at, count) in Batches.Of(x, batchSize))
        {
            one[0] = null;
            inference.Run([x.Rows(at, count).Cast(Input.DType)], one);
            all ??= NDArray.Zeros(one[0]!.Shape.With(0, x.Shape[0]), one[0]!.DType);
            one[0]!.Bytes.CopyTo(all.Rows(at, count).Bytes);
        }
        return all ?? throw new ShapeException($"Predict: {x.Shape} holds no samples. Expected at least one.") { Actual = x.Shape };
    }

    private protected virtual void Prepare(NDArray x) { }

    Trainer Compiled(string caller) => trainer ?? throw new InvalidOperationException($"{caller}: the model has no loss. Call Compile(optimizer, loss) first.");

    static InvalidOperationException NotBuilt() => new("Model: it has no input yet, so its layers have no weights. Give the first layer an InputShape, or call Fit or Predict with data.");
}
