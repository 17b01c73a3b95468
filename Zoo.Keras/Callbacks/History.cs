namespace Zoo.Keras;

/// <summary>What a Fit recorded: one value an epoch under each name (<c>loss</c>, <c>accuracy</c>, <c>val_loss</c>, <c>val_accuracy</c>).</summary>
public sealed class History : Callback
{
    readonly Dictionary<string, List<double>> values = [];
    List<int> epochs = [];
    readonly List<double> waits = [];
    readonly Dictionary<string, List<double>> phases = [];

    /// <summary>The epochs that were recorded, from 0.</summary>
    public IReadOnlyList<int> Epochs => epochs;

    /// <summary>The values of each name, one an epoch.</summary>
    public IReadOnlyDictionary<string, List<double>> Values => values;

    /// <summary>
    /// The seconds of each epoch in which steps waited for the next batch, where batches come from a sequence: 0 where the data keep up. If it is much of the epoch's
    /// time, let more threads make the data (<see cref="Dataset{T}.Map"/>), ahead of their use (<see cref="Dataset{T}.Prefetch"/>).
    /// </summary>
    public IReadOnlyList<double> InputWaits => waits;

    /// <summary>
    /// Milliseconds that each phase of a step took on average, one value an epoch, where a cluster trains: <c>compute</c>, <c>put gradient</c>, <c>aggregate</c>, <c>update</c>,
    /// <c>get weights</c>, as BigDL tells them apart; of the slowest worker of each step. What is sent while gradients are still computed counts as <c>compute</c>.
    /// </summary>
    public IReadOnlyDictionary<string, List<double>> Phases => phases;

    internal void Took(IReadOnlyDictionary<string, double> times)
    {
        foreach (var (name, milliseconds) in times)
        {
            if (!phases.TryGetValue(name, out var list)) phases[name] = list = [];
            list.Add(milliseconds);
        }
    }

    internal void Wait(TimeSpan time) => waits.Add(time.TotalSeconds);

    /// <summary>The values of a name.</summary>
    /// <exception cref="KeyNotFoundException">Nothing was recorded under it; the message lists all names.</exception>
    public IReadOnlyList<double> this[string name] => values.TryGetValue(name, out var list) ? list
        : throw new KeyNotFoundException($"History: there is no '{name}'. Expected one of {string.Join(", ", values.Keys)}.");

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs)
    {
        values.Clear();
        epochs.Clear();
        waits.Clear();
        phases.Clear();
    }

    /// <inheritdoc/>
    protected internal override void Remember(CallbackMemory memory)
    {
        memory.Keep("epochs", ref epochs);
        List<string> names = [.. values.Keys];
        memory.Keep("names", ref names);
        foreach (var name in names)
        {
            var list = values.GetValueOrDefault(name) ?? [];
            memory.Keep($"values/{name}", ref list);
            values[name] = list;
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        epochs.Add(epoch);
        foreach (var (name, value) in logs) Add(name, value);
    }

    internal void Add(string name, double value)
    {
        if (!values.TryGetValue(name, out var list)) values[name] = list = [];
        list.Add(value);
    }
}
