namespace Zoo.Keras.Saving;

/// <summary>Turns the configurations of Keras' files into objects.</summary>
sealed class KerasReader
{
    readonly Dictionary<long, object> shared = [];
    readonly HashSet<object> made = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether models are compiled as their descriptions say.</summary>
    public bool Compiles { get; init; }

    /// <summary>Whether an object stood in the file; layers that a layer makes for itself do not.</summary>
    public bool Made(object value) => made.Contains(value);

    static ModelFileException Bad(string where, string what, string expected, string fix, Exception? inner = null) =>
        new($"Load: {where}: {what}. Expected {expected}. {fix}", inner);

    /// <summary>An object from its module, class name and configuration.</summary>
    /// <param name="json">The description.</param>
    /// <param name="target">What the object must be.</param>
    /// <param name="where">Names it in errors.</param>
    public object Object(Dictionary<string, object?> json, Type target, string where)
    {
        if (json.GetValueOrDefault("shared_object_id") is long id && shared.TryGetValue(id, out var known) && target.IsInstanceOfType(known)) return known;
        var type = TypeOf(json, target, where);
        var spot = $"{where}{(where.Length > 0 ? " " : "")}{type.Name}";
        var config = Config(json, where);
        var value = ModelReader.Model(this, type, config, config.GetValueOrDefault("name") is string name ? $"{spot} '{name}'" : spot) ?? Create(type, config, spot);
        made.Add(value);
        if (value is Model model)
        {
            ModelReader.Build(this, model, json, spot);
            if (Compiles) model.CompileFrom(this, json, spot);
        }
        if (KerasType.Of(type).IsShared && json.GetValueOrDefault("shared_object_id") is long number) shared[number] = value;
        return value;
    }

    public static Dictionary<string, object?> Config(Dictionary<string, object?> json, string where) => json.GetValueOrDefault("config") switch
    {
        Dictionary<string, object?> config => config,
        null => [],
        var other => throw Bad(where, $"its config is {Json.Write(other)}", "an object", "Save the file again."),
    };

    /// <summary>The class that a description names.</summary>
    public static Type TypeOf(Dictionary<string, object?> json, Type target, string where)
    {
        if (json.GetValueOrDefault("class_name") is not string name) throw Bad(where, "a description has no class_name", "module, class_name and config", "Save the file again.");
        var module = json.GetValueOrDefault("module") as string;
        var registered = json.GetValueOrDefault("registered_name") as string;
        if (name == "__lambda__") throw Bad(where, "it holds a Python lambda, which is Python bytecode", "named functions", "Save it in Python with a registered function instead.");
        var type = KerasRegistry.Find(module, name, registered, target);
        if (type is null)
        {
            var user = registered is not null && registered.Contains('>') || module is null || !module.StartsWith("keras", StringComparison.Ordinal);
            throw Bad(where, $"the class '{(user ? registered ?? name : $"{module}.{name}")}' is not known here", "a class of Zoo.Keras or one that was registered",
                $"Write the class in C# and call KerasRegistry.Register<{name}>(\"{(registered ?? "Custom>").Split('>')[0]}\") before loading.");
        }
        return target.IsAssignableFrom(type) ? type : throw Bad(where, $"'{name}' is a {type.Name}", $"a {target.Name}", "Save the file again.");
    }

