using System.Collections.Concurrent;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A C# expression of Variables, with the name under which it was registered, if it was.</summary>
public sealed class LambdaFunction : IKerasValue<LambdaFunction>
{
    static readonly ConcurrentDictionary<string, LambdaFunction> Known = new();
    readonly Func<IReadOnlyList<Variable>, Variable> function;

    LambdaFunction(Func<IReadOnlyList<Variable>, Variable> function, string? name) => (this.function, Name) = (function, name);

    /// <summary>The registered name, or null.</summary>
    public string? Name { get; }

    internal Variable Of(IReadOnlyList<Variable> x) => function(x);

    /// <summary>An expression of any number of inputs.</summary>
    public static LambdaFunction Of(Func<IReadOnlyList<Variable>, Variable> function) => new(function, null);

    /// <summary>Gives an expression a name, by which a Lambda of it can be saved and loaded; do it before loading.</summary>
    /// <returns>The expression with its name, for the constructor.</returns>
    public static LambdaFunction Register(string name, LambdaFunction function) => Known[name] = new(function.function, name);

    /// <summary>The same for an expression of one input.</summary>
    public static LambdaFunction Register(string name, Func<Variable, Variable> function) => Register(name, (LambdaFunction)function);

    /// <summary>An expression of one input.</summary>
    public static implicit operator LambdaFunction(Func<Variable, Variable> function) => new(x => function(x[0]), null);

    /// <summary>An expression of two inputs.</summary>
    public static implicit operator LambdaFunction(Func<Variable, Variable, Variable> function) => new(x => function(x[0], x[1]), null);

    /// <inheritdoc/>
    public object? ToKeras() => Name is null
        ? throw new ModelFileException("Save: a Lambda layer holds a C# expression without a name, which a file cannot hold. Expected a registered one. Write the expression itself between layers (A.Abs(x), a - b), which is stored as Keras' operations, or new Lambda(LambdaFunction.Register(\"my_name\", x => …)), or a class derived from Layer.")
        : new Dictionary<string, object?> { ["module"] = "builtins", ["class_name"] = "function", ["config"] = Name, ["registered_name"] = Name };

    /// <inheritdoc/>
    public static LambdaFunction FromKeras(object? value) => value is Dictionary<string, object?> map && (map.GetValueOrDefault("registered_name") ?? map.GetValueOrDefault("config")) is string name
        ? Known.GetValueOrDefault(name) ?? throw new ArgumentException($"the expression '{name}' is not registered. Call LambdaFunction.Register(\"{name}\", x => …) before loading.")
        : throw new ArgumentException("a Lambda's function is Python code. Expected a registered name. Save it in Python with a registered function.");
}
