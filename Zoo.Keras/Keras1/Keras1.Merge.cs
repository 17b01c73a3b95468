using Zoo.Keras.Torch;

namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>Zoo's <c>InternalMM(transA, transB)</c>: a layer of two inputs.</summary>
    public static MM MM(bool transA = false, bool transB = false, string? name = null) => Named(new MM(transA, transB), name);

    /// <summary>Zoo's <c>InternalCAddTable</c>: the sum of several inputs.</summary>
    public static Add CAddTable(string? name = null) => Named(new Add(), name);

    /// <summary>Zoo's <c>InternalCMulTable</c>: the product of several inputs.</summary>
    public static Multiply CMulTable(string? name = null) => Named(new Multiply(), name);

    /// <summary>BigDL's <c>CMaxTable</c>: the largest of several inputs.</summary>
    public static Maximum CMaxTable(string? name = null) => Named(new Maximum(), name);

    /// <summary>The layer of Zoo's <c>Merge</c>, to be applied to several inputs: modes sum, mul, concat, ave, cos, dot, max, sub, div, min.</summary>
    /// <param name="mode">How inputs become one; <c>dot</c> of two matrices gives [batch, 1], <c>cos</c> [batch, 1, 1].</param>
    /// <param name="concatAxis">The axis of concat; the batch is 0, −1 is the last.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">The mode is none of these.</exception>
    public static Layer Merge(string mode = "sum", int concatAxis = -1, string? name = null) => Named<Layer>(mode.ToLowerInvariant() switch
    {
        "sum" => new Add(),
        "mul" => new Multiply(),
        "concat" => new Concatenate(concatAxis),
        "ave" => new Average(),
        "cos" => new Cosine(),
        "dot" => new Dot(1),
        "max" => new Maximum(),
        "sub" => new Subtract(),
        "div" => new CDivTable(),
        "min" => new Minimum(),
        _ => throw new ArgumentException($"Merge: the mode '{mode}' is not known. Expected sum, mul, concat, ave, cos, dot, max, sub, div or min."),
    }, name);

    /// <summary>Zoo's function <c>merge(inputs, mode, concat_axis, name)</c>.</summary>
    public static Variable Merge(IReadOnlyList<Variable> inputs, string mode = "sum", int concatAxis = -1, string? name = null) => Merge(mode, concatAxis, name).Apply([.. inputs]);

    /// <summary>The function <c>maximum(inputs)</c> of Zoo's Keras 2 names.</summary>
    public static Variable Maximum(params Variable[] inputs) => Merge(inputs, "max");

    /// <summary>The function <c>minimum(inputs)</c> of Zoo's Keras 2 names.</summary>
    public static Variable Minimum(params Variable[] inputs) => Merge(inputs, "min");

    /// <summary>The function <c>average(inputs)</c> of Zoo's Keras 2 names.</summary>
    public static Variable Average(params Variable[] inputs) => Merge(inputs, "ave");

    /// <summary>Zoo's <c>Merge(layers, mode, concat_axis)</c>: a model with the inputs of all the layers, each of which has an input shape or is a model.</summary>
    /// <exception cref="ArgumentException">A layer's input is not known, or there are fewer than two.</exception>
    public static Model Merge(IReadOnlyList<Layer> layers, string mode = "sum", int concatAxis = -1, string? name = null)
    {
        if (layers.Count < 2) throw new ArgumentException($"Merge: {layers.Count} layers were given. Expected at least two.");
        var inputs = new List<Variable>();
        var results = new List<Variable>();
        foreach (var layer in layers)
        {
            if (layer is Sequential stack) _ = stack.Layers;   // builds it where its first layer tells the input
            Variable[] own = layer is InputLayer input ? [input.Variable] : layer is Model { IsBuilt: true } model ? [.. model.Inputs.Select(v => K.Input(v.Shape[1..], dtype: v.DType))]
                : layer.InputShape is { } shape ? [K.Input(shape)] : throw new ArgumentException($"Merge: the input of {layer.Name} is not known. Expected an inputShape, or a model with an input.");
            inputs.AddRange(own);
            results.Add(layer is InputLayer ? own[0] : layer.Apply(own));
        }
        return Named(new Model((Variable[])[.. inputs], Merge(mode, concatAxis).Apply([.. results])), name);
    }
}
