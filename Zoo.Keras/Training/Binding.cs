namespace Zoo.Keras.Training;

/// <summary>Checks data against a model and converts them to the types of its inputs.</summary>
internal static class Binding
{
    internal static NDArray[] Inputs(string caller, Model model, Arrays x)
    {
        var (names, inputs) = (model.InputNames, model.Inputs.Values);
        var given = x.Ordered(names, $"{caller}: x", _ => true);
        var count = given[0]!.Shape.Rank > 0 ? given[0]!.Shape[0] : 0;
        var whole = model.TakesOneBatch;
        return [.. given.Select((a, i) =>
        {
            var (array, wanted) = (a!, inputs[i]);
            if (array.Shape.Rank == 0 || !wanted.Shape.Accepts(array.Shape))
                throw new ShapeException($"{caller}: the input '{names[i]}' was given {array.Shape}. Expected {wanted.Shape}. Reshape the array, or build the model for this shape.") { Expected = wanted.Shape, Actual = array.Shape };
            return Typed(array, wanted.DType, caller, $"input '{names[i]}'", Samples(caller, $"input '{names[i]}'", array, whole ? array.Shape[0] : count));
        })];
    }

    internal static NDArray Labels(string caller, OutputTask task, NDArray given, DType output, long count) =>
        Typed(given, task.TakesClasses ? DType.Int64 : output == DType.Float64 ? output : DType.Float32, caller, $"labels of '{task.Name}'", Samples(caller, $"labels of '{task.Name}'", given, count));

    internal static NDArray Weights(string caller, OutputTask task, NDArray given, long count) =>
        Typed(given, DType.Float32, caller, $"sample weights of '{task.Name}'", Samples(caller, $"sample weights of '{task.Name}'", given, count));

    /// <summary>A weight for each sample by its class: the label, or the place of the largest entry of a one-hot label; 1 for classes that are not named.</summary>
    internal static NDArray ByClass(string caller, OutputTask[] tasks, NDArray?[] labels, NDArray?[] weights, IReadOnlyDictionary<int, double> classWeight)
    {
        if (tasks.Length > 1) throw new ArgumentException($"{caller}: classWeight was given for a model of {tasks.Length} outputs. Expected one output. Use sampleWeight.");
        if (weights[0] is not null) throw new ArgumentException($"{caller}: classWeight and sampleWeight were given. Expected one of them. Multiply the weights yourself.");
        var y = labels[0] ?? throw new ArgumentException($"{caller}: classWeight needs labels. Expected y.");
        var (rows, width) = ((int)y.Shape[0], y.Shape[0] == 0 ? 1 : y.Count / (int)y.Shape[0]);
        if (y.Shape.Rank > 2) throw new ShapeException($"{caller}: classWeight was given for labels of shape {y.Shape}. Expected one class a sample. Use sampleWeight.") { Actual = y.Shape };
        var result = new float[rows];
        for (var i = 0; i < rows; i++)
        {
            var best = 0;
            for (var k = 1; k < width; k++) if (y.Number(i * width + k) > y.Number(i * width + best)) best = k;
            result[i] = (float)classWeight.GetValueOrDefault(width == 1 ? (int)Math.Round(y.Number(i)) : best, 1);
        }
        return NDArray.From(result, [rows]);
    }

    static bool Samples(string caller, string what, NDArray array, long count)
    {
        if (array.Shape.Rank == 0 || array.Shape[0] != count || count == 0)
            throw new ShapeException($"{caller}: the shape of the {what} is {array.Shape}, the first input has {count} samples. Expected the same number in all, at least one.") { Actual = array.Shape };
        return true;
    }

    static NDArray Typed(NDArray array, DType wanted, string caller, string what, bool _)
    {
        if (array.DType == wanted) return array;
        if (array.DType == DType.String || wanted == DType.String || array.DType.IsComplex())
            throw new ArgumentException($"{caller}: the {what} is {array.DType.Name()}. Expected {wanted.Name()}. Convert the data first.");
        return array.Cast(wanted);
    }
}
