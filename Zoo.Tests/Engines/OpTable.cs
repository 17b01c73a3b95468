using Zoo.Autograd;
using Zoo.Autograd.Graph;

namespace Zoo.Tests.EngineCases;

/// <summary>
/// The variants of each op. Element-wise ops get theirs from their signature; the table holds domains, and the shapes and attributes of the others.
/// </summary>
static partial class OpTable
{
    static readonly Shape small = [3, 4], row = [4], column = [3, 1], cube = [2, 3, 4], wide = [37, 41];

    /// <summary>Where functions are defined, input by input.</summary>
    static readonly Dictionary<string, (double Low, double High)[]> domains = new()
    {
        ["Log"] = [(.1, 3)],
        ["Log1p"] = [(-.8, 3)],
        ["Sqrt"] = [(.1, 3)],
        ["Rsqrt"] = [(.1, 3)],
        ["Reciprocal"] = [(.3, 3)],
        ["Asin"] = [(-.9, .9)],
        ["Acos"] = [(-.9, .9)],
        ["Tan"] = [(-1.2, 1.2)],
        ["RealDiv"] = [(-2, 2), (.3, 3)],
        ["FloorDiv"] = [(-9, 9), (1, 4)],
        ["FloorMod"] = [(-9, 9), (1, 4)],
        ["Pow"] = [(.3, 2.5), (0, 3)],
        ["Xdivy"] = [(-2, 2), (.3, 3)],
        ["Xlogy"] = [(-2, 2), (.1, 3)],
        ["SqrtGrad"] = [(.3, 2), (-2, 2)],
        ["Acosh"] = [(1.2, 3)],
        ["Atanh"] = [(-.9, .9)],
        ["Xlog1py"] = [(-2, 2), (-.8, 3)],
        ["TruncateMod"] = [(-9, 9), (1, 4)],
        ["Digamma"] = [(.3, 4)],
        ["Lgamma"] = [(.3, 4)],
        ["Erfinv"] = [(-.9, .9)],
        ["Ndtri"] = [(.1, .9)],
        ["Igamma"] = [(.5, 5), (.3, 6)],
        ["Igammac"] = [(.5, 5), (.3, 6)],
        ["IgammaGradA"] = [(.5, 5), (.3, 6)],
        ["RandomGammaGrad"] = [(1, 4), (.5, 4)],
        ["BesselI0"] = [(-3, 3)],
        ["BesselI0e"] = [(-3, 3)],
        ["BesselI1"] = [(-3, 3)],
        ["BesselI1e"] = [(-3, 3)],
        ["BesselJ0"] = [(.2, 9)],
        ["BesselJ1"] = [(.2, 9)],
        ["BesselK0"] = [(.3, 4)],
        ["BesselK0e"] = [(.3, 4)],
        ["BesselK1"] = [(.3, 4)],
        ["BesselK1e"] = [(.3, 4)],
        ["BesselY0"] = [(.3, 9)],
        ["BesselY1"] = [(.3, 9)],
        ["Dawsn"] = [(-4, 4)],
        ["Expint"] = [(.2, 5)],
        ["FresnelCos"] = [(-3, 3)],
        ["FresnelSin"] = [(-3, 3)],
        ["Spence"] = [(.1, 4)],
        ["BitwiseAnd"] = [(-99, 99), (-99, 99)],
        ["BitwiseOr"] = [(-99, 99), (-99, 99)],
        ["BitwiseXor"] = [(-99, 99), (-99, 99)],
        ["LeftShift"] = [(-9, 9), (0, 5)],
        ["RightShift"] = [(-99, 99), (0, 5)],
        ["Invert"] = [(-99, 99)],
        ["PopulationCount"] = [(-99, 99)],
        ["Div"] = [(-9, 9), (1, 4)],
        ["TruncateDiv"] = [(-9, 9), (1, 4)],
        ["Mod"] = [(-9, 9), (1, 4)],
        ["Inv"] = [(.3, 3)],
        ["Atan2"] = [(.3, 2), (.3, 2)],
        ["SigmoidGrad"] = [(.01, .99), (-2, 2)],
    };

