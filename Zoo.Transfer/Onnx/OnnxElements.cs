using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Onnx;

/// <summary>Ops of each element, and what is made of them.</summary>
static class OnnxElements
{
    static readonly (string TensorFlow, string Onnx)[] Same =
    [
        ("Relu", "Relu"), ("Elu", "Elu"), ("Selu", "Selu"), ("Softplus", "Softplus"), ("Softsign", "Softsign"), ("Tanh", "Tanh"), ("Sigmoid", "Sigmoid"), ("Erf", "Erf"),
        ("Exp", "Exp"), ("Log", "Log"), ("Sqrt", "Sqrt"), ("Abs", "Abs"), ("Neg", "Neg"), ("Sign", "Sign"), ("Floor", "Floor"), ("Ceil", "Ceil"), ("Rint", "Round"), ("Round", "Round"), ("Reciprocal", "Reciprocal"), ("Inv", "Reciprocal"),
        ("Sin", "Sin"), ("Cos", "Cos"), ("Tan", "Tan"), ("Asin", "Asin"), ("Acos", "Acos"), ("Atan", "Atan"), ("Sinh", "Sinh"), ("Cosh", "Cosh"), ("Asinh", "Asinh"), ("Acosh", "Acosh"), ("Atanh", "Atanh"),
        ("IsNan", "IsNaN"), ("IsInf", "IsInf"), ("LogicalNot", "Not"), ("LogicalAnd", "And"), ("LogicalOr", "Or"), ("Equal", "Equal"), ("Less", "Less"), ("LessEqual", "LessOrEqual"), ("Greater", "Greater"), ("GreaterEqual", "GreaterOrEqual"),
        ("AddV2", "Add"), ("Add", "Add"), ("Sub", "Sub"), ("Mul", "Mul"), ("RealDiv", "Div"), ("Maximum", "Max"), ("Minimum", "Min"), ("Pow", "Pow"), ("SelectV2", "Where"), ("AddN", "Sum"),
    ];

    public static Dictionary<string, Func<OnnxCall, Variable[]>> Forms()
    {
        Dictionary<string, Func<OnnxCall, Variable[]>> forms = new()
        {
            ["Rsqrt"] = c => [c.Op("Reciprocal", c.Op("Sqrt", c[0]))],
            ["Square"] = c => [c.Op("Mul", c[0], c[0])],
            ["SquaredDifference"] = c => c.Op("Sub", c[0], c[1]) is var d ? [c.Op("Mul", d, d)] : [],
            ["Expm1"] = c => [c.Op("Sub", c.Op("Exp", c[0]), c.Number(1))],
            ["Log1p"] = c => [c.Op("Log", c.Op("Add", c[0], c.Number(1)))],
            ["Erfc"] = c => [c.Op("Sub", c.Number(1), c.Op("Erf", c[0]))],
            ["Relu6"] = c => [c.Op("Clip", c[0], c.Number(0), c.Number(6))],
            ["LeakyRelu"] = c => [c.Op("LeakyRelu", [c[0]], ("alpha", c.Node.Float("alpha")))],
            ["ClipByValue"] = c => [c.Op("Min", c.Op("Max", c[0], c[1]), c[2])],
            ["NotEqual"] = c => [c.Op("Not", c.Op("Equal", c[0], c[1]))],
            ["DivNoNan"] = c => [c.Op("Where", OnnxNode.Of("Equal", c.Node[1].Shape, DType.Bool, [c[1], c.Number(0)]), c.Number(0), c.Op("Div", c[0], c[1]))],
            ["FloorDiv"] = c => [c.Op("Floor", c.Op("Div", c[0], c[1]))],
            ["FloorMod"] = c => [c.Node.Out.DType.IsInteger() ? c.Op("Mod", c[0], c[1]) : c.Op("Sub", c[0], c.Op("Mul", c.Op("Floor", c.Op("Div", c[0], c[1])), c[1]))],
            ["Softmax"] = c => [c.Op("Softmax", [c[0]], ("axis", -1))],
            ["LogSoftmax"] = c => [c.Op("LogSoftmax", [c[0]], ("axis", -1))],
            ["Cast"] = c => [c.Op("Cast", [c[0]], ("to", (long)OnnxWriter.Type(c.Node.Out.DType)))],
            ["ZerosLike"] = c => [c.Op("Mul", c[0], c.Number(0))],
            ["BiasAdd"] = Bias,
            ["MatMul"] = c => [c.Op("Gemm", [c[0], c[1]], ("transA", c.Node.Flag("transpose_a") ? 1 : 0), ("transB", c.Node.Flag("transpose_b") ? 1 : 0))],
            ["BatchMatMulV2"] = c => [c.Op("MatMul", Turned(c, 0, "adj_x"), Turned(c, 1, "adj_y"))],
            ["Einsum"] = c => c.Inputs.Length < 2 || !c.Node.Text("equation").Contains("...", StringComparison.Ordinal) ? [c.Op("Einsum", c.Inputs, ("equation", c.Node.Text("equation")))] : throw new GraphException("it has an ellipsis, which ONNX does not broadcast"),
        };
        foreach (var (ours, theirs) in Same) forms.Add(ours, c => [c.Op(theirs, c.Inputs)]);
        foreach (var passed in (string[])["Identity", "StopGradient", "Snapshot", "PreventGradient", "EnsureShape", "CheckNumerics", "IdentityN"]) forms.Add(passed, c => c.Inputs);
        // what ONNX has for floats alone
        foreach (var name in (string[])["FloorDiv", "ZerosLike"]) forms[name] = OfFloats(forms[name]);
        return forms;
    }

    static Func<OnnxCall, Variable[]> OfFloats(Func<OnnxCall, Variable[]> form) => c => c.Node.Out.DType.IsInteger() ? throw new GraphException("it is of integers, which ONNX's ops would round otherwise") : form(c);

    /// <summary>A bias is an input of the product, or is added along the last axis.</summary>
    static Variable[] Bias(OnnxCall c) => [c.Alone && OnnxNode.With(c[0], "Gemm", 2, () => c[1]) is { } product ? product : c.Op("Add", c[0], c[1])];

    static Variable Turned(OnnxCall c, int input, string flag)
    {
        if (!c.Node.Flag(flag)) return c[input];
        var shape = c.Node[input].Shape;
        long[] order = [.. Enumerable.Range(0, shape.Rank - 2), shape.Rank - 1, shape.Rank - 2];
        return OnnxNode.Of("Transpose", Shape.Create([.. order.Select(a => shape[(int)a])]), c[input].DType, [c[input]], ("perm", order));
    }
}
