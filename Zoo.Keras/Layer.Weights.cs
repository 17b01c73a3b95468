namespace Zoo.Keras;

public abstract partial class Layer
{
    /// <summary>The values of all <see cref="Weights"/>, in their order, as copies (Keras' <c>get_weights</c>).</summary>
    public NDArray[] GetWeights() => [.. Weights.Select(w => w.Value)];

    /// <summary>Sets all <see cref="Weights"/>, in their order (Keras' <c>set_weights</c>). Where one does not fit, none is set.</summary>
    /// <param name="weights">An array for each weight, of its shape.</param>
    /// <exception cref="ArgumentException">There are more or fewer arrays than weights; a layer that was not applied yet has none.</exception>
    /// <exception cref="ShapeException">An array has another shape than its weight.</exception>
    public void SetWeights(IReadOnlyList<NDArray> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var mine = Weights;
        if (weights.Count != mine.Count)
            throw new ArgumentException($"SetWeights: {weights.Count} arrays were given for the {mine.Count} weights of {Name}{(mine.Count == 0 ? ", which has none or was not applied to an input yet" : $": {string.Join(", ", mine)}")}. Expected one for each, in this order.");
        for (var i = 0; i < mine.Count; i++)
            if (weights[i].Shape != mine[i].Shape)
                throw new ShapeException($"SetWeights: array {i} has shape {weights[i].Shape}. Expected {mine[i].Shape}, that of {mine[i].Path}. Give the arrays in the order of Weights.") { Expected = mine[i].Shape, Actual = weights[i].Shape };
        NDArray[] values = [.. weights.Select((w, i) => w.DType == mine[i].DType ? w : w.Cast(mine[i].DType))];   // what cannot be cast fails before any is set
        for (var i = 0; i < mine.Count; i++) mine[i].Value = values[i];
    }
}
