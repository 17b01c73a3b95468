using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace Zoo.Keras.Graph;

/// <summary>A layer within another, with the name of the member that holds it.</summary>
internal sealed record SubLayer(string Member, Layer Layer);

/// <summary>Finds the layers that are members of a layer, as Keras tracks attributes: fields and automatic properties, also lists and dictionaries of layers.</summary>
internal static class SubLayers
{
    sealed record Member(string Name, FieldInfo Field);

    static readonly ConcurrentDictionary<Type, Member[]> Members = new();

    internal static IReadOnlyList<SubLayer> Of(Layer layer)
    {
        var members = Members.GetOrAdd(layer.GetType(), Find);
        if (members.Length == 0) return [];
        var found = new List<SubLayer>();
        foreach (var (name, field) in members) Collect(name, field.GetValue(layer), found);
        return found;
    }

    /// <summary>Whether a member holds several layers, as a list or a dictionary, not one.</summary>
    internal static bool IsList(Layer layer, string member) =>
        Array.Exists(Members.GetOrAdd(layer.GetType(), Find), m => m.Name == member && !typeof(Layer).IsAssignableFrom(m.Field.FieldType));

    static void Collect(string name, object? value, List<SubLayer> found)
    {
        switch (value)
        {
            case Layer layer when !found.Exists(f => ReferenceEquals(f.Layer, layer)): found.Add(new(name, layer)); break;
            case Layer: break;
            case IDictionary map:
                foreach (var item in map.Values) Collect(name, item, found);
                break;
            case IEnumerable items:
                foreach (var item in items) Collect(name, item, found);
                break;
        }
    }

    static Member[] Find(Type type)
    {
        var chain = new Stack<Type>();
        for (var t = type; t is not null && t != typeof(Layer) && t != typeof(Model); t = t.BaseType) chain.Push(t);
        return [.. chain.SelectMany(Fields).Where(f => Holds(f.FieldType)).Select(f => new Member(MemberName(f), f))];
    }

    /// <summary>The fields that a class itself declares, in the order of the source.</summary>
    static FieldInfo[] Fields(Type type)
    {
        var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
        Array.Sort(fields, (a, b) => a.MetadataToken.CompareTo(b.MetadataToken));
        return fields;
    }

    static bool Holds(Type type) => typeof(Layer).IsAssignableFrom(type) || type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type) && type.GetInterfaces().Append(type)
        .Any(i => i.IsGenericType && (i.GetGenericTypeDefinition() == typeof(IEnumerable<>) && typeof(Layer).IsAssignableFrom(i.GetGenericArguments()[0])
            || i.GetGenericTypeDefinition() == typeof(IDictionary<,>) && typeof(Layer).IsAssignableFrom(i.GetGenericArguments()[1])));

    // <Hidden>k__BackingField is the field of the property Hidden, <units>P that of a primary constructor's parameter.
    static string MemberName(FieldInfo field) => field.GetCustomAttribute<KerasNameAttribute>()?.Key ?? (field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>')] : field.Name.TrimStart('_'));
}