    /// <summary>An object of a class from its keys: first the constructor, then the settable properties.</summary>
    public object Create(Type type, Dictionary<string, object?> config, string where)
    {
        var form = KerasType.Of(type);
        var constructor = form.Constructor ?? throw new InvalidOperationException($"{type} has no public constructor of which each parameter has a property of the same name.");
        if (config.GetValueOrDefault("name") is string name) where += $" '{name}'";
        CheckKeys(form, config, where);
        var parameters = constructor.GetParameters();
        var arguments = new object?[parameters.Length];
        foreach (var property in form.Properties)
        {
            if (property.Parameter < 0) continue;
            var parameter = parameters[property.Parameter];
            if (config.TryGetValue(property.Key, out var json)) arguments[property.Parameter] = Content(property, json, parameter.ParameterType, where);
            else if (!parameter.HasDefaultValue) throw Bad(where, $"the key '{property.Key}' is missing", "the keys that Keras writes", "Save the file again.");
            else arguments[property.Parameter] = parameter.DefaultValue is null && parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null
                ? Activator.CreateInstance(parameter.ParameterType) : parameter.DefaultValue;
        }
        try
        {
            var value = KerasValue.Invoke(() => constructor.Invoke(arguments));
            foreach (var property in form.Properties)
                if (property.Parameter < 0 && config.TryGetValue(property.Key, out var json))
                {
                    var content = Content(property, json, property.Property.PropertyType, where);
                    if (value is Layer layer && property.Property.Name == nameof(Layer.Trainable)) layer.TrainableAlone = (bool)content!;
                    else KerasValue.Invoke<object?>(() => { property.Property.SetValue(value, content); return null; });
                }
            return value;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException)
        {
            throw Bad(where, $"the configuration is refused: {e.Message}", "values that the class accepts", "Correct the file.", e);
        }
    }

    object? Content(KerasProperty property, object? json, Type target, string where) =>
        Value(json, target, $"{where}, {property.Key}") ?? (property.TakesNull ? null : throw Bad(where, $"the value of '{property.Key}' is null", $"a {target.Name}", "Correct the file."));

    static void CheckKeys(KerasType form, Dictionary<string, object?> config, string where)
    {
        foreach (var (key, json) in config)
        {
            if (form.Properties.Exists(p => p.Key == key)) continue;
            var inert = form.Inert.GetValueOrDefault(key);
            if (json is null || Same(json, inert)) continue;
            throw Bad(where, $"the key '{key}' has the value {Json.Write(json)}, which {form.Type.Name} does not support", form.Inert.ContainsKey(key) ? Json.Write(inert) : "only keys it knows",
                "Save the model without it.");
        }
    }

    /// <summary>Whether a value of a file is the same as one in the code: 1 and 1.0 are for a real number.</summary>
    internal static bool Same(object? json, object? inert) => (json, inert) switch
    {
        (long a, int b) => a == b,
        (double or long, double b) => System.Convert.ToDouble(json, System.Globalization.CultureInfo.InvariantCulture) == b,
        (List<object?> a, Array b) => a.Count == b.Length && a.Zip(b.Cast<object?>()).All(pair => Same(pair.First, pair.Second)),
        _ => Equals(json, inert),
    };

    /// <summary>A value of a given type.</summary>
    public object? Value(object? json, Type target, string where)
    {
        var plain = Nullable.GetUnderlyingType(target) ?? target;
        if (json is null && plain != target) return null;
        if (KerasValue.IsSelfDescribing(plain)) return Self(json, plain, where);
        if (json is null) return !target.IsValueType ? null : throw Bad(where, "it is null", $"a {plain.Name}", "Correct the file.");
        if (plain == typeof(Shape)) return ShapeOf(json, where);
        if (Scalar(json, plain) is { } scalar) return scalar;
        if (json is Dictionary<string, object?> map)
        {
            if (map.GetValueOrDefault("class_name") is "__numpy__" or "__tensor__") return KerasCollections.Numbers(Config(map, where), where);
            if (map.ContainsKey("class_name") && map.ContainsKey("config"))
            {
                var described = Object(map, typeof(object), where);
                if (plain.IsInstanceOfType(described)) return described;
                return KerasValue.Conversion(described.GetType(), plain) is { } convert ? KerasValue.Invoke(() => convert.Invoke(null, [described]))
                    : throw Bad(where, $"it is a {described.GetType().Name}", $"a {plain.Name}", "Correct the file.");
            }
            return KerasCollections.Map(this, map, plain, where) ?? throw Mismatch(json, plain, where);
        }
        if (json is List<object?> list && KerasCollections.List(this, list, plain, where) is { } collection) return collection;
        if (Convert(json, plain, where) is { } converted) return converted;
        return KerasCollections.Single(this, json, plain, where) ?? throw Mismatch(json, plain, where);
    }

