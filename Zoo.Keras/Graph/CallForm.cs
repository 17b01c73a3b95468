using System.Collections.Concurrent;
using System.Reflection;

namespace Zoo.Keras.Graph;

/// <summary>The place of a Variable in the inputs of a call.</summary>
internal readonly record struct InputAt(int Index);

/// <summary>An argument of a call, or of Keras' build, with its name where it was given by name.</summary>
internal sealed record CallArgument(string? Name, object? Value)
{
    public object? Value { get; set; } = Value;
}

/// <summary>
/// How a call was written: its arguments in order, each with its name where it was given by name. A value is an <see cref="InputAt"/>, a list
/// (<c>object?[]</c>) or dictionary of such, null, or a plain value. Masks stand last among the inputs.
/// </summary>
internal sealed class CallForm
{
    static readonly string[] Single = ["inputs"];
    static readonly ConcurrentDictionary<Type, string[]> ParametersOf = new();
    readonly string[] parameters;

    CallForm(string[] parameters, CallArgument[] arguments, int given) => (this.parameters, Arguments, Given) = (parameters, arguments, given);

    internal CallArgument[] Arguments { get; }

    /// <summary>How many of the inputs are not masks.</summary>
    internal int Given { get; }

    /// <summary>The form of a call with Variables in place of their numbers, and these Variables in the order of the inputs.</summary>
    internal static (CallForm Form, Variable[] Inputs) Of(Layer layer, IEnumerable<CallArgument> arguments)
    {
        CallArgument[] all = [.. arguments.Select(a => a with { })];
        var named = all.Where(a => a.Name is not (null or "mask")).ToList();
        named.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));   // Keras sorts what is given by name
        var inputs = new List<Variable>();
        foreach (var argument in all.Where(a => a.Name is null).Concat(named)) argument.Value = Numbered(argument.Value, inputs);
        var given = inputs.Count;
        foreach (var mask in all.Where(a => a.Name == "mask")) mask.Value = Numbered(mask.Value, inputs);
        return (new(Parameters(layer), all, given), [.. inputs]);
    }

    /// <summary>Inputs given without names: each its own argument where the class has several, else one or a list of them in the first.</summary>
    internal static IEnumerable<CallArgument> Positional(Layer layer, IReadOnlyList<Variable> inputs)
    {
        var names = Parameters(layer);
        for (var i = 0; i < inputs.Count; i++)
        {
            if (i >= names.Length - 1)
            {
                yield return new(null, Model(layer, inputs) ?? (i == inputs.Count - 1 ? inputs[i] : inputs.Skip(i).ToArray<object?>()));
                yield break;
            }
            yield return new(null, inputs[i]);
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
    internal List<CallArgument> BuildShapes(Variable[] inputs)
    {
        var shapes = new List<CallArgument>();
        foreach (var parameter in parameters)
            if (parameter != "mask" && Find(parameter) is { } value && Leaves(value).Any(v => v is InputAt)) shapes.Add(new(parameter, Map(value, v => v is InputAt at ? inputs[at.Index].Shape : null)));
        return shapes;
    }

    /// <summary>An argument by name, however it was given; null where it was not.</summary>
    internal object? Find(string name)
    {
        for (var i = 0; i < Arguments.Length; i++)
            if ((Arguments[i].Name ?? (i < parameters.Length ? parameters[i] : "")) == name) return Arguments[i].Value;
        return null;
    }

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
