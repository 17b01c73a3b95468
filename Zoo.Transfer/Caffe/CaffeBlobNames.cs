using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>What each blob of a net is while its layers are read: a layer that works in place gives its blob a new value.</summary>
sealed class CaffeBlobNames
{
    readonly Dictionary<string, Variable> current = [];
    readonly HashSet<string> lost = [];

    public Variable? Find(string blob) => current.GetValueOrDefault(blob);

    public void Set(string blob, Variable value)
    {
        current[blob] = value;
        lost.Remove(blob);
    }

    /// <summary>Whether a blob is the result of a layer that could not be read.</summary>
    public bool IsLost(string blob) => lost.Contains(blob);

    public void Lose(LayerParameter layer)
    {
        foreach (var top in layer.Top)
        {
            current.Remove(top);
            lost.Add(top);
        }
    }

    /// <summary>The blobs that no layer takes, in the order in which they were made.</summary>
    public Variable[] Outputs(CaffePlan plan) => [.. plan.Outputs.Select(Find).OfType<Variable>().Distinct()];
}
