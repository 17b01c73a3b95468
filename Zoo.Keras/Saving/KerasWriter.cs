using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Zoo.Keras.Saving;

/// <summary>Turns objects into the configurations of Keras' files.</summary>
sealed class KerasWriter
{
    readonly Dictionary<object, Dictionary<string, object?>> shared = new(ReferenceEqualityComparer.Instance);
    long numbered;

    /// <summary>Layers that a view of the model freezes: files have no views, so that these are written as not trainable.</summary>
    public HashSet<object> Frozen { get; init; } = [];

    /// <summary>Whether training changes a layer, as files say it.</summary>
    public bool Trains(Layer layer) => layer.Trainable && !Frozen.Contains(layer);

    /// <summary>An object with its module, class name and configuration.</summary>
    public Dictionary<string, object?> Object(object value)
    {
        var type = KerasType.Of(value.GetType());
        var registered = type.Module is null ? KerasRegistry.NameOf(type.Type) : null;
        if (type.Module is null && registered is null)
            throw new ModelFileException($"Save: {Name(value)} is a {type.Type.Name}, which no file can name. Expected a class with [KerasObject]. Add the attribute, or call KerasRegistry.Register<{type.Type.Name}>() before saving.");
        var written = new Dictionary<string, object?>
        {
            ["module"] = type.Module,
            ["class_name"] = type.ClassName,
            ["config"] = ModelWriter.Config(this, value),
            // Classes that Keras does not export go by their name.
            ["registered_name"] = type.Module is not null && type.Module.StartsWith("keras.src.", StringComparison.Ordinal) ? type.ClassName : registered,
        };
        if (value is Layer layer) ModelWriter.Complete(this, layer, written);
        return Share(type, value, written);
    }

    /// <summary>An object with an identity that comes again gets a number, here and where it came first.</summary>
    public Dictionary<string, object?> Share(KerasType type, object value, Dictionary<string, object?> written)
    {
        if (!type.IsShared) return written;
        if (shared.TryGetValue(value, out var first))
        {
            if (!first.TryGetValue("shared_object_id", out var id)) first["shared_object_id"] = id = ++numbered;
            written["shared_object_id"] = id;
        }
        else shared.Add(value, written);
        return written;
    }

    /// <summary>The keys of an object.</summary>
    public Dictionary<string, object?> Config(object value)
    {
        var type = KerasType.Of(value.GetType());
        var config = new Dictionary<string, object?>();
        foreach (var property in type.Properties)
        {
            var content = value is Layer layer && property.Property.Name == nameof(Layer.Trainable) ? Trains(layer) : property.Property.GetValue(value);
            if (content is not null || !property.OmitNull) config[property.Key] = Value(content, () => $"{Name(value)}.{property.Property.Name}");
        }
        foreach (var (key, inert) in type.Inert) config[key] = Value(inert, () => key);
        return config;
    }

    /// <summary>Any value of a configuration.</summary>
    /// <param name="value">The value.</param>
    /// <param name="where">Names it in errors.</param>
    public object? Value(object? value, Func<string> where)
    {
        switch (value)
        {
            case null or bool or string or double or long: return value;
            case float real: return (double)real;
            case int or short or sbyte or byte or ushort or uint: return Convert.ToInt64(value, CultureInfo.InvariantCulture);
            case DType dtype: return dtype.Name();
            case Enum: return KerasNames.Snake(value.ToString()!);
            case Shape shape: return shape.HasRank ? shape.Dims.ToArray().Select(d => d < 0 ? null : (object?)d).ToList() : null;
            case NDArray array: return Array(array);
            case Delegate:
                throw new ModelFileException($"Save: {where()} is a C# function, which a file cannot hold. Expected a name or an object with [KerasObject]. Give a loss or a metric a name (LossFunction.Register(\"my_loss\", (yTrue, yPred) => …), MetricFunction.Register), or use a class.");
            case IDictionary map:
                return map.Keys.Cast<object>().ToDictionary(k => Convert.ToString(k, CultureInfo.InvariantCulture)!, k => Value(map[k], () => $"{where()}['{k}']"));
            case ITuple tuple: return Enumerable.Range(0, tuple.Length).Select(i => Value(tuple[i], where)).ToList();
        }
        var type = value.GetType();
        if (KerasValue.IsSelfDescribing(type)) return Value(KerasValue.ToKeras(value), where);
        if (KerasRegistry.Knows(type)) return Object(value);
        if (KerasValue.OptionName(value) is { } option) return option;
        if (value is IEnumerable items) return items.Cast<object?>().Select(item => Value(item, where)).ToList();
        throw new ModelFileException($"Save: {where()} is a {type.Name}, which a file cannot hold. Expected numbers, strings, lists or classes with [KerasObject]. Mark {type.Name} with [KerasObject], or the property with [KerasIgnore].");
    }

    static Dictionary<string, object?> Array(NDArray array) => new()
    {
        ["class_name"] = "__numpy__",
        ["config"] = new Dictionary<string, object?> { ["value"] = Nested(array, 0, 0, array.Count), ["dtype"] = array.DType.Name() },
    };

    static object? Nested(NDArray array, int axis, int from, int count)
    {
        if (axis == array.Shape.Rank)
            return array.DType.IsInteger() ? (long)array.Number(from) : array.DType == DType.Bool ? array.Number(from) != 0 : array.Number(from);
        var size = (int)array.Shape[axis];
        var list = new List<object?>(size);
        for (var i = 0; i < size; i++) list.Add(Nested(array, axis + 1, from + i * (count / size), count / size));
        return list;
    }

    static string Name(object value) =>
        value.GetType().GetProperty("Name", BindingFlags.Public | BindingFlags.Instance)?.GetValue(value) as string is { Length: > 0 } name ? name : value.GetType().Name;
}
