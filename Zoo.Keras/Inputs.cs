using System.Collections;
using Zoo.Keras.Graph;

namespace Zoo.Keras;

/// <summary>What a layer is called with: Variables in order, some of them by name, and options. Stands for the first Variable where one is wanted.</summary>
public sealed class Inputs : IReadOnlyList<Variable>
{
    readonly Variable[] items;
    readonly CallForm form;

    internal Inputs(Variable[] items, CallForm form) => (this.items, this.form) = (items, form);

    /// <summary>How many Variables there are; masks do not count.</summary>
    public int Count => items.Length;

    /// <summary>One of them.</summary>
    public Variable this[int index] => items[index];

    /// <summary>An argument by Keras' name, whether it was given by name or by position; the first of several; null where it is absent.</summary>
    public Variable? this[string name] => List(name) is [var first, ..] ? first : null;

    /// <summary>The Variables of an argument, null where one of several is absent; empty where the argument is.</summary>
    public IReadOnlyList<Variable?> List(string name) => form.Find(name) is { } value ? [.. CallForm.Leaves(value).Select(v => v is InputAt at ? items[at.Index] : null)] : [];

    /// <summary>An argument that is no Variable, such as <c>use_causal_mask</c>.</summary>
    /// <param name="name">Keras' name.</param>
    /// <param name="fallback">Its value where the call does not give it.</param>
    /// <exception cref="ArgumentException">The call gives a value of another kind.</exception>
    public T Option<T>(string name, T fallback) => form.Find(name) switch
    {
        null => fallback,
        T value => value,
        // Python's truth: 0 and 1 stand for false and true.
        long number and (0 or 1) when typeof(T) == typeof(bool) => (T)(object)(number == 1),
        var other => throw new ArgumentException($"{name} is {other}. Expected a {typeof(T).Name}."),
    };

    /// <summary>Whether an argument is a list, be it of one Variable.</summary>
    internal bool IsList(string name) => form.Find(name) is object?[];

    /// <summary>The place of an argument's first Variable, or −1.</summary>
    internal int IndexOf(string name) => CallForm.Leaves(form.Find(name)).OfType<InputAt>().Select(at => at.Index).DefaultIfEmpty(-1).First();

    /// <summary>The first Variable.</summary>
    public static implicit operator Variable(Inputs inputs) => inputs[0];

    /// <inheritdoc/>
    public IEnumerator<Variable> GetEnumerator() => ((IEnumerable<Variable>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
