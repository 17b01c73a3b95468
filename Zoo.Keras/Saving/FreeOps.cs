using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Saving;

/// <summary>The one table of ops that may stand in a model without a layer, beside Keras' Operation classes.</summary>
static class FreeOps
{
    static readonly FreeOp[] All =
    [
        .. Unary("numpy", ("Absolute", MathOps.Abs), ("Negative", MathOps.Neg), ("Sign", MathOps.Sign), ("Square", MathOps.Square), ("Sqrt", MathOps.Sqrt),
            ("Reciprocal", MathOps.Reciprocal), ("Exp", MathOps.Exp), ("Expm1", MathOps.Expm1), ("Log", MathOps.Log), ("Log1p", MathOps.Log1p),
            ("Sin", MathOps.Sin), ("Cos", MathOps.Cos), ("Tan", MathOps.Tan), ("Arcsin", MathOps.Asin), ("Arccos", MathOps.Acos), ("Arctan", MathOps.Atan),
            ("Sinh", MathOps.Sinh), ("Cosh", MathOps.Cosh), ("Tanh", MathOps.Tanh), ("Floor", MathOps.Floor), ("Ceil", MathOps.Ceil),
            ("Isnan", CompareOps.IsNan), ("Isinf", CompareOps.IsInf), ("Isfinite", CompareOps.IsFinite), ("LogicalNot", CompareOps.LogicalNot)),
        .. Unary("math", ("Rsqrt", MathOps.Rsqrt), ("Erf", MathOps.Erf)),
        .. Unary("nn", ("Sigmoid", MathOps.Sigmoid), ("Relu", NNOps.Relu), ("Relu6", NNOps.Relu6), ("Selu", NNOps.Selu), ("Softplus", NNOps.Softplus), ("Softsign", NNOps.Softsign)),
        .. Unary("core", ("StopGradient", ArrayOps.StopGradient)),
        .. Binary(("Add", MathOps.Add), ("Subtract", MathOps.Sub), ("Multiply", MathOps.Mul), ("FloorDivide", MathOps.FloorDiv), ("Mod", MathOps.FloorMod), ("Power", MathOps.Pow),
            ("Maximum", MathOps.Maximum), ("Minimum", MathOps.Minimum), ("Arctan2", MathOps.Atan2), ("Equal", CompareOps.Equal), ("NotEqual", CompareOps.NotEqual), ("Less", CompareOps.Less),
            ("LessEqual", CompareOps.LessEqual), ("Greater", CompareOps.Greater), ("GreaterEqual", CompareOps.GreaterEqual), ("LogicalAnd", CompareOps.LogicalAnd), ("LogicalOr", CompareOps.LogicalOr)),
        new("numpy", "TrueDivide", MathOps.RealDiv) { Read = Quotient },
        new("numpy", "Divide", null) { Read = Quotient },
        .. Reductions(("Sum", ReduceOps.Sum, []), ("Mean", ReduceOps.Mean, []), ("Max", ReduceOps.Max, ["initial"]), ("Min", ReduceOps.Min, ["initial"]),
            ("Prod", ReduceOps.Prod, ["dtype"]), ("All", ReduceOps.All_, []), ("Any", ReduceOps.Any, [])),
        new("numpy", "Argmax", ReduceOps.ArgMax) { Config = n => [("axis", FreeOp.Numbers(n, 1)[0]), ("keepdims", false)], Arguments = First, Read = c => Position(c, ReduceOps.ArgMax) },
        new("numpy", "Argmin", ReduceOps.ArgMin) { Config = n => [("axis", FreeOp.Numbers(n, 1)[0]), ("keepdims", false)], Arguments = First, Read = c => Position(c, ReduceOps.ArgMin) },
        new("numpy", "Matmul", LinearOps.MatMul) { Refuses = n => n.Flag("transpose_a") || n.Flag("transpose_b") ? "it transposes its inputs" : null, Read = Product },
        new("numpy", "Matmul", LinearOps.BatchMatMul) { Refuses = n => n.Flag("adj_x") || n.Flag("adj_y") ? "it transposes its inputs" : null, Read = Product },
        new("numpy", "Reshape", ArrayOps.Reshape) { Config = n => [("newshape", List(FreeOp.Numbers(n, 1)))], Arguments = First, Read = c => ArrayOps.Reshape.Call(c[0], A.Ints(c.Ints("newshape") ?? [-1])) },
        new("numpy", "Transpose", ArrayOps.Transpose) { Config = n => [("axes", List(FreeOp.Numbers(n, 1)))], Arguments = First, Read = c => A.Transpose(c[0], c.Ints("axes") ?? [.. c.Axes("axes", c[0]).Reverse().Select(i => (long)i)]) },
        new("numpy", "ExpandDims", ArrayOps.ExpandDims) { Config = n => [("axis", FreeOp.Numbers(n, 1)[0])], Arguments = First, Read = c => A.ExpandDims(c[0], (int)c.Int("axis", 0)) },
        new("numpy", "Squeeze", ArrayOps.Squeeze) { Config = n => [("axis", n.Ints("squeeze_dims") is { Length: > 0 } axes ? List(axes) : null)], Read = c => A.Squeeze(c[0], c.Ints("axis") ?? []) },
        new("numpy", "BroadcastTo", ArrayOps.BroadcastTo) { Config = n => [("shape", List(FreeOp.Numbers(n, 1)))], Arguments = First, Read = c => A.BroadcastTo(c[0], A.Ints(c.Ints("shape") ?? [])) },
        new("numpy", "Concatenate", JoinOps.Concat) { Config = n => [("axis", FreeOp.Numbers(n, n.Inputs.Length - 1)[0])], Arguments = (n, of) => [n.Inputs[..^1].Select(of).ToList()], Read = c => A.Concat(c.List(), (int)c.Int("axis", 0)) },
        new("numpy", "Stack", JoinOps.Pack) { Config = n => [("axis", n.Int("axis"))], Arguments = (n, of) => [n.Inputs.Select(of).ToList()], Read = c => A.Stack(c.List(), (int)c.Int("axis", 0)) },
        new("numpy", "GetItem", SliceOps.StridedSlice) { Arguments = FreeIndex.Write, Read = FreeIndex.Read },
        new("numpy", "Take", IndexOps.Gather)
        {
            Config = n => [("axis", FreeOp.Numbers(n, 2)[0])], Arguments = (n, of) => [of(n[0]), of(n[1])],
            Refuses = n => n.Int("batch_dims") == 0 ? null : "it has batch dimensions", Read = c => A.Gather(c[0], c[1], (int)c.Int("axis", 0)),
        },
        new("numpy", "Where", CompareOps.SelectV2) { Read = c => c.Pair(1) is var (x, y) ? A.Where(c[0].DType == DType.Bool ? c[0] : A.Cast(c[0], DType.Bool), x, y) : null! },
        new("numpy", "Round", MathOps.Rint) { Config = _ => [("decimals", 0L)], Read = c => c.Int("decimals", 0) == 0 ? A.Round(c[0]) : A.Round(c[0] * Math.Pow(10, c.Int("decimals", 0))) / Math.Pow(10, c.Int("decimals", 0)) },
        new("numpy", "ZerosLike", ArrayOps.ZerosLike) { Config = _ => [("dtype", null)], Read = c => A.ZerosLike(Plain(c, "dtype")) },
        new("numpy", "OnesLike", ArrayOps.OnesLike) { Config = _ => [("dtype", null)], Read = c => A.OnesLike(Plain(c, "dtype")) },
        new("numpy", "Clip", null) { Read = c => A.Clip(c[0], c.Real("x_min", double.NegativeInfinity), c.Real("x_max", double.PositiveInfinity)) },
        new("core", "Cast", CompareOps.Cast) { Config = n => [("dtype", n.Type("DstT").Name())], Read = c => A.Cast(c[0], DTypes.Parse(c.Text("dtype"))) },
        new("nn", "Softmax", NNOps.Softmax) { Config = _ => [("axis", -1L)], Read = c => A.Softmax(c[0], (int)c.Int("axis", -1)) },
        new("nn", "LogSoftmax", NNOps.LogSoftmax) { Config = _ => [("axis", -1L)], Read = c => A.LogSoftmax(c[0], (int)c.Int("axis", -1)) },
        new("nn", "Elu", NNOps.Elu) { Config = _ => [("alpha", 1.0)], Read = c => c.Real("alpha", 1) == 1 ? A.Elu(c[0]) : A.Where(c[0] > 0, c[0], A.Expm1(c[0]) * c.Real("alpha", 1)) },
        new("nn", "LeakyRelu", NNOps.LeakyRelu) { Config = n => [("negative_slope", n.Float("alpha"))], Read = c => A.LeakyRelu(c[0], c.Real("negative_slope", 0.2)) },
        .. new[] { "Silu", "HardSigmoid", "HardSilu", "HardTanh", "LogSigmoid", "TanhShrink", "Squareplus" }.Select(name => new FreeOp("nn", name, null) { Read = c => new ActivationFunction(KerasNames.Snake(name)).Of(c[0]) }),
    ];

