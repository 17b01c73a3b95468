namespace Zoo.Keras.Training;

/// <summary>What a Fit recorded: one value an epoch under each name (<c>loss</c>, <c>accuracy</c>, <c>val_loss</c>, <c>val_accuracy</c>).</summary>
public sealed class History
{
    readonly Dictionary<string, List<double>> values = [];

    /// <summary>The values of each name, one an epoch.</summary>
    public IReadOnlyDictionary<string, List<double>> Values => values;

    /// <summary>The values of a name.</summary>
    public IReadOnlyList<double> this[string name] => values[name];

    internal void Add(string name, double value)
    {
        if (!values.TryGetValue(name, out var list)) values[name] = list = [];
        list.Add(value);
    }
}
