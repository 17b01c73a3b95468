using System.Collections.Frozen;
using System.Reflection;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>
/// All ops, by TensorFlow's name: every static field of this folder's classes that holds an op, or a list of ops. So a new op is its field, and nothing else.
/// </summary>
internal static class Registry
{
    internal static FrozenDictionary<string, Op> All { get; } = Found().Where(op => op.Name[0] != '_').ToFrozenDictionary(op => op.Name);

    /// <summary>Ops of ours that TensorFlow lacks, whose names begin with _: graphs for it hold their bodies.</summary>
    internal static FrozenDictionary<string, Op> Composites { get; } = Found().Where(op => op.Body is not null).ToFrozenDictionary(op => op.Name);

    internal static Op Get(string name) => All.GetValueOrDefault(name) ?? throw new GraphException($"op: '{name}' is not known. {All.Count} ops are: docs/coverage.md lists them.");

    static IEnumerable<Op> Found() => typeof(Registry).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(Registry).Namespace && !type.ContainsGenericParameters)
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .SelectMany(Held).Distinct();

    static IEnumerable<Op> Held(FieldInfo field) =>
        field.FieldType == typeof(Op) ? [(Op)field.GetValue(null)!]
        : field.FieldType.IsAssignableTo(typeof(IEnumerable<Op>)) ? (IEnumerable<Op>)field.GetValue(null)!
        : [];
}
