namespace Zoo.Keras;

/// <summary>A metric as Compile takes it: Keras' name, a <see cref="Metric"/>, or a formula of (labels, predictions); converts from each.</summary>
public sealed class MetricFunction : IKerasValue<MetricFunction>
{
    static readonly NamedFormulas formulas = new("MetricFunction.Register", name => IsGeneral(name) || KerasRegistry.Has<Metric>(name, LossFunction.Short));
    readonly Metric? metric;

    /// <summary>A metric object.</summary>
    public MetricFunction(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        this.metric = metric;
    }

    /// <summary>The metric with a name. What <c>accuracy</c> (<c>acc</c>) and <c>crossentropy</c> (<c>ce</c>) mean follows from the shapes of labels and predictions.</summary>
    /// <exception cref="ArgumentException">No metric has it, or it needs arguments; the message lists all.</exception>
    public MetricFunction(string name)
    {
        Name = name;
        if (!IsGeneral(name)) metric = Named(name);
    }

    /// <summary>A formula of labels and predictions, whose mean is taken.</summary>
    public MetricFunction(Func<Variable, Variable, Variable> formula)
    {
        var name = formula.Method.Name;
        metric = new FormulaMetric(formula) { Name = name.Contains('<') ? "metric" : name };
    }

    /// <summary>Gives a formula a name, by which Compile knows it and a file holds it; do it before loading.</summary>
    /// <returns>The formula with its name, for Compile.</returns>
    /// <exception cref="ArgumentException">The name is empty or one of Keras'.</exception>
    public static MetricFunction Register(string name, Func<Variable, Variable, Variable> formula)
    {
        formulas.Add(name, formula);
        return new(name);
    }

    /// <summary>The name it was asked for by; null for objects and formulas.</summary>
    public string? Name { get; }

    /// <summary>Whether labels are class numbers, as far as that is clear without their shape.</summary>
    internal bool TakesClasses => metric?.TakesClasses ?? false;

    /// <summary>Whether the name's meaning depends on the shapes.</summary>
    static bool IsGeneral(string name) => name is "accuracy" or "acc" or "crossentropy" or "ce";

    /// <summary>The metric for labels and predictions of given shapes.</summary>
    internal Metric For(Shape yTrue, Shape yPred)
    {
        if (metric is not null) return Name is null ? metric : Named(Name);
        return KerasRegistry.Named<Metric>("metric", Kind(yTrue, yPred) + (Name is "accuracy" or "acc" ? "accuracy" : "crossentropy")).Renamed(Name!);
    }

    static Metric Named(string name) => formulas.Find(name) is { } formula ? new FormulaMetric(formula) { Name = name } : KerasRegistry.Named<Metric>("metric", name, LossFunction.Short).Renamed(name);

    /// <summary>How a name goes on that follows from the shapes of labels and predictions.</summary>
    internal static string Kind(Shape yTrue, Shape yPred) =>
        yPred.Rank == 0 || yPred[-1] == 1 ? "binary_" : yTrue.Rank < yPred.Rank || yTrue[-1] == 1 ? "sparse_categorical_" : "categorical_";

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
}
