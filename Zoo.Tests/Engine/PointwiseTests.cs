using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;
using static Zoo.Autograd.Engine.Torch.Opcode;

namespace Zoo.Tests.Engine;

internal sealed unsafe partial class PointwiseTests
{
    const double Inf = double.PositiveInfinity, NaN = double.NaN;

    static readonly double[] Special = [0, -0.0, 1, -1, 0.5, -0.5, 1e-8, -1e-8, 1e-4, -1e-4, 2.5, 3.5, -2.5, 6, 7, 20, -20, 80, -80, 88.5, Inf, -Inf, NaN, 1e-30, 3, -3, 100, -100];

    static IEnumerable<TestCaseData> Unary()
    {
        (Opcode, Func<double, double>, double Low, double High)[] cases =
        [
            (Neg, x => -x, -50, 50), (Abs, Math.Abs, -50, 50), (Sign, x => double.IsNaN(x) ? NaN : x > 0 ? 1 : x < 0 ? -1 : x, -5, 5), (Square, x => x * x, -50, 50), (Sqrt, Math.Sqrt, 0, 50),
            (Rsqrt, x => 1 / Math.Sqrt(x), 0, 50), (Reciprocal, x => 1 / x, -50, 50), (Exp, Math.Exp, -80, 80), (Expm1, x => Torch("aten::expm1", x), -20, 20), (Log, Math.Log, 0, 50),
            (Log1p, x => Torch("aten::log1p", x), -0.99, 20), (Sin, Math.Sin, -50, 50), (Cos, Math.Cos, -50, 50), (Tan, Math.Tan, -50, 50), (Sinh, Math.Sinh, -20, 20), (Cosh, Math.Cosh, -20, 20),
            (Tanh, Math.Tanh, -10, 10), (Asin, Math.Asin, -1, 1), (Acos, Math.Acos, -1, 1), (Atan, Math.Atan, -50, 50), (Asinh, Math.Asinh, -50, 50), (Acosh, Math.Acosh, 1, 50),
            (Atanh, Math.Atanh, -0.9, 0.9), (Sigmoid, x => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)), -80, 80),
            (Softplus, x => Math.Max(x, 0) + Torch("aten::log1p", Math.Exp(-Math.Abs(x))), -50, 50), (Softsign, x => x / (Math.Abs(x) + 1), -50, 50), (Relu, x => x < 0 ? 0 : x, -5, 5),
            (Relu6, x => x < 0 ? 0 : x > 6 ? 6 : x, -5, 10), (Elu, x => x < 0 ? Torch("aten::expm1", x) : x, -10, 10),
            (Selu, x => x < 0 ? UnaryOps.SeluScaleAlpha * Torch("aten::expm1", x) : UnaryOps.SeluScale * x, -10, 10), (Erf, x => Torch("aten::erf", x), -5, 5), (Erfc, x => Torch("aten::erfc", x), -5, 5),
            (Floor, Math.Floor, -50, 50), (Ceil, Math.Ceiling, -50, 50), (Rint, x => Math.Round(x, MidpointRounding.ToEven), -50, 50), (Truncate, Math.Truncate, -50, 50),
        ];
        foreach ((Opcode op, Func<double, double> f, double low, double high) in cases)
            foreach (DType type in (DType[])[DType.Float32, DType.Float64])
                yield return new TestCaseData(op, f, low, high, type).SetArgDisplayNames(op.ToString(), type.Name());
    }

    [TestCaseSource(nameof(Unary))]
    public void OneOperand(Opcode op, Func<double, double> f, double low, double high, DType type)
    {
        double[] x = Values(low, high, 3000, type);
        double[] got = Run1(op, type, type, x);
        double worst = Enumerable.Range(0, x.Length).Max(i => Ulps(got[i], f(x[i]), type));
        int at = Enumerable.Range(0, x.Length).MaxBy(i => Ulps(got[i], f(x[i]), type));
        TestContext.Out.WriteLine($"{op} {type.Name()}: {worst:F2} ulp");
        Assert.That(worst, Is.LessThanOrEqualTo(op is Erf or Erfc ? 8 : 4), $"{op}({x[at]:R}) = {got[at]:R}, expected {f(x[at]):R}");
    }

    static IEnumerable<TestCaseData> Binary()
    {
        double scale = UnaryOps.SeluScale, alpha = UnaryOps.SeluScaleAlpha;
        (Opcode, Func<double, double, double>)[] reals =
        [
            (Add, (x, y) => x + y), (Sub, (x, y) => x - y), (Mul, (x, y) => x * y), (Div, (x, y) => x / y), (Maximum, Math.Max), (Minimum, Math.Min), (Pow, Math.Pow), (Atan2, Math.Atan2),
            (TruncateMod, (x, y) => x % y), (FloorMod, (x, y) => x % y is var m && m != 0 && (m < 0) != (y < 0) ? m + y : m), (Xdivy, (x, y) => x == 0 ? 0 : x / y),
            (Xlogy, (x, y) => x == 0 ? 0 : x * Math.Log(y)), (Xlog1py, (x, y) => x == 0 ? 0 : x * Torch("aten::log1p", y)), (DivNoNan, (x, y) => y == 0 ? 0 : x / y), (MulNoNan, (x, y) => y == 0 ? 0 : x * y),
            (ReluGrad, (g, x) => x > 0 ? g : 0), (Relu6Grad, (g, x) => x > 0 && x < 6 ? g : 0), (EluGrad, (g, y) => y < 0 ? (y + 1) * g : g),
            (SeluGrad, (g, y) => y < 0 ? g * (y + alpha) : g * scale), (SoftplusGrad, (g, x) => g * (1 / (1 + Math.Exp(-x)))), (SoftsignGrad, (g, x) => g / ((1 + Math.Abs(x)) * (1 + Math.Abs(x)))),
            (SigmoidGrad, (y, g) => g * y * (1 - y)), (TanhGrad, (y, g) => g * (1 - y * y)), (RsqrtGrad, (y, g) => g * -0.5 * (y * y * y)), (SqrtGrad, (y, g) => g == 0 ? 0 : g * 0.5 / y), (ReciprocalGrad, (y, g) => -g * (y * y)),
            (SquaredDifference, (x, y) => (x - y) * (x - y)),
        ];
        foreach ((Opcode op, Func<double, double, double> f) in reals)
            foreach (DType type in (DType[])[DType.Float32, DType.Float64])
                yield return new TestCaseData(op, f, type).SetArgDisplayNames(op.ToString(), type.Name());
    }

    [TestCaseSource(nameof(Binary))]
    public void TwoOperands(Opcode op, Func<double, double, double> f, DType type)
    {
        double[] some = Values(-3, 3, 1500, type), x = [.. some, .. Special.SelectMany(_ => Special)], y = [.. Values(-3, 3, 1500, type, 7), .. Special.SelectMany(v => Enumerable.Repeat(v, Special.Length))];
        int[] keep = [.. Enumerable.Range(0, Math.Min(x.Length, y.Length)).Where(i => Comparable(op, x[i], y[i]))];
        (x, y) = ([.. keep.Select(i => As(type, x[i]))], [.. keep.Select(i => As(type, y[i]))]);
        double[] got = Run2(op, type, type, x, y);
        int at = Enumerable.Range(0, x.Length).MaxBy(i => Ulps(got[i], f(x[i], y[i]), type, Scale(op, x[i], y[i])));
        double worst = Ulps(got[at], f(x[at], y[at]), type, Scale(op, x[at], y[at]));
        TestContext.Out.WriteLine($"{op} {type.Name()}: {worst:F2} ulp");
        Assert.That(worst, Is.LessThanOrEqualTo(4), $"{op}({x[at]:R}, {y[at]:R}) = {got[at]:R}, expected {f(x[at], y[at]):R}");
    }

    // where single rounding of a factor near 0 or an overflow half-way makes the double reference unfair
    static bool Comparable(Opcode op, double x, double y) => op switch
    {
        RsqrtGrad or ReciprocalGrad or SigmoidGrad or TanhGrad or SeluGrad or EluGrad or SquaredDifference or SoftplusGrad or SoftsignGrad => Math.Abs(x) < 30 && Math.Abs(y) < 30,
        _ => true,
    };

    // differences lose digits: these are measured against their operands
    static double Scale(Opcode op, double x, double y) => op switch
    {
        Add or Sub => Math.Max(Math.Abs(x), Math.Abs(y)),
        SquaredDifference => Math.Max(x * x, y * y),
        SigmoidGrad => Math.Abs(y) * Math.Max(Math.Abs(x), x * x),
        TanhGrad => Math.Abs(y) * Math.Max(1, x * x),
        SeluGrad => Math.Abs(x) * Math.Max(Math.Abs(y), 2),
        EluGrad => Math.Abs(x) * Math.Max(1, Math.Abs(y)),
        _ => 0,
    };

    [TestCase(DType.Int32), TestCase(DType.Int64), TestCase(DType.UInt8)]
    public void Integers(DType type)
    {
        bool signed = type != DType.UInt8;
        double[] x = [.. Enumerable.Range(0, 500).Select(i => (double)((i * 37 % 201) - (signed ? 100 : 0)))];
        double[] y = [.. Enumerable.Range(0, 500).Select(i => (double)((i * 13 % 23) - (signed ? 11 : 0)) is var v && v == 0 ? 1 : v)];
        double Wrap(double v) => type == DType.UInt8 ? (byte)(long)v : v;
        (Opcode, Func<double, double, double>)[] cases =
        [
            (Add, (a, b) => a + b), (Sub, (a, b) => a - b), (Mul, (a, b) => a * b), (Div, (a, b) => Math.Truncate(a / b)), (FloorDiv, (a, b) => Math.Floor(a / b)),
            (FloorMod, (a, b) => a - Math.Floor(a / b) * b), (TruncateMod, (a, b) => a % b), (Maximum, Math.Max), (Minimum, Math.Min), (SquaredDifference, (a, b) => (a - b) * (a - b)),
            (LogicalAnd, (a, b) => (long)a & (long)b), (LogicalOr, (a, b) => (long)a | (long)b), (LogicalXor, (a, b) => (long)a ^ (long)b),
        ];
        foreach ((Opcode op, Func<double, double, double> f) in cases)
            Assert.That(Run2(op, type, type, x, y), Is.EqualTo(x.Zip(y, (a, b) => Wrap(f(a, b)))), op.ToString());
        if (signed)
        {
            Assert.That(Run1(Neg, type, type, x), Is.EqualTo(x.Select(v => -v)));
            Assert.That(Run1(Abs, type, type, x), Is.EqualTo(x.Select(Math.Abs)));
            Assert.That(Run1(Sign, type, type, x), Is.EqualTo(x.Select(v => (double)Math.Sign(v))));
            Assert.That(Run2(Pow, type, type, [2, 3, -1, 0, 5, -2, 1], [10, 4, 3, 0, 0, 3, -5]), Is.EqualTo(new double[] { 1024, 81, -1, 1, 1, -8, 1 }));
        }
        Assert.Throws<DivideByZeroException>(() => Run2(Div, type, type, [1], [0]));
    }

    [TestCase(DType.Float32), TestCase(DType.Float64), TestCase(DType.Int32), TestCase(DType.Int64), TestCase(DType.UInt8)]
    public void ComparisonsAndSelect(DType type)
    {
        double[] x = type.IsFloat() ? [.. Special, .. Values(-2, 2, 200, type)] : [.. Enumerable.Range(0, 203).Select(i => (double)(i * 7 % 5))];
        double[] y = [.. x.Skip(1), x[0]];
        foreach ((Opcode op, Func<double, double, bool> f) in ((Opcode, Func<double, double, bool>)[])
            [(Equal, (a, b) => a == b), (NotEqual, (a, b) => a != b), (Less, (a, b) => a < b), (LessEqual, (a, b) => a <= b), (Greater, (a, b) => a > b), (GreaterEqual, (a, b) => a >= b)])
            Assert.That(Run2(op, type, DType.Bool, [.. x.Select(v => As(type, v))], [.. y.Select(v => As(type, v))]), Is.EqualTo(x.Zip(y, (a, b) => f(As(type, a), As(type, b)) ? 1.0 : 0.0)), op.ToString());
        if (type.IsFloat())
        {
            Assert.That(Run1(IsNan, type, DType.Bool, Special), Is.EqualTo(Special.Select(v => double.IsNaN(v) ? 1.0 : 0)));
            Assert.That(Run1(IsInf, type, DType.Bool, Special), Is.EqualTo(Special.Select(v => double.IsInfinity(v) ? 1.0 : 0)));
            Assert.That(Run1(IsFinite, type, DType.Bool, Special), Is.EqualTo(Special.Select(v => double.IsFinite(v) ? 1.0 : 0)));
        }
        var b = new ProgramWriter();
        Reg c = b.Input(DType.Bool), p = b.Input(type), q = b.Input(type);
        b.Output(b.Op(Select, c, p, q));
        double[] condition = [.. x.Select((_, i) => (double)(i * 5 % 3 % 2))];
        double[] got = Run(b.Build(), [x.Length], ([x.Length], condition), ([x.Length], x), ([x.Length], y))[0];
        Assert.That(got, Is.EqualTo(x.Select((v, i) => As(type, condition[i] != 0 ? v : y[i]))));
    }

    [Test]
    public void TruthValues()
    {
        double[] x = [.. Enumerable.Range(0, 131).Select(i => (double)(i % 2))], y = [.. Enumerable.Range(0, 131).Select(i => (double)(i / 2 % 2))];
        Assert.That(Run2(LogicalAnd, DType.Bool, DType.Bool, x, y), Is.EqualTo(x.Zip(y, (a, b) => a * b)));
        Assert.That(Run2(LogicalOr, DType.Bool, DType.Bool, x, y), Is.EqualTo(x.Zip(y, Math.Max)));
        Assert.That(Run2(LogicalXor, DType.Bool, DType.Bool, x, y), Is.EqualTo(x.Zip(y, (a, b) => a != b ? 1.0 : 0)));
        Assert.That(Run1(LogicalNot, DType.Bool, DType.Bool, x), Is.EqualTo(x.Select(a => 1 - a)));
    }

    [Test]
    public void CastsBetweenAllTypes([Values(DType.Float32, DType.Float64, DType.Int32, DType.Int64, DType.UInt8, DType.Bool)] DType from,
        [Values(DType.Float32, DType.Float64, DType.Int32, DType.Int64, DType.UInt8, DType.Bool)] DType to)
    {
        double[] x = from == DType.Bool ? [0, 1, 1, 0, 1] : from == DType.UInt8 || to == DType.UInt8 ? [0, 1, 7, 200, 255] : from.IsFloat() ? [0, -1.75, 1.75, 1e6, -3] : [0, -1, 70000, 5, -3];
        x = [.. Enumerable.Range(0, 100).SelectMany(_ => x)];
        var b = new ProgramWriter();
        b.Output(b.Cast(b.Input(from), to));
        double[] got = Run(b.Build(), [x.Length], ([x.Length], x))[0];
        Assert.That(got, Is.EqualTo(x.Select(v => to == DType.Bool ? v != 0 ? 1 : 0 : to.IsFloat() ? As(to, v) : Math.Truncate(v))));
    }

    [Test]
    public void LeakyReluTakesItsAlphaFromTheInstruction()
    {
        var b = new ProgramWriter();
        Reg g = b.Input(DType.Float32), x = b.Input(DType.Float32);
        b.Output(b.Op(LeakyReluGrad, g, x, 0.25));
        b.Output(b.Op(LeakyRelu, x, 0.5));
        double[][] got = Run(b.Build(), [4], ([4], [1, 2, 3, 4]), ([4], [-1, 1, 0, NaN]));
        Assert.That(got[0], Is.EqualTo(new[] { 0.25, 2, 0.75, 1 }));
        Assert.That(got[1], Is.EqualTo(new[] { -0.5, 1, 0, NaN }));
    }
}