    static ModelFileException Mismatch(object? json, Type target, string where) => Bad(where, $"the value is {Json.Write(json)}", $"a {target.Name}", "Correct the file.");

    object? Self(object? json, Type type, string where)
    {
        try { return KerasValue.FromKeras(type, json is Dictionary<string, object?> map && map.ContainsKey("class_name") && map.ContainsKey("config") ? Described(map, where) : json); }
        catch (Exception e) when (e is ArgumentException or InvalidCastException or FormatException)
        {
            throw Bad(where, $"the value {Json.Write(json)} is refused: {e.Message}", $"a {type.Name}", "Correct the file.", e);
        }
    }

    /// <summary>A stored object of a known class; a description of another one is handed on as it is.</summary>
    object Described(Dictionary<string, object?> map, string where) =>
        map["class_name"] is string name && KerasRegistry.Find(map.GetValueOrDefault("module") as string, name, map.GetValueOrDefault("registered_name") as string, typeof(object)) is not null
            ? Object(map, typeof(object), where) : map;

    static Shape ShapeOf(object json, string where)
    {
        if (json is long one and >= 0 and <= int.MaxValue) return [one];
        if (json is not List<object?> list || !list.TrueForAll(d => d is null or long and >= -1 and <= int.MaxValue)) throw Mismatch(json, typeof(Shape), where);
        return Shape.Create([.. list.Select(d => d is long size ? size : Dim.Any)]);
    }

    /// <summary>The dtype of a name, or null.</summary>
    public static DType? DTypeOf(string name)
    {
        foreach (var dtype in Enum.GetValues<DType>())
            if (dtype != DType.Invalid && dtype.Name() == name) return dtype;
        return null;
    }

    static object? Scalar(object json, Type target) => json switch
    {
        _ when target == typeof(object) && json is not (Dictionary<string, object?> or List<object?>) => json,
        bool when target == typeof(bool) => json,
        string when target == typeof(string) => json,
        string s when target == typeof(DType) => DTypeOf(s),
        string s when target.IsEnum => Array.Find(Enum.GetValues(target).Cast<object>().ToArray(), e => KerasNames.Snake(e.ToString()!) == s),
        long or double when target == typeof(double) => System.Convert.ToDouble(json, System.Globalization.CultureInfo.InvariantCulture),
        long or double when target == typeof(float) => System.Convert.ToSingle(json, System.Globalization.CultureInfo.InvariantCulture),
        long n when target == typeof(int) && n is >= int.MinValue and <= int.MaxValue => (int)n,
        double d when target == typeof(int) && d == Math.Truncate(d) && Math.Abs(d) <= int.MaxValue => (int)d,
        long when target == typeof(long) => json,
        double d when target == typeof(long) && d == Math.Truncate(d) && Math.Abs(d) < 1e15 => (long)d,
        _ => null,
    };

    /// <summary>A conversion that the type itself declares: an option from its name, an axis from its number.</summary>
    object? Convert(object json, Type target, string where)
    {
        foreach (var (source, value) in Readings(json))
            if (KerasValue.Conversion(source, target) is { } convert)
            {
                try { return KerasValue.Invoke(() => convert.Invoke(null, [value])); }
                catch (Exception e) when (e is ArgumentException or FormatException)
                {
                    throw Bad(where, $"the value {Json.Write(json)} is refused: {e.Message}", $"a {target.Name}", "Correct the file.", e);
                }
            }
        return null;
    }

    static IEnumerable<(Type, object)> Readings(object json)
    {
        yield return (json.GetType(), json);
        if (json is long n and >= int.MinValue and <= int.MaxValue) yield return (typeof(int), (int)n);
        if (json is long or double)
        {
            yield return (typeof(float), System.Convert.ToSingle(json, System.Globalization.CultureInfo.InvariantCulture));
            yield return (typeof(double), System.Convert.ToDouble(json, System.Globalization.CultureInfo.InvariantCulture));
        }
        if (json is List<object?> list && list.TrueForAll(x => x is long)) yield return (typeof(int[]), list.Select(x => (int)(long)x!).ToArray());
    }
}
