using System.Collections.Concurrent;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A C# expression as a layer: <c>new Lambda(x => A.Abs(x))</c>. To be saved it needs a name: <see cref="Register"/>.</summary>
[KerasObject("keras.layers"), KerasInert("output_shape"), KerasInert("mask"), KerasInert("arguments")]
public sealed class Lambda : Layer
{
    /// <summary>An expression of one input.</summary>
    public Lambda(Func<Variable, Variable> function) : this(new LambdaFunction(x => function(x[0]), null)) { }

    /// <summary>An expression of several inputs.</summary>
    public Lambda(Func<IReadOnlyList<Variable>, Variable> function) : this(new LambdaFunction(function, null)) { }

    /// <summary>An expression with a name, or the one that was registered under a name.</summary>
    public Lambda(LambdaFunction function) => Function = function;

    /// <summary>The expression.</summary>
    public LambdaFunction Function { get; }

    /// <summary>Gives an expression a name, by which a Lambda of it can be saved and loaded; do it before loading.</summary>
    /// <returns>The expression with its name, for the constructor.</returns>
    public static LambdaFunction Register(string name, Func<IReadOnlyList<Variable>, Variable> function) => LambdaFunction.Register(name, function);

    /// <summary>The same for an expression of one input.</summary>
    public static LambdaFunction Register(string name, Func<Variable, Variable> function) => LambdaFunction.Register(name, x => function(x[0]));

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => Function.Of(x);
}

/// <summary>A C# expression of Variables, with the name under which it was registered, if it was.</summary>
public sealed class LambdaFunction : IKerasValue<LambdaFunction>
{
    static readonly ConcurrentDictionary<string, LambdaFunction> Known = new();
    readonly Func<IReadOnlyList<Variable>, Variable> function;

    internal LambdaFunction(Func<IReadOnlyList<Variable>, Variable> function, string? name) => (this.function, Name) = (function, name);

    /// <summary>The registered name, or null.</summary>
    public string? Name { get; }

    internal Variable Of(IReadOnlyList<Variable> x) => function(x);

    internal static LambdaFunction Register(string name, Func<IReadOnlyList<Variable>, Variable> function) => Known[name] = new(function, name);

    /// <inheritdoc/>
    public object? ToKeras() => Name is null
        ? throw new ModelFileException("Save: a Lambda layer holds a C# expression without a name, which a file cannot hold. Expected a registered one. Write new Lambda(Lambda.Register(\"my_name\", x => …)), or a class derived from Layer.")
        : new Dictionary<string, object?> { ["module"] = "builtins", ["class_name"] = "function", ["config"] = Name, ["registered_name"] = Name };

    /// <inheritdoc/>
    public static LambdaFunction FromKeras(object? value) => value is Dictionary<string, object?> map && (map.GetValueOrDefault("registered_name") ?? map.GetValueOrDefault("config")) is string name
        ? Known.GetValueOrDefault(name) ?? throw new ArgumentException($"the expression '{name}' is not registered. Call Lambda.Register(\"{name}\", x => …) before loading.")
        : throw new ArgumentException("a Lambda's function is Python code. Expected a registered name. Save it in Python with a registered function.");
}
