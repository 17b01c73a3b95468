using Zoo.Keras.Metrics;

namespace Zoo.Keras;

/// <summary>A metric as Compile takes it: Keras' name, a <see cref="Metric"/>, or a formula of (labels, predictions); converts from each.</summary>
public sealed class MetricFunction : IKerasValue<MetricFunction>
{
    static readonly Dictionary<string, Func<string, Metric>> Named = new()
    {
        ["binary_accuracy"] = n => new BinaryAccuracy { Name = n },
        ["categorical_accuracy"] = n => new CategoricalAccuracy { Name = n },
        ["sparse_categorical_accuracy"] = n => new SparseCategoricalAccuracy { Name = n },
        ["top_k_categorical_accuracy"] = n => new TopKCategoricalAccuracy { Name = n },
        ["sparse_top_k_categorical_accuracy"] = n => new SparseTopKCategoricalAccuracy { Name = n },
        ["mean_squared_error"] = n => new Metrics.MeanSquaredError { Name = n },
        ["mean_absolute_error"] = n => new Metrics.MeanAbsoluteError { Name = n },
        ["binary_crossentropy"] = n => new Metrics.BinaryCrossentropy { Name = n },
        ["categorical_crossentropy"] = n => new Metrics.CategoricalCrossentropy { Name = n },
        ["sparse_categorical_crossentropy"] = n => new Metrics.SparseCategoricalCrossentropy { Name = n },
    };

    static readonly Dictionary<string, string> Short = new()
    {
        ["mse"] = "mean_squared_error",
        ["MSE"] = "mean_squared_error",
        ["mae"] = "mean_absolute_error",
        ["MAE"] = "mean_absolute_error",
        ["bce"] = "binary_crossentropy",
        ["BCE"] = "binary_crossentropy",
    };

    readonly Metric? metric;

    /// <summary>A metric object.</summary>
    public MetricFunction(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        this.metric = metric;
    }

    /// <summary>The metric with a name. What <c>accuracy</c> (<c>acc</c>) and <c>crossentropy</c> (<c>ce</c>) mean follows from the shapes of labels and predictions.</summary>
    /// <exception cref="ArgumentException">No metric has it; the message lists all.</exception>
    public MetricFunction(string name) => Name = name is "accuracy" or "acc" or "crossentropy" or "ce" || Named.ContainsKey(Full(name)) ? name
        : throw new ArgumentException($"metric: '{name}' is not known. Expected one of accuracy, acc, crossentropy, ce, {string.Join(", ", Named.Keys)}, {string.Join(", ", Short.Keys)}, a Metric or a formula (yTrue, yPred) => …");

    /// <summary>A formula of labels and predictions, whose mean is taken.</summary>
    public MetricFunction(Func<Variable, Variable, Variable> formula)
    {
        var name = formula.Method.Name;
        metric = new FormulaMetric(formula) { Name = name.Contains('<') ? "metric" : name };
    }

    /// <summary>The name it was asked for by; null for objects and formulas.</summary>
    public string? Name { get; }

    /// <summary>Whether labels are class numbers, as far as that is clear without their shape.</summary>
    internal bool TakesClasses => metric?.TakesClasses ?? Name!.StartsWith("sparse_", StringComparison.Ordinal);

    /// <summary>The metric for labels and predictions of given shapes.</summary>
    internal Metric For(Shape yTrue, Shape yPred)
    {
        if (metric is not null) return metric;
        var binary = yPred.Rank == 0 || yPred[-1] == 1;
        var sparse = !binary && (yTrue.Rank < yPred.Rank || yTrue[-1] == 1);
        var kind = binary ? "binary_" : sparse ? "sparse_categorical_" : "categorical_";
        return Named[Name switch { "accuracy" or "acc" => kind + "accuracy", "crossentropy" or "ce" => kind + "crossentropy", _ => Full(Name!) }](Name!);
    }

    /// <summary>The metric with a name.</summary>
    public static implicit operator MetricFunction(string name) => new(name);

    /// <summary>A metric object.</summary>
    public static implicit operator MetricFunction(Metric metric) => new(metric);

    /// <summary>A formula as a metric.</summary>
    public static implicit operator MetricFunction(Func<Variable, Variable, Variable> formula) => new(formula);

    /// <inheritdoc/>
    public object? ToKeras() => Name ?? (metric is FormulaMetric formula ? formula.Formula : (object)metric!);

    /// <inheritdoc/>
    public static MetricFunction FromKeras(object? value) => value switch
    {
        string name => new(name),
        Metric metric => new(metric),
        _ => throw new ArgumentException("a metric is a name or an object of keras.metrics."),
    };

    static string Full(string name) => Short.GetValueOrDefault(name, name);
}
