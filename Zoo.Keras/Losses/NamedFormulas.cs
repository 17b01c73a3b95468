using System.Collections.Concurrent;

namespace Zoo.Keras;

/// <summary>Formulas of labels and predictions to which a program gave names, of losses or of metrics.</summary>
/// <param name="what">Who gives the names, for messages.</param>
/// <param name="isTaken">Whether Keras has a name.</param>
sealed class NamedFormulas(string what, Func<string, bool> isTaken)
{
    readonly ConcurrentDictionary<string, Func<Variable, Variable, Variable>> all = new();

    /// <exception cref="ArgumentException">The name is empty or one of Keras'.</exception>
    internal void Add(string name, Func<Variable, Variable, Variable> formula)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(formula);
        if (isTaken(name)) throw new ArgumentException($"{what}: '{name}' is a name of Keras', which would mean something else in its files. Expected another one. Put a word of your own before it: '{name}' -> 'my_{name}'.");
        all[name] = formula;
    }

    internal Func<Variable, Variable, Variable>? Find(string name) => all.GetValueOrDefault(name);
}
