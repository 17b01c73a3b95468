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
    ISession? reading;
    (Shape[] Shapes, ISession Session)? updating;

    /// <summary>The name under which logs hold it.</summary>
    public string Name { get => field ?? KerasNames.Snake(GetType().Name); init; }

    /// <summary>The type in which is counted.</summary>
    public DType Dtype { get; init; } = DType.Float32;

    /// <summary>The state, in Keras' order.</summary>
    public IReadOnlyList<Parameter> Variables => variables;

    /// <summary>Whether labels are class numbers.</summary>
    internal virtual bool TakesClasses => false;

    /// <summary>A part of the state, zeros at first and after a reset.</summary>
    protected Parameter State(string name, Shape? shape = null)
    {
        Parameter state = new(name, shape ?? Shape.Scalar, Dtype, () => NDArray.Zeros(shape ?? Shape.Scalar, Dtype), trainable: false);
        variables.Add(state);
        return state;
    }

    /// <summary>The new values of the state after a batch.</summary>
    /// <param name="yTrue">The labels.</param>
    /// <param name="yPred">The predictions; for metrics of plain values these.</param>
    /// <param name="sampleWeight">Weights of the samples, or null.</param>
    protected internal abstract IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight);

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
            updating = ready = (shapes, Engines.Default.Compile(new() { Name = Name, Feeds = inputs, Fetches = [], Updates = [.. Accumulate(inputs[0], inputs[1], inputs.ElementAtOrDefault(2))] }));
        }
        ready.Session.Run(feeds, []);
    }

    /// <summary>The result of the batches so far.</summary>
    public NDArray Result()
    {
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
