using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Zoo.Keras.Saving;

/// <summary>Lists, tuples and dictionaries of configurations as the .NET types that hold them; null where the target is none of them.</summary>
static class KerasCollections
{
    public static object? List(KerasReader reader, List<object?> json, Type target, string where)
    {
        if (target == typeof(object)) return json.ConvertAll(item => reader.Value(item, typeof(object), where));
        if (typeof(ITuple).IsAssignableFrom(target) && target.IsGenericType)
        {
            var parts = target.GetGenericArguments();
            return parts.Length != json.Count ? null : Activator.CreateInstance(target, [.. json.Select((item, i) => reader.Value(item, parts[i], where))]);
        }
        if (ElementOf(target) is not { } element) return null;
        var array = Array.CreateInstance(element, json.Count);
        for (var i = 0; i < json.Count; i++) array.SetValue(reader.Value(json[i], element, $"{where}[{i}]"), i);
        if (target.IsAssignableFrom(array.GetType())) return array;
        var list = typeof(List<>).MakeGenericType(element);
        if (target.IsAssignableFrom(list)) return Activator.CreateInstance(list, array);
        return target == typeof(ImmutableArray<>).MakeGenericType(element)
            ? typeof(ImmutableCollectionsMarshal).GetMethod(nameof(ImmutableCollectionsMarshal.AsImmutableArray))!.MakeGenericMethod(element).Invoke(null, [array]) : null;
    }

    /// <summary>One value where several are held: 3 for a pair means (3, 3), for a list [3].</summary>
    public static object? Single(KerasReader reader, object json, Type target, string where)
    {
        if (json is List<object?> or Dictionary<string, object?> || target == typeof(string)) return null;
        if (typeof(ITuple).IsAssignableFrom(target) && target.IsGenericType) return List(reader, [.. Enumerable.Repeat<object?>(json, target.GetGenericArguments().Length)], target, where);
        return ElementOf(target) is null ? null : List(reader, [json], target, where);
    }

    public static object? Map(KerasReader reader, Dictionary<string, object?> json, Type target, string where)
    {
        var value = target == typeof(object) ? typeof(object)
            : target.IsGenericType && target.GetGenericArguments() is [var key, var item] && key == typeof(string) ? item : null;
        if (value is null) return null;
        var type = typeof(Dictionary<,>).MakeGenericType(typeof(string), value);
        if (!target.IsAssignableFrom(type)) return null;
        var map = (IDictionary)Activator.CreateInstance(type)!;
        foreach (var (name, content) in json) map[name] = reader.Value(content, value, $"{where}['{name}']");
        return map;
    }

    static Type? ElementOf(Type target)
    {
        if (target.IsArray) return target.GetArrayRank() == 1 ? target.GetElementType() : null;
        return target.IsGenericType && typeof(IEnumerable).IsAssignableFrom(target) && target.GetGenericArguments() is [var element] ? element : null;
    }

    /// <summary>An array that stands in a configuration.</summary>
    public static NDArray Numbers(Dictionary<string, object?> config, string where)
    {
        var dims = new List<long>();
        for (var level = config.GetValueOrDefault("value"); level is List<object?> list; level = list.Count > 0 ? list[0] : null) dims.Add(list.Count);
        var flat = new List<double>();
        Flatten(config.GetValueOrDefault("value"));
        if (flat.Count != dims.Aggregate(1L, (a, b) => a * b))
            throw new ModelFileException($"Load: {where}: {flat.Count} numbers do not fill an array of {Shape.Create([.. dims])}. Expected rows of equal length. Correct the file.");
        var dtype = config.GetValueOrDefault("dtype") is string name ? KerasReader.DTypeOf(name) : DType.Float32;
        if (dtype is null or DType.String) throw new ModelFileException($"Load: {where}: arrays of '{config["dtype"]}' cannot stand in a configuration. Expected numbers. Correct the file.");
        var array = NDArray.Zeros(Shape.Create([.. dims]), dtype.Value);
        for (var i = 0; i < flat.Count; i++) array.SetNumber(i, flat[i]);
        return array;

        void Flatten(object? value)
        {
            switch (value)
            {
                case List<object?> list: list.ForEach(Flatten); break;
                case bool truth: flat.Add(truth ? 1 : 0); break;
                case long or double: flat.Add(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)); break;
                default: throw new ModelFileException($"Load: {where}: an array holds {Json.Write(value)}. Expected numbers. Correct the file.");
            }
        }
    }
}
