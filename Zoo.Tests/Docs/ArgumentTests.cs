using System.Globalization;
using System.Reflection;
using NUnit.Framework;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Docs;

/// <summary>Every argument of the constructors of Keras' layers is one here, with Keras' default, or named in docs/coverage.md with what stands in its place.</summary>
public class ArgumentTests
{
    /// <summary>Arguments that are no part of a configuration, and how one does the same.</summary>
    static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["Bidirectional.weights"] = "Keras 3 does nothing with it; set the values of its Weights once it is built",
        ["MaxNumBoundingBoxes.fill_value"] = "bounding boxes are no inputs of models here",
        ["EinsumDense.gptq_unpacked_column_size"] = "of quantised layers, which are absent",
    };

    /// <summary>Values for arguments that have no default.</summary>
    static readonly Dictionary<string, object?> Samples = new()
    {
        ["activation"] = "relu",
        ["rate"] = 0.5,
        ["stddev"] = 0.5,
        ["height"] = 4L,
        ["width"] = 4L,
        ["filters"] = 2L,
        ["kernel_size"] = 2L,
        ["pool_size"] = 2L,
        ["output_size"] = 2L,
        ["units"] = 3L,
        ["axes"] = 1L,
        ["equation"] = "ab,bc->ac",
        ["output_shape"] = 3L,
        ["input_dim"] = 3L,
        ["output_dim"] = 2L,
        ["head_dim"] = 2L,
        ["num_query_heads"] = 2L,
        ["num_key_value_heads"] = 1L,
        ["num_bins"] = 3L,
        ["max_number"] = 3L,
        ["num_heads"] = 2L,
        ["key_dim"] = 2L,
        ["dims"] = new List<object?> { 1L },
        ["factor"] = 0.1,
        ["height_factor"] = 0.1,
        ["width_factor"] = 0.1,
        ["n"] = 2L,
        ["scale"] = 2.0,
        ["target_shape"] = new List<object?> { 2L },
        ["num_tokens"] = 3L,
        ["RandomPosterization.factor"] = 4L,
        ["bin_boundaries"] = new List<object?> { 0.5 },
        ["layer"] = Described("LSTM", ("units", 2L)),
        ["cell"] = Described("GRUCell", ("units", 2L)),
        ["layers"] = new List<object?>(),
    };

    static IEnumerable<TestCaseData> Classes() => KerasArguments.All.Select(c => new TestCaseData(c.Class, c.Arguments).SetName($"{{m}}({c.Class})"));

    static Dictionary<string, object?> Described(string name, params (string Key, object? Value)[] config) =>
        new() { ["module"] = "keras.layers", ["class_name"] = name, ["registered_name"] = null, ["config"] = config.ToDictionary(c => c.Key, c => c.Value) };

    static Type Of(string name) => KerasRegistry.Find("keras.layers", name, null, typeof(Layer)) ?? throw new AssertionException($"{name} is not here");

    /// <summary>What stands for an argument: a property, one allowed value, or nothing.</summary>
    static (string? Property, object? Inert)? Place(Type type, string argument)
    {
        var form = KerasType.Of(type);
        if (form.Properties.Find(p => p.Key == argument) is { } property) return (property.Property.Name, null);
        if (form.Inert.TryGetValue(argument, out var value)) return (null, value);
        if (type.GetConstructors().Any(c => c.GetParameters().Any(p => KerasNames.Snake(p.Name!) == argument))) return (argument, null);
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(p => KerasNames.Snake(p.Name) == argument && p.SetMethod is { IsPublic: true }) is { } apart ? (apart.Name, null) : null;
    }

    [TestCaseSource(nameof(Classes))]
    public void EveryArgumentIsHereWithKerasDefault(string name, (string Name, string? Default)[] arguments)
    {
        var type = Of(name);
        var needed = arguments.Where(a => a.Default is null || a is { Default: "None", Name: "num_tokens" or "bin_boundaries" });
        var layer = type.GetConstructor([])?.Invoke(null) ?? new KerasReader().Object(Described(name, [.. needed.Select(a => (a.Name, Samples.GetValueOrDefault($"{name}.{a.Name}", Samples.GetValueOrDefault(a.Name))))]), typeof(Layer), name);
        var config = new KerasWriter().Config(layer);
        foreach (var (argument, standard) in arguments)
        {
            Assert.That(Place(type, argument) is not null, Is.Not.EqualTo(Elsewhere.ContainsKey($"{name}.{argument}")), $"{name}.{argument}");
            if (standard is not (null or "None") && config.TryGetValue(argument, out var ours)) Assert.That(Same(standard, ours), $"{name}.{argument} is {Json.Write(ours)} by default, Keras' {standard}");
        }
    }

    /// <summary>Whether a value of a configuration is what Python writes; one number stands for as many as there are axes.</summary>
    static bool Same(string python, object? ours) => ours switch
    {
        bool flag => python == (flag ? "True" : "False"),
        long or double => double.TryParse(python.Replace("1/255.", "0", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var number) && number == Convert.ToDouble(ours, CultureInfo.InvariantCulture),
        string text => text == python,
        Dictionary<string, object?> described => KerasNames.Snake((string)described["class_name"]!) == python,
        List<object?> list => python.Trim('(', ')').Split("),(") is { Length: > 1 } inner ? inner.Length == list.Count && inner.Zip(list).All(p => Same(p.First, p.Second))
            : python.Trim('(', ')').Split(',') is { Length: > 1 } several ? several.Length == list.Count && several.Zip(list).All(p => Same(p.First, p.Second)) : list.TrueForAll(item => Same(python, item)) || list.Count == 2 && Same(python, list[1]),   // a range from its mirror image, or from 0, to the number
        _ => false,
    };

    /// <summary>The section of docs/coverage.md.</summary>
    internal static string Section()
    {
        var all = KerasArguments.All.SelectMany(c => c.Arguments.Select(a => (Full: $"{c.Class}.{a.Name}", Place: Place(Of(c.Class), a.Name)))).ToArray();
        var inert = all.Where(a => a.Place is { Property: null }).GroupBy(a => (Argument: a.Full.Split('.')[1], Value: Json.Write(a.Place!.Value.Inert))).OrderBy(g => g.Key.Argument, StringComparer.Ordinal);
        return $"\n## Arguments of layers\nOf {all.Length} arguments of the constructors of {KerasArguments.All.Count()} layers of Keras {all.Count(a => a.Place is { Property: not null })} are constructor parameters or properties, with Keras' defaults.\n"
            + string.Concat(inert.Select(g => $"- {g.Key.Argument}: only {g.Key.Value} ({string.Join(", ", g.Select(a => a.Full.Split('.')[0]))})\n"))
            + string.Concat(all.Where(a => a.Place is null).Select(a => $"- {a.Full}: {Elsewhere.GetValueOrDefault(a.Full, "absent")}\n"));
    }
}
