using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Element-wise mathematics.</summary>
internal static class MathOps
{
    internal static readonly Op Add = Binary("AddV2", "number", Opcode.Add, (n, g) => [g.SumTo(n[0]), g.SumTo(n[1])], (a, b) => a + b);
    internal static readonly Op AddV1 = Binary("Add", "float32|float64|int32|int64|float16|bfloat16|uint8|int8|int16|complex64|complex128", Opcode.Add, (n, g) => [g.SumTo(n[0]), g.SumTo(n[1])], (a, b) => a + b);
    internal static readonly Op Sub = Binary("Sub", "number", Opcode.Sub, (n, g) => [g.SumTo(n[0]), (-g).SumTo(n[1])], (a, b) => a - b);
    internal static readonly Op Mul = Binary("Mul", "number", Opcode.Mul, (n, g) => [(g * n[1]).SumTo(n[0]), (g * n[0]).SumTo(n[1])], (a, b) => a * b);
    internal static readonly Op RealDiv = Binary("RealDiv", "number", Opcode.Div, (n, g) => [(g / n[1]).SumTo(n[0]), (-g * n.Out / n[1]).SumTo(n[1])]);
    internal static readonly Op DivNoNan = Binary("DivNoNan", "continuous", Opcode.DivNoNan, (n, g) =>
        [A.DivNoNan(g, n[1]).SumTo(n[0]), A.DivNoNan(-g * n.Out, n[1]).SumTo(n[1])]);
    internal static readonly Op FloorDiv = new("FloorDiv", "x:T y:T -> z:T ; T:number")
    {
        Shape = s => s.Broadcast(),
        NoGradient = Op.Discrete,
        Pointwise = e => e.Node.Out.DType.IsInteger() ? e.Do(Opcode.FloorDiv) : e.Quotient(Opcode.Floor),
        Fold = (n, v) => HostMath.Broadcast(v[0], v[1], (a, b) => Math.Floor(a / b)),
    };
    internal static readonly Op FloorMod = Binary("FloorMod", "real", Opcode.FloorMod, (n, g) =>
        [g.SumTo(n[0]), (-g * A.FloorDiv(n[0], n[1])).SumTo(n[1])], (a, b) => a - Math.Floor(a / b) * b);
    internal static readonly Op Maximum = Binary("Maximum", "real", Opcode.Maximum, (n, g) =>
    {
        var left = n[0] >= n[1];                                    // a tie: all of it to x, as TF does
        return [A.Where(left, g, A.ZerosLike(g)).SumTo(n[0]), A.Where(left, A.ZerosLike(g), g).SumTo(n[1])];
    }, Math.Max);
    internal static readonly Op Minimum = Binary("Minimum", "real", Opcode.Minimum, (n, g) =>
    {
        var left = n[0] <= n[1];
        return [A.Where(left, g, A.ZerosLike(g)).SumTo(n[0]), A.Where(left, A.ZerosLike(g), g).SumTo(n[1])];
    }, Math.Min);
    internal static readonly Op Pow = Binary("Pow", "wide", Opcode.Pow, (n, g) =>
    {
        var real = n[0].DType.IsComplex() ? A.NotEqual(n[0], A.ZerosLike(n[0])) : n[0] > 0;   // log of a negative base would poison the other entries
        var safe = A.Where(real, n[0], A.OnesLike(n[0]));
        return [(g * n[1] * A.Pow(n[0], n[1] - 1)).SumTo(n[0]), (g * n.Out * A.Where(real, A.Log(safe), A.ZerosLike(n[0]))).SumTo(n[1])];
    });
    internal static readonly Op SquaredDifference = Binary("SquaredDifference", "wide", Opcode.SquaredDifference, (n, g) =>
    {
        var d = (g.DType.IsComplex() ? A.Cast(A.Real(g), g.DType) : g) * (n[0] - n[1]) * 2;   // of complex numbers |x − y|²
        return [d.SumTo(n[0]), (-d).SumTo(n[1])];
    }, complexGrad: true);
    internal static readonly Op Atan2 = Binary("Atan2", "float", Opcode.Atan2, (n, g) =>
    {
        var scaled = g / (n[0] * n[0] + n[1] * n[1]);
        return [(scaled * n[1]).SumTo(n[0]), (-scaled * n[0]).SumTo(n[1])];
    }, inputs: "y:T x:T");
    internal static readonly Op Xdivy = Binary("Xdivy", "continuous", Opcode.Xdivy, (n, g) =>
    {
        var one = A.Where(A.NotEqual(n[0], A.ZerosLike(n[0])), A.OnesLike(n[0]), A.ZerosLike(n[0]));
        return [(g * A.Xdivy(one, n[1])).SumTo(n[0]), (-g * A.Xdivy(n[0], n[1] * n[1])).SumTo(n[1])];
    });
    internal static readonly Op Xlogy = Binary("Xlogy", "continuous", Opcode.Xlogy, (n, g) =>
    {
        var one = A.Where(A.NotEqual(n[0], A.ZerosLike(n[0])), A.OnesLike(n[0]), A.ZerosLike(n[0]));
        return [(g * A.Xlogy(one, n[1])).SumTo(n[0]), (g * A.Xdivy(n[0], n[1])).SumTo(n[1])];
    });

