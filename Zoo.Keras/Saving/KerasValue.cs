using System.Collections.Concurrent;
using System.Reflection;

namespace Zoo.Keras.Saving;

/// <summary>Types that describe themselves in files, and option structs: a name with an implicit conversion from string.</summary>
static class KerasValue
{
    static readonly ConcurrentDictionary<Type, (MethodInfo To, MethodInfo From)?> Methods = new();
    static readonly ConcurrentDictionary<(Type Source, Type Target), MethodInfo?> Conversions = new();

    public static bool IsSelfDescribing(Type type) => Find(type) is not null;

    public static object? ToKeras(object value) => Invoke(() => Find(value.GetType())!.Value.To.Invoke(value, null));

    public static object? FromKeras(Type type, object? value) => Invoke(() => Find(type)!.Value.From.Invoke(null, [value]));

    static (MethodInfo To, MethodInfo From)? Find(Type type) => Methods.GetOrAdd(type, static type =>
    {
        // A subclass describes itself through its base: IKerasValue<Layer> on Layer serves every layer.
        var described = type.GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IKerasValue<>));
        if (described is null) return null;
        var self = described.GetGenericArguments()[0];
        var map = self.GetInterfaceMap(typeof(IKerasValue<>).MakeGenericType(self));
        MethodInfo Implementation(string name) => map.TargetMethods[Array.FindIndex(map.InterfaceMethods, m => m.Name == name)];
        return (Implementation(nameof(IKerasValue<>.ToKeras)), Implementation(nameof(IKerasValue<>.FromKeras)));
    });

    /// <summary>The name of an option, or null for other values.</summary>
    public static string? OptionName(object value)
    {
        var type = value.GetType();
        return Conversion(typeof(string), type) is null ? null : type.GetProperty("Name")?.GetValue(value) as string;
    }

    /// <summary>The implicit conversion that a type declares from another, or null.</summary>
    public static MethodInfo? Conversion(Type source, Type target) => Conversions.GetOrAdd((source, target), static pair =>
        pair.Target.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy)
            .FirstOrDefault(m => m.Name == "op_Implicit" && pair.Target.IsAssignableFrom(m.ReturnType) && m.GetParameters()[0].ParameterType.IsAssignableFrom(pair.Source)));

    /// <summary>Calls through reflection with the callee's own exceptions.</summary>
    public static T Invoke<T>(Func<T> call)
    {
        try { return call(); }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }
}
