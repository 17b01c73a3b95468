using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Layers;

/// <summary>Inputs and weights of a formula, in double precision: <c>x[0][b, i]</c>, <c>w["kernel"][i, j]</c>.</summary>
sealed class Values(NDArray[] arrays, string[] names)
{
    public NDArray this[int index] => arrays[index];

    /// <summary>The weight whose path ends so.</summary>
    public NDArray this[string name] => arrays[Array.FindIndex(names, n => n.EndsWith(name, StringComparison.Ordinal)) is >= 0 and var at ? at : throw new ArgumentException($"no weight '{name}' among {string.Join(", ", names)}")];

    public bool Has(string name) => Array.Exists(names, n => n.EndsWith(name, StringComparison.Ordinal));
}

/// <summary>
/// A layer beside the formula that its test writes out. The results must be the formula's, and the gradients for inputs and weights those that differences of the formula give: so
/// engine, gradients and layer are all judged by the formula alone.
/// </summary>
sealed record FormulaCase(string Name, Func<Layer> Make, NDArray[] Inputs, Func<Values, Values, double[]> Formula)
{
    /// <summary>Whether the formula has a gradient.</summary>
    public bool Smooth { get; init; } = true;

    /// <summary>Inputs by number that get no gradient, though the formula has one.</summary>
    public int[] Stopped { get; init; } = [];

    public override string ToString() => Name;

    /// <summary>Random numbers within ±1, no two the same in all cases' lifetime of a test.</summary>
    public static NDArray Random(int seed, params long[] shape)
    {
        var (random, result) = (new Random(seed), NDArray.Zeros(Shape.Create(shape)));
        for (var i = 0; i < result.Count; i++) result.SetNumber(i, random.NextDouble() * 2 - 1);
        return result;
    }

    /// <summary>The numbers of a result of a shape, one for each index.</summary>
    public static double[] Each(int[] shape, Func<int[], double> number)
    {
        var result = new double[shape.Aggregate(1, (a, b) => a * b)];
        for (var at = 0; at < result.Length; at++)
        {
            var (index, rest) = (new int[shape.Length], at);
            for (var axis = shape.Length - 1; axis >= 0; axis--) (index[axis], rest) = (rest % shape[axis], rest / shape[axis]);
            result[at] = number(index);
        }
        return result;
    }

    /// <summary>The sum of a number over a range.</summary>
    public static double Sum(int count, Func<int, double> number) => Enumerable.Range(0, count).Sum(number);

    /// <summary>An element, or 0 outside.</summary>
    public static double At(NDArray a, params ReadOnlySpan<int> index)
    {
        for (var i = 0; i < index.Length; i++)
            if (index[i] < 0 || index[i] >= a.Shape[i]) return 0;
        return a[index];
    }

    /// <summary>A model of the layer alone, with random weights.</summary>
    public Model Model()
    {
        var layer = Make();
        Variable[] inputs = [.. Inputs.Select((x, i) => K.Input(x.Shape[1..], $"in{i}", x.DType))];
        var outputs = layer.ApplyMany(inputs);
        Model model = inputs.Length == 1 && outputs.Length == 1 ? new(inputs[0], outputs[0]) : new(inputs, outputs);
        for (var i = 0; i < model.Weights.Count; i++)
        {
            var value = Random(100 + i, model.Weights[i].Shape.ToArray());
            for (var e = 0; e < value.Count && model.Weights[i].Name.EndsWith("variance", StringComparison.Ordinal); e++) value.SetNumber(e, value.Number(e) + 2);
            model.Weights[i].Value = value;
        }
        return model;
    }

    public void CheckValuesAndGradients(string engine = "embedded")
    {
        var model = Model();
        var lowered = model.Lower(training: false);
        var smooth = Smooth ? model.Inputs.Where((x, i) => x.DType.IsFloat() && !Stopped.Contains(i)).ToArray() : [];
        var (x, w) = (Of([.. Inputs]), Of([.. model.Weights.Select(p => p.Value)], [.. model.Weights.Select(p => p.Path)]));
        var wanted = Formula(x, w);
        // sum of results times fixed numbers: its gradient has all of the layer's
        var cotangents = lowered.Outputs.Select((o, i) => Random(200 + i, [Inputs[0].Shape[0], .. o.Shape[1..]])).ToArray();
        var fetches = lowered.Outputs.ToList();
        if (Smooth)
        {
            var objective = lowered.Outputs.Select((o, i) => A.Sum(o * A.Constant(cotangents[i]))).Aggregate((a, b) => a + b);
            fetches.AddRange(A.Gradients(objective, [.. smooth, .. model.Weights.Select(p => p.Variable)]));
        }
        var results = ModelRuns.Run(engine, [.. model.Inputs], [.. fetches], Inputs);
        Assert.That(results.Take(lowered.Outputs.Length).SelectMany(Numbers), Is.EqualTo(wanted).Within(2e-5), "results");
        if (!Smooth) return;
        double[] seeds = [.. cotangents.SelectMany(Numbers)];
        var found = new Queue<NDArray>(results.Skip(lowered.Outputs.Length));
        for (var i = 0; i < Inputs.Length; i++)
            if (Array.IndexOf(smooth, model.Inputs.Values[i]) >= 0) Compare(x[i], found.Dequeue(), $"gradient of input {i}");
        for (var i = 0; i < model.Weights.Count; i++) Compare(w[i], found.Dequeue(), $"gradient of {model.Weights[i].Path}");

        void Compare(NDArray of, NDArray gradient, string what)
        {
            var differences = new double[of.Count];
            for (var e = 0; e < of.Count; e++)
            {
                var value = of.Number(e);
                of.SetNumber(e, value + 1e-5);
                var above = Formula(x, w).Zip(seeds, (a, b) => a * b).Sum();
                of.SetNumber(e, value - 1e-5);
                differences[e] = (above - Formula(x, w).Zip(seeds, (a, b) => a * b).Sum()) / 2e-5;
                of.SetNumber(e, value);
            }
            Assert.That(Numbers(gradient), Is.EqualTo(differences).Within(2e-4), what);
        }
    }

    public static double[] Numbers(NDArray a) => [.. Enumerable.Range(0, a.Count).Select(a.Number)];

    static Values Of(NDArray[] arrays, string[]? names = null) => new(Array.ConvertAll(arrays, a => a.Cast(DType.Float64).Clone()), names ?? []);
}
