using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Keras.Saving;

/// <summary>One of Keras' Operation classes beside the TensorFlow op that computes it. Ops that several classes share stand in one line each.</summary>
/// <param name="Module">The end of Keras' module: <c>numpy</c>, <c>nn</c>, <c>math</c>, <c>core</c>.</param>
/// <param name="ClassName">Keras' class.</param>
/// <param name="Op">The op as which such a call is written; null for classes that are only read.</param>
sealed record FreeOp(string Module, string ClassName, Op? Op)
{
    /// <summary>The variable from a call's arguments.</summary>
    public required Func<FreeCall, Variable> Read { get; init; }

    /// <summary>The constructor's arguments, from the node.</summary>
    public Func<Node, (string Key, object? Value)[]> Config { get; init; } = _ => [];

    /// <summary>The call's arguments; each Variable goes through the function.</summary>
    public Func<Node, Func<Variable, object?>, List<object?>> Arguments { get; init; } = (node, of) => [.. node.Inputs.Select(of)];

    /// <summary>Why the node cannot be this class although the op is right; null where it can.</summary>
    public Func<Node, string?> Refuses { get; init; } = _ => null;

    /// <summary>The operation as it stands in a file, without its calls.</summary>
    public Dictionary<string, object?> Describe(Node node, string name)
    {
        var config = new Dictionary<string, object?> { ["name"] = name };
        foreach (var (key, value) in Config(node)) config[key] = value;
        return new() { ["module"] = $"keras.src.ops.{Module}", ["class_name"] = ClassName, ["config"] = config, ["registered_name"] = ClassName };
    }

    /// <summary>The whole numbers of an input that is a constant.</summary>
    public static long[] Numbers(Node node, int input)
    {
        if (node[input].Node.Op != StateOps.Const)
            throw new ModelFileException($"Save: {node.Op.Name} outside of a layer takes shape, axes or positions from a computed value, which Keras' operations cannot. Expected constants. Put the expression into a class derived from Layer.");
        var value = (NDArray)node[input].Node.Attrs["value"]!;
        return [.. Enumerable.Range(0, value.Count).Select(i => (long)value.Number(i))];
    }
}

/// <summary>A part of an index, as Python's slice.</summary>
sealed record SliceOfAxis(long? Start, long? Stop, long? Step);

/// <summary>Python's ellipsis in an index.</summary>
sealed record RestOfAxes;

/// <summary>What a file says of one call of an operation.</summary>
/// <param name="Config">The constructor's arguments.</param>
/// <param name="Args">The call's: Variables, NDArrays, numbers, lists, <see cref="SliceOfAxis"/>, <see cref="RestOfAxes"/>.</param>
/// <param name="Where">Names the operation in errors.</param>
sealed record FreeCall(Dictionary<string, object?> Config, List<object?> Args, string Where)
{
    ModelFileException Bad(string what, string expected) => new($"Load: {Where}: {what}. Expected {expected}. Put the expression into a layer, or correct the file.");

    /// <summary>An argument that is a tensor.</summary>
    public Variable this[int index] => index < Args.Count ? Tensor(Args[index], null) : throw Bad($"it has {Args.Count} arguments", $"{index + 1}");

    /// <summary>Two arguments in one type: a number takes that of the other.</summary>
    public (Variable, Variable) Pair(int first = 0)
    {
        if (Args.Count < first + 2) throw Bad($"it has {Args.Count} arguments", $"{first + 2}");
        var (a, b) = (Args[first], Args[first + 1]);
        if (a is not Variable && b is not Variable && first == 0) throw Bad("no argument is a tensor of the model", "one");
        return Same(Tensor(a, b as Variable), Tensor(b, a as Variable));
    }

    /// <summary>The list that is the first argument.</summary>
    public List<Variable> List()
    {
        if (Args is not [List<object?> { Count: > 0 } items]) throw Bad("its argument is no list", "a list of tensors");
        return items.ConvertAll(i => Tensor(i, items.OfType<Variable>().FirstOrDefault()));
    }

    public Variable Tensor(object? value, Variable? like) => value switch
    {
        Variable v => v,
        NDArray array => AutoGrad.Constant(like is not null && array.DType.IsInteger() ? array.Cast(like.DType) : array),
        double number => AutoGrad.Constant(number, like is null || !like.DType.IsFloat() ? DType.Float32 : like.DType),
        long number => AutoGrad.Constant(number, like is null || like.DType == DType.Bool ? DType.Int32 : like.DType),
        bool truth => AutoGrad.Constant(NDArray.Scalar(truth ? 1 : 0, DType.Bool)),
        _ => throw Bad($"an argument is {(value is null ? "null" : value.GetType().Name)}", "a tensor or a number"),
    };

    /// <summary>Both in the wider type: a whole number beside a real one becomes real.</summary>
    static (Variable, Variable) Same(Variable a, Variable b)
    {
        if (a.DType == b.DType) return (a, b);
        var type = Rank(a.DType) >= Rank(b.DType) ? a.DType : b.DType;
        return (AutoGrad.Cast(a, type), AutoGrad.Cast(b, type));
    }

    static int Rank(DType type) => (type == DType.Bool ? 0 : type.IsFloat() ? 200 : 100) + type.Size();

    public long Int(string key, long fallback) => Config.GetValueOrDefault(key) switch { long n => n, null => fallback, var other => throw Bad($"'{key}' is {Json.Write(other)}", "a whole number") };

    public double Real(string key, double fallback) => Config.GetValueOrDefault(key) switch { double d => d, long n => n, null => fallback, var other => throw Bad($"'{key}' is {Json.Write(other)}", "a number") };

    public bool Flag(string key) => Config.GetValueOrDefault(key) is true;

    public string Text(string key) => Config.GetValueOrDefault(key) as string ?? throw Bad($"'{key}' is {Json.Write(Config.GetValueOrDefault(key))}", "a text");

    /// <summary>One number or a list of them; null where the key is null.</summary>
    public long[]? Ints(string key) => Config.GetValueOrDefault(key) switch
    {
        null => null,
        long n => [n],
        List<object?> list when list.TrueForAll(i => i is long or null) => [.. list.Select(i => i is long n ? n : -1)],
        var other => throw Bad($"'{key}' is {Json.Write(other)}", "whole numbers"),
    };

    /// <summary>The axes of a key; all where it is null.</summary>
    public int[] Axes(string key, Variable x) => Ints(key) is { } axes ? Array.ConvertAll(axes, a => (int)a)
        : x.Shape.HasRank ? [.. Enumerable.Range(0, x.Shape.Rank)] : throw Bad($"the rank of {x} is not known", "axes");

    /// <summary>A key that changes the result in a way that is not supported must be null.</summary>
    public void Null(string key)
    {
        if (Config.GetValueOrDefault(key) is { } value) throw Bad($"'{key}' is {Json.Write(value)}, which is not supported", "null");
    }
}
