using System.Collections.Concurrent;
using System.Reflection;

namespace Zoo.Keras.Graph;

/// <summary>The place of a Variable in the inputs of a call.</summary>
internal readonly record struct InputAt(int Index);

/// <summary>
/// How a call was written: its arguments in order, each with its name where it was given by name. A value is an <see cref="InputAt"/>, a list
/// (<c>object?[]</c>) or dictionary of such, null, or a plain value. Masks stand last among the inputs.
/// </summary>
internal sealed class CallForm
{
    static readonly string[] Single = ["inputs"];
    static readonly ConcurrentDictionary<Type, string[]> ParametersOf = new();
    readonly string[] parameters;

    CallForm(string[] parameters, (string? Name, object? Value)[] arguments, int given) => (this.parameters, Arguments, Given) = (parameters, arguments, given);

    internal (string? Name, object? Value)[] Arguments { get; }

    /// <summary>How many of the inputs are not masks.</summary>
    internal int Given { get; }

    /// <summary>The form of a call with Variables in place of their numbers, and these Variables in the order of the inputs.</summary>
    internal static (CallForm Form, Variable[] Inputs) Of(Layer layer, IReadOnlyList<(string? Name, object? Value)> arguments)
    {
        var inputs = new List<Variable>();
        var numbered = new (string? Name, object? Value)[arguments.Count];
        var given = 0;
        foreach (var masks in (bool[])[false, true])
        {
            foreach (var i in Enumerable.Range(0, arguments.Count).OrderBy(i => arguments[i].Name ?? "", StringComparer.Ordinal))   // Keras sorts what is given by name
                if (arguments[i].Name == "mask" == masks) numbered[i] = (arguments[i].Name, Numbered(arguments[i].Value, inputs));
            if (!masks) given = inputs.Count;
        }
        return (new(Parameters(layer), numbered, given), [.. inputs]);
    }

    /// <summary>Inputs given without names: each its own argument where the class has several, else one or a list of them in the first.</summary>
    internal static IEnumerable<(string? Name, object? Value)> Positional(Layer layer, IReadOnlyList<Variable> inputs)
    {
        var names = Parameters(layer);
        for (var i = 0; i < inputs.Count; i++)
        {
            if (i >= names.Length - 1)
            {
                yield return (null, Model(layer, inputs) ?? (i == inputs.Count - 1 ? inputs[i] : inputs.Skip(i).ToArray<object?>()));
                yield break;
            }
            yield return (null, inputs[i]);
        }
    }

    /// <summary>The inputs of a functional model in the form in which it was made.</summary>
    static object? Model(Layer layer, IReadOnlyList<Variable> inputs) => layer is Model { Graph: not null, Inputs: { IsSingle: false } ports } && ports.Values.Length == inputs.Count
        ? ports.Map(v => inputs[Array.IndexOf(ports.Values, v)]) : null;

    static string[] Parameters(Layer layer) => ParametersOf.GetOrAdd(layer.GetType(), t => t.GetCustomAttribute<KerasParametersAttribute>()?.Names ?? Single);

    /// <summary>The inputs without masks, and the mask of each: one that the call gives counts more than one that the input carries.</summary>
    internal (Variable[] Inputs, Variable?[] Masks) Masked(Variable[] inputs, Variable?[] carried)
    {
        var masks = carried[..Given];
        object?[] explicitly = Find("mask") is { } mask ? [.. Leaves(mask)] : [];
        if (explicitly.Length > Given) throw new ShapeException($"{explicitly.Length} masks were given for {Given} inputs. Expected one for each.");
        for (var i = 0; i < explicitly.Length; i++)
            if (explicitly[i] is InputAt at) masks[i] = inputs[at.Index];
        return (inputs[..Given], masks);
    }

    /// <summary>The shapes for which a layer is built: of the arguments that <see cref="KerasParametersAttribute"/> names, by default of the first.</summary>
    internal List<(string Parameter, object? Shape)> BuildShapes(Variable[] inputs) =>
        [.. Named().Where(a => a.Name != "mask" && parameters.Contains(a.Name) && Leaves(a.Value).Any(v => v is InputAt)).OrderBy(a => Array.IndexOf(parameters, a.Name)).Select(a => (a.Name, Map(a.Value, v => v is InputAt at ? inputs[at.Index].Shape : null)))];

    /// <summary>The names under which the first argument and those after it stand.</summary>
    internal IEnumerable<(string Name, object? Value)> Named() => Arguments.Select((a, i) => (a.Name ?? (i < parameters.Length ? parameters[i] : ""), a.Value));

    /// <summary>An argument by name, however it was given; null where it was not.</summary>
    internal object? Find(string name) => Named().FirstOrDefault(a => a.Name == name).Value;

    /// <summary>The value with all its leaves changed.</summary>
    internal static object? Map(object? value, Func<object?, object?> leaf) => value switch
    {
        object?[] list => Array.ConvertAll(list, item => Map(item, leaf)),
        Dictionary<string, object?> map => map.ToDictionary(p => p.Key, p => Map(p.Value, leaf)),
        _ => leaf(value),
    };

    /// <summary>The leaves of a value in Keras' order: dictionaries by their sorted keys.</summary>
    internal static IEnumerable<object?> Leaves(object? value) => value switch
    {
        object?[] list => list.SelectMany(Leaves),
        Dictionary<string, object?> map => map.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => Leaves(p.Value)),
        _ => [value],
    };

    static object? Numbered(object? value, List<Variable> inputs)
    {
        switch (value)
        {
            case Variable x:
                inputs.Add(x);
                return new InputAt(inputs.Count - 1);
            case object?[] list: return Array.ConvertAll(list, item => Numbered(item, inputs));
            case Dictionary<string, object?> map:
                var sorted = map.OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => Numbered(p.Value, inputs));
                return map.ToDictionary(p => p.Key, p => sorted[p.Key]);
            default: return value;
        }
    }
}
