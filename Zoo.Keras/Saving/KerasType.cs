using System.Collections.Concurrent;
using System.Reflection;

namespace Zoo.Keras.Saving;

/// <summary>One key of a class' configuration: the property it comes from and the constructor parameter it goes to (-1: the property's setter).</summary>
sealed record KerasProperty(string Key, PropertyInfo Property, int Parameter, bool OmitNull)
{
    /// <summary>Whether the place where the value goes is declared to take null.</summary>
    public required bool TakesNull { get; init; }
}

/// <summary>What the configuration of a class consists of, found once by reflection.</summary>
sealed class KerasType
{
    static readonly ConcurrentDictionary<Type, KerasType> Cache = new();
    static readonly ConcurrentDictionary<Type, string> Names = new();

    KerasType(Type type)
    {
        Type = type;
        var attribute = type.GetCustomAttribute<KerasObjectAttribute>(inherit: false);
        (Module, ClassName) = (attribute?.Module, attribute?.ClassName ?? type.Name);
        Inert = type.GetCustomAttributes<KerasInertAttribute>(inherit: true).GroupBy(a => a.Key).ToDictionary(g => g.Key, g => g.First().Value);
        IsShared = type.IsDefined(typeof(KerasSharedAttribute), inherit: true);
        var omitted = type.GetCustomAttributes<KerasOmitAttribute>(inherit: true).Select(a => a.Key).ToHashSet();
        var always = type.GetCustomAttributes<KerasAlwaysAttribute>(inherit: true).Select(a => a.Key).ToHashSet();
        var candidates = Candidates(type);
        Constructor = Choose(type, candidates);
        var parameters = Constructor?.GetParameters() ?? [];
        var nullability = new NullabilityInfoContext();
        foreach (var property in candidates)
        {
            var parameter = Array.FindIndex(parameters, p => string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase));
            if (parameter < 0 && property.SetMethod is not { IsPublic: true }) continue;
            var key = property.GetCustomAttribute<KerasNameAttribute>()?.Key ?? KerasNames.Snake(property.Name);
            if (omitted.Contains(key) || Inert.ContainsKey(key)) continue;
            Properties.RemoveAll(p => p.Key == key);   // a derived class may give a key another property: InputLayer's dtype
            Properties.Add(new(key, property, parameter, property.IsDefined(typeof(KerasOptionalAttribute)) && !always.Contains(key))
            {
                TakesNull = (parameter >= 0 ? nullability.Create(parameters[parameter]) : nullability.Create(property)).WriteState != NullabilityState.NotNull,
            });
        }
    }

    public Type Type { get; }

    /// <summary>Keras' module; null for a class of a user.</summary>
    public string? Module { get; }

    public string ClassName { get; }

    public bool IsShared { get; }

    public ConstructorInfo? Constructor { get; }

    public List<KerasProperty> Properties { get; } = [];

    public Dictionary<string, object?> Inert { get; }

    /// <summary>The name of a class in snake_case; found without all that files need to know of it.</summary>
    public static string NameOf(Type type) => Names.GetOrAdd(type, t => KerasNames.Snake(t.GetCustomAttribute<KerasObjectAttribute>(inherit: false)?.ClassName ?? t.Name));

    public static KerasType Of(Type type) => Cache.GetOrAdd(type, t => new(t));

    /// <summary>The public properties, those of base classes first, each in the order of the source; a redeclared one counts once.</summary>
    static List<PropertyInfo> Candidates(Type type)
    {
        var chain = new Stack<Type>();
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType) chain.Push(t);
        var found = new List<PropertyInfo>();
        foreach (var level in chain)
            foreach (var property in level.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).OrderBy(p => p.MetadataToken))
            {
                var before = found.FindIndex(p => p.Name == property.Name);
                if (property.GetIndexParameters().Length > 0) continue;
                if (before >= 0) found[before] = property;
                else found.Add(property);
            }
        found.RemoveAll(p => p.IsDefined(typeof(KerasIgnoreAttribute), inherit: true) || p.GetMethod is not { IsPublic: true } || p.Name == "EqualityContract");
        return found;
    }

    /// <summary>The constructor with the most parameters of which each has its property; among equals the one with the properties' types.</summary>
    static ConstructorInfo? Choose(Type type, List<PropertyInfo> properties) =>
        type.IsAbstract ? null : type.GetConstructors()
            .Where(c => c.GetParameters().All(p => properties.Exists(q => string.Equals(p.Name, q.Name, StringComparison.OrdinalIgnoreCase))))
            .MaxBy(c => (c.GetParameters().Length, c.GetParameters().Count(p => properties.Exists(q => q.PropertyType == p.ParameterType && string.Equals(p.Name, q.Name, StringComparison.OrdinalIgnoreCase)))));
}
