namespace Zoo.Keras;

/// <summary>A loss as Compile takes it: Keras' name, a <see cref="Keras.Loss"/>, or a formula of (labels, predictions); converts from each.</summary>
public sealed class LossFunction : IKerasValue<LossFunction>
{
    static readonly NamedFormulas formulas = new("LossFunction.Register", name => IsGeneral(name) || KerasRegistry.Has<Loss>(name, Short));

    /// <summary>A loss object.</summary>
    public LossFunction(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Loss = loss;
    }

    /// <summary>The loss with a name. Which of the cross-entropies <c>crossentropy</c> (<c>ce</c>) is follows from the shapes of labels and predictions.</summary>
    /// <exception cref="ArgumentException">No loss has it; the message lists all.</exception>
    public LossFunction(string name) => (Loss, Name) = (formulas.Find(name) is { } formula ? new CustomLoss(formula) { Name = name } : IsGeneral(name) ? new Crossentropy() : KerasRegistry.Named<Loss>("loss", name, Short), name);

    /// <summary>A formula of labels and predictions that gives one number a sample.</summary>
    public LossFunction(Func<Variable, Variable, Variable> formula) => Loss = new CustomLoss(formula);

    /// <summary>Gives a formula a name, by which Compile knows it and a file holds it; do it before loading.</summary>
    /// <returns>The formula with its name, for Compile.</returns>
    /// <exception cref="ArgumentException">The name is empty or one of Keras'.</exception>
    /// <example><code>model.Compile("adam", LossFunction.Register("near", (yTrue, yPred) => A.Mean(A.Abs(yTrue - yPred), -1)));</code></example>
    public static LossFunction Register(string name, Func<Variable, Variable, Variable> formula)
    {
        formulas.Add(name, formula);
        return new(name);
    }

    /// <summary>Whether what the name means follows from the shapes.</summary>
    static bool IsGeneral(string name) => name is "crossentropy" or "ce";

    /// <summary>The loss.</summary>
    public Loss Loss { get; }

    /// <summary>The name it was asked for by; null for objects.</summary>
    public string? Name { get; }

    /// <summary>The loss with a name.</summary>
    public static implicit operator LossFunction(string name) => new(name);

    /// <summary>A loss object.</summary>
    public static implicit operator LossFunction(Loss loss) => new(loss);

    /// <summary>A formula as a loss.</summary>
    public static implicit operator LossFunction(Func<Variable, Variable, Variable> formula) => new(formula);

    /// <inheritdoc/>
    public object? ToKeras() => Name ?? (Loss is CustomLoss formula ? formula.Formula : (object)Loss);

    /// <inheritdoc/>
    public static LossFunction FromKeras(object? value) => value switch
    {
        string name => new(name),
        Loss loss => new(loss),
        _ => throw new ArgumentException("a loss is a name or an object of keras.losses."),
    };

    /// <summary>Keras' short names of losses and metrics, each in small and in capital letters.</summary>
    internal static IReadOnlyDictionary<string, string> Short { get; } = new[]
    {
        ("bce", "binary_crossentropy"),
        ("kld", "kl_divergence"),
        ("kullback_leibler_divergence", "kl_divergence"),
        ("logcosh", "log_cosh"),
        ("mae", "mean_absolute_error"),
        ("mape", "mean_absolute_percentage_error"),
        ("mse", "mean_squared_error"),
        ("msle", "mean_squared_logarithmic_error"),
    }.SelectMany(n => new[] { n, (n.Item1.ToUpperInvariant(), n.Item2) }).ToDictionary(n => n.Item1, n => n.Item2);
}
