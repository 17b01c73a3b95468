using System.Collections.Concurrent;
using System.Reflection;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>
/// The classes that may stand in files. This library's own are known; a class of a user is made known once, before loading:
/// <c>KerasRegistry.Register&lt;Gate&gt;();</c>. Nothing else is ever constructed from a file.
/// </summary>
public static class KerasRegistry
{
    static readonly Lazy<Dictionary<(string Module, string Name), Type>> BuiltIn = new(Scan);
    static readonly ConcurrentDictionary<string, Type> Registered = new();
    static readonly ConcurrentDictionary<Type, string> Names = new();

    /// <summary>Makes a class storable and loadable.</summary>
    /// <typeparam name="T">The class; <see cref="KerasObjectAttribute"/> may give its package and name.</typeparam>
    /// <param name="package">The package, if the attribute does not give one; Python's counterpart is registered under the same.</param>
    /// <param name="name">The name, by default that of the class.</param>
    public static void Register<T>(string? package = null, string? name = null) where T : class => Register(typeof(T), package, name);

    /// <summary>Makes all classes of an assembly storable and loadable that have a <see cref="KerasObjectAttribute"/>.</summary>
    internal static void Register(Assembly assembly)
    {
        foreach (var type in assembly.GetTypes())
            if (!type.IsAbstract && type.IsDefined(typeof(KerasObjectAttribute), inherit: false)) Register(type, null, null);
    }

    static void Register(Type type, string? package, string? name)
    {
        var attribute = type.GetCustomAttribute<KerasObjectAttribute>(inherit: false);
        if (attribute?.Module is not null) return;
        var registered = $"{package ?? attribute?.Package ?? "Custom"}>{name ?? attribute?.ClassName ?? type.Name}";
        var holder = Registered.GetOrAdd(registered, type);
        if (holder != type)
            throw new ArgumentException($"KerasRegistry: '{registered}' is already {holder}. Expected another name or package for {type}.");
        Names[type] = registered;
    }

    /// <summary>The name under which a class of a user is stored, or null where it has none.</summary>
    internal static string? NameOf(Type type)
    {
        if (Names.TryGetValue(type, out var name)) return name;
        return type.GetCustomAttribute<KerasObjectAttribute>(inherit: false) is { Module: null } attribute ? $"{attribute.Package}>{attribute.ClassName ?? type.Name}" : null;
    }

    /// <summary>Whether objects of a class can be stored.</summary>
    internal static bool Knows(Type type) => type.IsDefined(typeof(KerasObjectAttribute), inherit: false) || Names.ContainsKey(type);

    /// <summary>The class that a file names; null where it is unknown. Files of other versions may name another module, so the class name decides
    /// where it is unique among what fits.</summary>
    internal static Type? Find(string? module, string name, string? registered, Type target)
    {
        if (registered is not null && (Registered.TryGetValue(registered, out var user) || BuiltIn.Value.TryGetValue(("", registered), out user))) return user;
        if (module is not null && BuiltIn.Value.TryGetValue((module, name), out var type)) return type;
        var fitting = BuiltIn.Value.Where(pair => pair.Key.Name == name && target.IsAssignableFrom(pair.Value)).Select(pair => pair.Value).Distinct().ToList();
        return fitting.Count == 1 && (module is null || module.StartsWith("keras", StringComparison.Ordinal)) ? fitting[0] : null;
    }

    /// <summary>
    /// An object of a class that Keras names by a word, with the defaults of its constructor: <c>he_normal</c>, <c>HeNormal</c>, <c>rmsprop</c>. A new class
    /// needs no list: its name is enough.
    /// </summary>
    /// <exception cref="ArgumentException">No class has the name; the message lists all.</exception>
    internal static T Named<T>(string what, string name, IReadOnlyDictionary<string, string>? aliases = null) where T : class
    {
        var type = Find<T>(name, aliases)
            ?? throw new ArgumentException($"{what}: '{name}' is not known. Expected one of {string.Join(", ", Fitting<T>().Select(t => Words(t)[0]).Order(StringComparer.Ordinal))}, or an object.");
        var constructor = type.GetConstructors().FirstOrDefault(c => c.GetParameters().All(p => p.HasDefaultValue))
            ?? throw new ArgumentException($"{what}: {type.Name} needs arguments. Expected an object: new {type.Name}(…).");
        return (T)KerasValue.Invoke(() => constructor.Invoke([.. constructor.GetParameters().Select(p => p.DefaultValue is null && p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : p.DefaultValue)]));
    }

    /// <summary>Whether Keras has a name for a kind of object.</summary>
    internal static bool Has<T>(string name, IReadOnlyDictionary<string, string>? aliases = null) where T : class => Find<T>(name, aliases) is not null;

    static IEnumerable<Type> Fitting<T>() => BuiltIn.Value.Values.Where(t => typeof(T).IsAssignableFrom(t)).Distinct();

    static Type? Find<T>(string name, IReadOnlyDictionary<string, string>? aliases)
    {
        var wanted = aliases?.GetValueOrDefault(name, name) ?? name;
        return Fitting<T>().FirstOrDefault(t => t.Name == wanted || Words(t).Contains(wanted.ToLowerInvariant()));
    }

    // Keras' word for optimizers is the class name in small letters, for everything else the name in snake case.
    static string[] Words(Type type) => typeof(Optimizer).IsAssignableFrom(type) ? [type.Name.ToLowerInvariant()] : [KerasNames.Snake(type.Name), type.Name.ToLowerInvariant()];

    static Dictionary<(string, string), Type> Scan()
    {
        var found = new Dictionary<(string, string), Type>();
        foreach (var type in typeof(KerasRegistry).Assembly.GetTypes())
            if (type.GetCustomAttribute<KerasObjectAttribute>(inherit: false) is { } attribute && !type.IsAbstract)
                found.Add(attribute.Module is { } module ? (module, attribute.ClassName ?? type.Name) : ("", NameOf(type)!), type);
        return found;
    }
}