    /// <summary>How near the engines must come to each other where the dtype's own precision does not say it: random numbers are the same numbers.</summary>
    internal static double? Within(Op op, DType result) => op.Name switch
    {
        "StatelessRandomUniformV2" => 0,
        "StatelessRandomNormalV2" or "StatelessTruncatedNormalV2" or "StatelessRandomGammaV3" when !result.IsHalf() => 1e-6,
        // both engines compute these in single precision whatever the dtype
        "ResizeBilinear" or "ResizeBilinearGrad" or "ResizeBicubic" or "ResizeBicubicGrad" or "ScaleAndTranslate" or "CropAndResize" or "ImageProjectiveTransformV2" or "ImageProjectiveTransformV3" when result == DType.Float64 => 2e-5,
        "CTCLoss" when result == DType.Float64 => 1e-7,   // TensorFlow adds logarithms by log1pf, of single precision
        _ => op.Pointwise is null && moves.Contains(op.Name) ? 0 : null,
    };

    /// <summary>Ops that only move elements, whose gradients do no arithmetic either.</summary>
    static readonly HashSet<string> moves = ["Identity", "Reshape", "ExpandDims", "Squeeze", "Transpose", "Slice", "StridedSlice", "StridedSliceGrad", "Pad", "MirrorPad", "Pack", "Unpack", "Split", "SplitV", "ReverseV2", "OneHot", "Bitcast"];

    /// <summary>Whether extreme numbers mean nothing that both engines give.</summary>
    internal static bool IsOpen(Op op, DType dtype) =>
        dtype.IsComplex() && op.Name is "Div" or "RealDiv" or "DivNoNan" or "Xdivy" or "Reciprocal" or "Inv" or "SqrtGrad"   // TensorFlow divides by the norm, which overflows before the quotient does
        || dtype == DType.Complex64 && op.Name is "Log" or "Xlogy" or "Expm1" or "Rsqrt" or "TanhGrad" or "Pow"   // its way to the result overflows, or loses the angle, in single precision; ours goes in double
        || dtype is DType.Float32 or DType.BFloat16 && op.Name is "Softmax";   // oneDNN's kernel makes 0 of rows with infinite numbers, TensorFlow's own of other types NaN

    /// <summary>Whether an input keeps to ordinary numbers while others are extreme.</summary>
    internal static bool IsTame(Op op, OpVariant variant, int input, DType dtype) => op.Name switch
    {
        "Div" or "RealDiv" or "FloorDiv" or "TruncateDiv" or "FloorMod" or "TruncateMod" or "Mod" or "Pow" => input == 1 && dtype.IsInteger(),   // by 0 is an error, and the least number by -1 ends TensorFlow's process; powers below 0 are an error there
        "Cast" => dtype.IsFloat() && variant.Attrs[0].Value is DType.UInt8,   // beyond the range of narrow integers TensorFlow's vectors saturate, and the elements that fill none wrap
        "SigmoidGrad" => input == 0,   // TensorFlow's vectors and the elements that fill none multiply in different orders: products overflow or not, but for values of Sigmoid
        _ => false,
    };

    /// <summary>Whether NaN is left out: TensorFlow's heap compares by order, in which it has no place, and leaves it where its steps end.</summary>
    internal static bool IsOrdered(Op op) => op.Name is "TopKV2" or "TopK";

