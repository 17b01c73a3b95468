using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>What losses, metrics and weights by output share.</summary>
internal static class OutputNames
{
    internal static void Check(IEnumerable<string> given, IReadOnlyList<string> outputs, string what)
    {
        foreach (var name in given)
            if (!outputs.Contains(name)) throw new ArgumentException($"Compile: the {what} name '{name}', which is no output. Expected {string.Join(", ", outputs)}.");
    }

    /// <summary>A stored object in place of its description, a function's name in place of its.</summary>
    internal static object? Described<T>(object? value) => value is not Dictionary<string, object?> map || !map.TryGetValue("class_name", out var kind) || !map.TryGetValue("config", out var config) ? value
        : kind is "function" && config is string function ? function : new KerasReader().Object(map, typeof(T), "compile_config");
}