    static readonly Dictionary<string, FreeOp> ByClass = All.DistinctBy(o => o.ClassName).ToDictionary(o => o.ClassName);
    static readonly ILookup<Op, FreeOp> ByOp = All.Where(o => o.Op is not null).ToLookup(o => o.Op!);

    /// <summary>The table.</summary>
    public static IReadOnlyList<FreeOp> Classes => All;

    /// <summary>Keras' class for a node, or null.</summary>
    public static FreeOp? Find(Node node) => ByOp[node.Op].FirstOrDefault(o => o.Refuses(node) is null);

    /// <summary>Keras' class for a node.</summary>
    /// <exception cref="ModelFileException">There is none.</exception>
    public static FreeOp Of(Node node)
    {
        if (Find(node) is { } found) return found;
        var why = ByOp[node.Op].Select(o => o.Refuses(node)).FirstOrDefault() is { } reason ? $"the op {node.Op.Name}, here refused because {reason}" : $"the op {node.Op.Name}, for which Keras has no operation";
        throw new ModelFileException($"Save: the model uses, outside of a layer, {why}. Expected one of {string.Join(", ", ByClass.Keys)}. Put the expression into a Lambda with a registered function, or into a class derived from Layer.");
    }

    /// <summary>Whether a description is that of an operation, not of a layer.</summary>
    public static bool Describes(Dictionary<string, object?> json) => json.GetValueOrDefault("module") is string module && (module.StartsWith("keras.src.ops.", StringComparison.Ordinal) || module.StartsWith("keras.ops", StringComparison.Ordinal));