    internal static readonly Op Xlog1py = Binary("Xlog1py", "continuous", Opcode.Xlog1py, (n, g) =>
    {
        var one = A.Where(A.NotEqual(n[0], A.ZerosLike(n[0])), A.OnesLike(n[0]), A.ZerosLike(n[0]));
        return [(g * Xlog1py!.Call(one, n[1])).SumTo(n[0]), (g * A.Xdivy(n[0], n[1] + 1)).SumTo(n[1])];
    });
    internal static readonly Op MulNoNan = Binary("MulNoNan", "continuous", Opcode.MulNoNan, (n, g) => [MulNoNan!.Call(g, n[1]).SumTo(n[0]), MulNoNan!.Call(n[0], g).SumTo(n[1])]);
    internal static readonly Op TruncateMod = Binary("TruncateMod", "float32|float64|int32|int64|float16|bfloat16", Opcode.TruncateMod, (n, g) =>
        [g.SumTo(n[0]), (g * (n.Out - n[0]) / n[1]).SumTo(n[1])]);

    internal static readonly Op Neg = Unary("Neg", "wide", Opcode.Neg, (n, g) => -g);
    internal static readonly Op Abs = Unary("Abs", "signed", Opcode.Abs, (n, g) => g * A.Sign(n[0]));
    internal static readonly Op Sign = Unary("Sign", "wide", Opcode.Sign, (n, g) => OnlyReal(n, A.ZerosLike(g)));
    internal static readonly Op Square = Unary("Square", "number", Opcode.Square, (n, g) => g * n[0] * 2);
    internal static readonly Op Sqrt = Unary("Sqrt", "continuous", Opcode.Sqrt, (n, g) => SqrtGrad!.Call(n.Out, g), complexGrad: true);
    internal static readonly Op SqrtGrad = Gradient("SqrtGrad", Opcode.SqrtGrad, (n, g) => [-g * n.Out / n[0], g * 0.5 / n[0]]);
    internal static readonly Op Rsqrt = Unary("Rsqrt", "continuous", Opcode.Rsqrt, (n, g) => RsqrtGrad!.Call(n.Out, g), complexGrad: true);
    internal static readonly Op RsqrtGrad = Gradient("RsqrtGrad", Opcode.RsqrtGrad, (n, g) => [g * n[1] * n[0] * n[0] * -1.5, g * n[0] * n[0] * n[0] * -0.5]);
    internal static readonly Op Reciprocal = Unary("Reciprocal", "wide", Opcode.Reciprocal, (n, g) => ReciprocalGrad!.Call(n.Out, g), complexGrad: true);
    internal static readonly Op ReciprocalGrad = Gradient("ReciprocalGrad", Opcode.ReciprocalGrad, (n, g) => [g * n[1] * n[0] * -2, -g * n[0] * n[0]]);
    internal static readonly Op Exp = Unary("Exp", "continuous", Opcode.Exp, (n, g) => g * n.Out);
    internal static readonly Op Expm1 = Unary("Expm1", "continuous", Opcode.Expm1, (n, g) => g * A.Exp(n[0]));
    internal static readonly Op Log = Unary("Log", "continuous", Opcode.Log, (n, g) => g / n[0]);
    internal static readonly Op Log1p = Unary("Log1p", "continuous", Opcode.Log1p, (n, g) => g / (n[0] + 1));
    internal static readonly Op Sin = Unary("Sin", "continuous", Opcode.Sin, (n, g) => g * A.Cos(n[0]));
    internal static readonly Op Cos = Unary("Cos", "continuous", Opcode.Cos, (n, g) => -g * A.Sin(n[0]));
    internal static readonly Op Tan = Unary("Tan", "continuous", Opcode.Tan, (n, g) => g * (1 + n.Out * n.Out));
    internal static readonly Op Asin = Unary("Asin", "continuous", Opcode.Asin, (n, g) => g * A.Rsqrt(1 - n[0] * n[0]));
    internal static readonly Op Acos = Unary("Acos", "continuous", Opcode.Acos, (n, g) => -g * A.Rsqrt(1 - n[0] * n[0]));
    internal static readonly Op Atan = Unary("Atan", "continuous", Opcode.Atan, (n, g) => g / (1 + n[0] * n[0]));
    internal static readonly Op Sinh = Unary("Sinh", "continuous", Opcode.Sinh, (n, g) => g * A.Cosh(n[0]));
    internal static readonly Op Cosh = Unary("Cosh", "continuous", Opcode.Cosh, (n, g) => g * A.Sinh(n[0]));
    internal static readonly Op Asinh = Unary("Asinh", "continuous", Opcode.Asinh, (n, g) => g / A.Cosh(n.Out));
    internal static readonly Op Acosh = Unary("Acosh", "continuous", Opcode.Acosh, (n, g) => g / A.Sinh(n.Out));
    internal static readonly Op Atanh = Unary("Atanh", "continuous", Opcode.Atanh, (n, g) => g / (1 - n[0] * n[0]));
    internal static readonly Op Tanh = Unary("Tanh", "continuous", Opcode.Tanh, (n, g) => TanhGrad!.Call(n.Out, g));
    internal static readonly Op TanhGrad = Gradient("TanhGrad", Opcode.TanhGrad, (n, g) => [g * n[1] * n[0] * -2, g * (1 - n[0] * n[0])]);
    internal static readonly Op Sigmoid = Unary("Sigmoid", "continuous", Opcode.Sigmoid, (n, g) => SigmoidGrad!.Call(n.Out, g));
    internal static readonly Op SigmoidGrad = Gradient("SigmoidGrad", Opcode.SigmoidGrad, (n, g) => [g * n[1] * (1 - n[0] * 2), g * n[0] * (1 - n[0])]);
    internal static readonly Op Erf = Unary("Erf", "float", Opcode.Erf, (n, g) => g * A.Exp(-n[0] * n[0]) * (2 / Math.Sqrt(Math.PI)));
    internal static readonly Op Erfc = Unary("Erfc", "float", Opcode.Erfc, (n, g) => g * A.Exp(-n[0] * n[0]) * (-2 / Math.Sqrt(Math.PI)));
    internal static readonly Op Floor = Unary("Floor", "float", Opcode.Floor, null);
    internal static readonly Op Ceil = Unary("Ceil", "float", Opcode.Ceil, null);
    internal static readonly Op Rint = Unary("Rint", "float", Opcode.Rint, null);

