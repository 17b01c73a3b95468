using System.Collections;
using System.Runtime.CompilerServices;
using Zoo.Keras.Graph;

namespace Zoo.Keras;

/// <summary>
/// The inputs or outputs of a model: one Variable, a list <c>[a, b]</c>, or a dictionary by name. Data come and go in the same form; of Keras' files also lists and dictionaries
/// within one another, whose Variables come and go one after another.
/// </summary>
[CollectionBuilder(typeof(Ports), nameof(Create))]
public sealed class Ports : IEnumerable<Variable>
{
    readonly object? form;

    Ports(object? form)
    {
        this.form = form;
        Values = [.. CallForm.Leaves(form).Cast<Variable>()];
        if (form is Dictionary<string, object?> named && named.Values.All(v => v is Variable)) Keys = [.. named.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The Variables; those of a dictionary in the order of their sorted names, as Keras flattens it.</summary>
    internal Variable[] Values { get; }

    /// <summary>The names of a dictionary of Variables, sorted; else null.</summary>
    internal string[]? Keys { get; }

    /// <summary>Whether it is one Variable, not a list of one.</summary>
    internal bool IsSingle => form is Variable;

    /// <summary>A list.</summary>
    public static Ports Create(ReadOnlySpan<Variable> values) => new(values.ToArray().ToArray<object?>());

    /// <summary>One Variable.</summary>
    public static implicit operator Ports(Variable value) => new(value);

    /// <summary>A list.</summary>
    public static implicit operator Ports(Variable[] values) => Create(values);

    /// <summary>Variables by name.</summary>
    public static implicit operator Ports(Dictionary<string, Variable> named) => new(named.ToDictionary(n => n.Key, object? (n) => n.Value));

    /// <summary>Variables in lists (<c>object?[]</c>) and dictionaries within one another.</summary>
    internal static Ports Of(object? form) => new(form);

    /// <summary>The same form with other contents, dictionaries in their written order.</summary>
    internal object? Map(Func<Variable, object?> of) => CallForm.Map(form, v => of((Variable)v!));

    /// <inheritdoc/>
    public IEnumerator<Variable> GetEnumerator() => ((IEnumerable<Variable>)Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