    internal static IEnumerable<OpVariant> Of(Op op)
    {
        if (op.Newer is { } newer && !structured.Value.ContainsKey(op.Name)) return Of(newer).Where(v => v.Attrs.All(a => op.Signature.Attrs.Any(mine => mine.Name == a.Name))).Select(v => v.Inputs.Length > op.Signature.Inputs.Length ? v with { Inputs = v.Inputs[..op.Signature.Inputs.Length] } : v);
        if (structured.Value.TryGetValue(op.Name, out var listed)) return [.. listed, .. anyShape.Contains(op.Name) ? others.SelectMany(s => Reshaped(listed[0], s)) : [], .. Hinted(op, listed[0])];
        if (op.Pointwise is null && !domains.ContainsKey(op.Name)) throw new InvalidOperationException($"{op.Name} is not element-wise, and OpTable has no variants of it: add some.");
        var inputs = op.Signature.Inputs.Length;
        var domain = domains.GetValueOrDefault(op.Name) ?? [.. Enumerable.Repeat((-2.0, 2.0), inputs)];
        var broadcasts = !op.Name.EndsWith("Grad", StringComparison.Ordinal);
        Shape[][] shapes = inputs == 1 ? [[small], [[]], [wide], [[0, 4]], [[2, 1, 3, 1, 2]]]
            : broadcasts ? [[small, small], [small, row], [column, [1, 4]], [[], small], [cube, column], [wide, wide], [[0, 4], row], [[2, 1, 3, 1, 2], [3, 1, 2]]]
            : [[small, small], [[], []], [wide, wide]];
        var variants = shapes.Select(list => new OpVariant([.. list.Select((s, i) => (OpInput)new Data(s, domain[i].Low, domain[i].High))])).ToArray();
        return [.. variants, .. Hinted(op, variants[0])];
    }

    /// <summary>Ops that take one shape as well as another; the table has a few of their attributes.</summary>
    static readonly HashSet<string> anyShape =
    [
        "CheckNumerics", "Identity", "StopGradient", "Rank", "Size", "Cast", "Bitcast", "LeakyRelu", "LeakyReluGrad", "ApproximateEqual", "AsString", "StringToNumber", "StringToHashBucket", "StringToHashBucketFast", "StringToHashBucketStrong",
        "StringUpper", "StringLower", "StringStrip", "StringLength", "RegexReplace", "RegexFullMatch", "StaticRegexReplace", "StaticRegexFullMatch", "UnicodeTranscode", "DecodeRaw",
    ];

    static readonly Shape[] others = [[2, 1, 3], [], [0, 4], [2, 1, 3, 1, 2]];

    /// <summary>A variant with inputs of another shape where they have that of the first.</summary>
    static IEnumerable<OpVariant> Reshaped(OpVariant variant, Shape shape)
    {
        var first = ShapeOf(variant.Inputs[0]);
        if (first is not null && first != shape) yield return variant with { Inputs = [.. variant.Inputs.Select(i => ShapeOf(i) != first ? i : i switch { Data d => d with { Shape = shape }, Words w => w with { Shape = shape }, _ => i })] };
        static Shape? ShapeOf(OpInput input) => input switch { Data d => d.Shape, Words w => w.Shape, _ => null };
    }

    /// <summary>Attributes that say how, not what: the result is the same.</summary>
    static readonly string[] hints = ["grad_a", "grad_b", "grad_x", "grad_y", "use_cudnn_on_gpu", "validate_indices", "sparse_gradient", "fast", "incompatible_shape_error", "try_recover_truncated"];

    static IEnumerable<OpVariant> Hinted(Op op, OpVariant variant) => op.Signature.Attrs.Where(a => a.Kind == "bool" && hints.Contains(a.Name)).Select(a => variant with { Attrs = [.. variant.Attrs, (a.Name, !(bool)a.Default!)] });

    static Data D(params ReadOnlySpan<long> dims) => new(Shape.Create(dims));
    static Data D(Shape shape, double low, double high) => new(shape, low, high);
    static Indices Ix(int limit, params ReadOnlySpan<long> dims) => new(Shape.Create(dims), limit);
    static Fixed I(params int[] values) => new(values);
    static Fixed N(int value) => new(NDArray.Scalar(value, DType.Int32));
    static Fixed M(int[,] values) => new(values);
    static Fixed T(double value) => new(NDArray.Scalar(value), Typed: true);
    static OpVariant V(params OpInput[] inputs) => new(inputs);
    static OpVariant V(OpInput[] inputs, params (string, object)[] attrs) => new(inputs, attrs);
}