    /// <summary>The operation of a class that stands in a file.</summary>
    public static FreeOp Named(string className, string where) => ByClass.GetValueOrDefault(className)
        ?? throw new ModelFileException($"Load: {where}: Keras' operation '{className}' is not known here. Expected one of {string.Join(", ", ByClass.Keys)}. Put the expression into a layer before saving.");

    static IEnumerable<FreeOp> Unary(string module, params (string Class, Op Op)[] ops) => ops.Select(o => new FreeOp(module, o.Class, o.Op) { Read = c => o.Op.Call(c[0]) });

    static IEnumerable<FreeOp> Binary(params (string Class, Op Op)[] ops) => ops.Select(o => new FreeOp("numpy", o.Class, o.Op) { Read = c => c.Pair() is var (x, y) ? o.Op.Call(x, y) : null! });

    static IEnumerable<FreeOp> Reductions(params (string Class, Op Op, string[] More)[] ops) => ops.Select(o => new FreeOp("numpy", o.Class, o.Op)
    {
        Config = n => [("axis", AxesOf(n)), ("keepdims", n.Flag("keep_dims")), .. o.More.Select(key => (key, (object?)null))],
        Arguments = First,
        Read = c =>
        {
            foreach (var key in o.More) c.Null(key);
            return o.Op.Call([c[0], A.Constant(NDArray.From(c.Axes("axis", c[0])))], ("keep_dims", c.Flag("keepdims")));
        },
    });

    static object? AxesOf(Node node)
    {
        var axes = FreeOp.Numbers(node, 1);
        return node[0].Shape.HasRank && axes.Length == node[0].Shape.Rank && axes.Length != 1 ? null : axes is [var one] ? one : List(axes);
    }

    static List<object?> First(Node node, Func<Variable, object?> of) => [of(node[0])];

    static List<object?> List(long[] numbers) => [.. numbers];

    static Variable Plain(FreeCall call, string key)
    {
        call.Null(key);
        return call[0];
    }

    static Variable Quotient(FreeCall call) => call.Pair() is var (x, y) && x.DType.IsFloat() ? A.Divide(x, y) : A.Divide(A.Cast(call.Pair().Item1, DType.Float32), A.Cast(call.Pair().Item2, DType.Float32));

    static Variable Product(FreeCall call) => call.Pair() is var (x, y) && x.Shape.Rank == 2 && y.Shape.Rank == 2 ? A.MatMul(x, y) : A.BatchMatMul(call.Pair().Item1, call.Pair().Item2);

    static Variable Position(FreeCall call, Op op)
    {
        var x = call.Ints("axis") is null ? A.Reshape(call[0], [-1]) : call[0];
        var found = op.Call([x, A.Constant(call.Int("axis", 0), DType.Int32)], ("output_type", DType.Int32));
        return call.Flag("keepdims") ? A.ExpandDims(found, (int)call.Int("axis", 0)) : found;
    }
}