    internal static readonly Op AddN = new("AddN", "inputs:N*T -> sum:T ; T:number")
    {
        Shape = s => s.Alike(0, s.Count - 1),
        Grad = (n, g) => [.. n.Inputs.Select(_ => g)],
        Pointwise = e =>
        {
            var sum = e[0];
            for (var i = 1; i < e.Node.Inputs.Length; i++) sum = e.Do(Opcode.Add, e.Node.Out.DType, sum, e[i]);
            return sum;
        },
    };

    internal static readonly Op ClipByValue = new("ClipByValue", "t:T clip_value_min:T clip_value_max:T -> output:T ; T:number")
    {
        Shape = s =>
        {
            for (var i = 1; i <= 2; i++)
                if (s[i].HasRank && s[i].Rank > 0 && !s[0].Accepts(s[i])) throw s.Fail("a limit has another shape", "Expected a single number or the input's shape.");
            return s[0];
        },
        Grad = (n, g) =>
        {
            Variable low = n[0] < n[1], high = n[0] > n[2], none = A.ZerosLike(g);
            return [A.Where(low | high, none, g), A.Where(low, g, none).SumTo(n[1]), A.Where(high, g, none).SumTo(n[2])];
        },
        Pointwise = e => e.Do(Opcode.AtLeast, e.Node.Out.DType, e.Do(Opcode.AtMost, e.Node.Out.DType, e[0], e[2]), e[1]),
    };

    static Op Unary(string name, string types, Opcode code, Func<Node, Variable, Variable>? grad, bool? complexGrad = null) => new(name, $"x:T -> y:T ; T:{types}")
    {
        Shape = s => s[0],
        Grad = grad is null ? null : (n, g) => [grad(n, g)],
        ComplexGrad = complexGrad,
        NoGradient = grad is null ? Op.Discrete : null,
        Pointwise = e => e.Do(code),
    };

    /// <summary>What is a gradient of real numbers alone.</summary>
    internal static Variable OnlyReal(Node n, Variable value) => !n.Out.DType.IsComplex() ? value
        : throw new GraphException($"Gradients: {n.Op.Name} of complex numbers has no gradient. Compute it from the real and imaginary parts: A.Real(x), A.Imag(x).") { Node = n.Name };

    /// <summary>A gradient op of TensorFlow: the forward output y and the incoming dy.</summary>
    static Op Gradient(string name, Opcode code, Func<Node, Variable, Variable?[]> grad) => new(name, "y:T dy:T -> z:T ; T:continuous")
    {
        Shape = s => s.Alike(0, 1),
        Grad = (n, g) => grad(n, OnlyReal(n, g)),
        Pointwise = e => e.Do(code),
    };

    static Op Binary(string name, string types, Opcode code, Func<Node, Variable, Variable?[]>? grad, Func<double, double, double>? host = null, string inputs = "x:T y:T", bool? complexGrad = null) => new(name, $"{inputs} -> z:T ; T:{types}")
    {
        Shape = s => s.Broadcast(),
        Grad = grad,
        ComplexGrad = complexGrad,
        NoGradient = grad is null ? Op.Discrete : null,
        Pointwise = e => e.Do(code),
        Fold = host is null ? null : (n, v) => HostMath.Broadcast(v[0], v[1], host),
    };
}
