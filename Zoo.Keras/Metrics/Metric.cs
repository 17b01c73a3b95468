using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>
/// A value that is gathered over batches. Its state is updated by the step's own graph (<see cref="Accumulate"/>) and read only when somebody asks
/// for the result (<see cref="Of"/>). State of parallel parts of a batch is added up.
/// </summary>
public abstract class Metric
{
    readonly List<Parameter> variables = [];
    string? name;
    bool built;
    ISession? reading;
    (Shape[] Shapes, ISession Session)? updating;

    /// <summary>The name under which logs hold it.</summary>
    public string Name { get => name ?? KerasNames.Snake(GetType().Name); init => name = value; }

    /// <summary>The type in which is counted.</summary>
    public DType Dtype { get; init; } = DType.Float32;

    /// <summary>The state, in Keras' order.</summary>
    public IReadOnlyList<Parameter> Variables => variables;

    /// <summary>Whether labels are class numbers.</summary>
    internal virtual bool TakesClasses => false;

    /// <summary>Makes the state, where it depends on the shapes of labels and predictions; called once, before anything else.</summary>
    protected virtual void Build(Shape yTrue, Shape yPred) { }

    /// <summary>Makes the state.</summary>
    internal void BuildOnce(Shape yTrue, Shape yPred)
    {
        if (!built) Build(yTrue, yPred);
        built = true;
    }

    /// <summary>Gives the metric the name by which it was asked for.</summary>
    internal Metric Renamed(string wanted)
    {
        name = wanted;
        return this;
    }

    /// <summary>A part of the state, zeros at first and after a reset.</summary>
    protected Parameter State(string state, Shape? shape = null)
    {
        Parameter made = new(state, shape ?? Shape.Scalar, Dtype, () => NDArray.Zeros(shape ?? Shape.Scalar, Dtype), trainable: false);
        variables.Add(made);
        return made;
    }

    /// <summary>The new values of the state after a batch.</summary>
    /// <param name="yTrue">The labels.</param>
    /// <param name="yPred">The predictions; for metrics of plain values these.</param>
    /// <param name="sampleWeight">Weights of the samples, or null.</param>
    protected internal abstract IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight);

    /// <summary>The same, with the state made where there is none yet.</summary>
    internal IEnumerable<(Parameter Target, Variable Value)> Updates(Variable yTrue, Variable yPred, Variable? sampleWeight)
    {
        BuildOnce(yTrue.Shape, yPred.Shape);
        return Accumulate(yTrue, yPred, sampleWeight);
    }

    /// <summary>The result from the state.</summary>
    protected internal abstract Variable Of();

    /// <summary>Adds a batch.</summary>
    public void UpdateState(NDArray yTrue, NDArray yPred, NDArray? sampleWeight = null)
    {
        NDArray[] feeds = sampleWeight is null ? [yTrue, yPred] : [yTrue, yPred, sampleWeight];
        Shape[] shapes = [.. feeds.Select(f => f.Shape.Rank == 0 ? f.Shape : f.Shape.With(0, Dim.Any))];
        if (updating is not { } ready || !ready.Shapes.SequenceEqual(shapes))
        {
            var inputs = feeds.Select((f, i) => StateOps.Input($"input_{i}", shapes[i], f.DType)).ToArray();
            updating = ready = (shapes, Engines.Default.Compile(new() { Name = Name, Feeds = inputs, Fetches = [], Updates = [.. Updates(inputs[0], inputs[1], inputs.ElementAtOrDefault(2))] }));
        }
        ready.Session.Run(feeds, []);
    }

    /// <summary>The result of the batches so far.</summary>
    public NDArray Result()
    {
        BuildOnce(Shape.Unknown, Shape.Unknown);
        reading ??= Engines.Default.Compile(new() { Name = Name, Feeds = [], Fetches = [Of()] });
        var result = new NDArray?[1];
        reading.Run([], result);
        return result[0]!;
    }

    /// <summary>Forgets all batches.</summary>
    public void ResetState()
    {
        foreach (var state in variables) state.Value = NDArray.Zeros(state.Shape, state.DType);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
