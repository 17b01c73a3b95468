using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;
using static Zoo.Autograd.Engine.Torch.Opcode;

namespace Zoo.Tests.Engine;

internal sealed unsafe class PointwiseTests
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
            (SigmoidGrad, (y, g) => g * y * (1 - y)), (TanhGrad, (y, g) => g * (1 - y * y)), (RsqrtGrad, (y, g) => g * -0.5 * (y * y * y)), (SqrtGrad, (y, g) => g * 0.5 / y), (ReciprocalGrad, (y, g) => -g * (y * y)),
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

    static readonly (long[] Dims, long[] Input, AccessKind Kind)[] Ways =
    [
        ([7, 5, 300], [7, 5, 300], AccessKind.Full), ([7, 5, 300], [], AccessKind.Scalar), ([7, 5, 300], [1, 1, 1], AccessKind.Scalar), ([7, 5, 300], [300], AccessKind.Periodic), ([7, 5, 300], [5, 300], AccessKind.Periodic),
        ([3, 5, 20], [20], AccessKind.Periodic), ([40, 3], [3], AccessKind.Periodic), ([7, 5, 300], [7, 1, 1], AccessKind.Repeated), ([500, 10], [500, 1], AccessKind.Repeated), ([7, 5, 300], [7, 5, 1], AccessKind.Repeated),
        ([7, 5, 300], [7, 1, 300], AccessKind.Strided), ([7, 5, 300], [5, 1], AccessKind.Strided), ([2, 3, 4, 5, 6], [2, 1, 4, 1, 6], AccessKind.Strided), ([2, 3, 4, 5, 6], [3, 1, 5, 1], AccessKind.Strided),
    ];

    [Test]
    public void EveryWayOfReading([ValueSource(nameof(WayIndices))] int way, [Values(DType.Float32, DType.Int64, DType.UInt8)] DType type)
    {
        (long[] dims, long[] input, AccessKind kind) = Ways[way];
        Assert.That(PointwiseAccess.Of(dims, PointwiseAccess.Broadcast(dims, input)).Kind, Is.EqualTo(kind));
        var b = new ProgramWriter();
        Reg x = b.Input(type), y = b.Input(type);
        b.Output(b.Op(Add, x, y));
        b.Output(y);
        long count = Product(dims);
        double[] full = [.. Enumerable.Range(0, (int)count).Select(i => (double)(i % 3))], part = [.. Enumerable.Range(0, (int)Product(input)).Select(i => (double)(i % 251))];
        long[] strides = PointwiseAccess.Broadcast(dims, input);
        double[] expected = new double[count];
        for (long i = 0; i < count; i++)
            expected[i] = part[Offset(dims, strides, i)];
        double[][] got = Run(b.Build(), dims, (dims, full), (input, part));
        Assert.That(got[1], Is.EqualTo(expected));
        Assert.That(got[0], Is.EqualTo(expected.Zip(full, (p, q) => type == DType.UInt8 ? (byte)(p + q) : p + q)));
    }

    static IEnumerable<int> WayIndices() => Enumerable.Range(0, Ways.Length);

    [Test]
    public void TransposedInputs()
    {
        var b = new ProgramWriter();
        b.Output(b.Op(Neg, b.Input(DType.Float32)));
        PointwiseProgram program = b.Build();
        float[] x = [.. Enumerable.Range(0, 70 * 90).Select(i => (float)i)], y = new float[x.Length];
        var shape = new PointwiseShape(program, [90, 70], [PointwiseAccess.Of([90, 70], [1, 90])]);
        fixed (float* px = x, py = y)
            PointwiseKernel.For(program).Run([(nint)px], [(nint)py], shape);
        Assert.That(y, Is.EqualTo(Enumerable.Range(0, 90 * 70).Select(i => -x[i % 70 * 90 + i / 70])));
    }

    static readonly (string Name, long[] Dims, int Axes, ReduceLayout Layout)[] Reductions =
    [
        ("all", [100, 333], 0, ReduceLayout.All), ("all small", [3], 0, ReduceLayout.All), ("rows small", [999, 10], 1, ReduceLayout.Rows), ("rows long", [7, 5000], 1, ReduceLayout.Rows),
        ("rows of two axes", [20, 6, 7], 2, ReduceLayout.Rows), ("rows mid", [130, 500], 1, ReduceLayout.Rows), ("columns small", [5000, 20], 1, ReduceLayout.Columns), ("columns of three axes", [16, 12, 12, 50], 3, ReduceLayout.Columns),
        ("columns long", [37, 5000], 1, ReduceLayout.Columns), ("columns one", [4000, 1], 1, ReduceLayout.Columns), ("rows one", [1, 4000], 1, ReduceLayout.Rows), ("columns odd", [1001, 1000], 1, ReduceLayout.Columns),
    ];

    [Test]
    public void ReducesAgainstDouble([ValueSource(nameof(ReductionIndices))] int index, [Values(ReduceKind.Sum, ReduceKind.Mean, ReduceKind.Max, ReduceKind.Min, ReduceKind.Prod)] ReduceKind kind,
        [Values(DType.Float32, DType.Float64, DType.Int32, DType.Int64)] DType type)
    {
        (_, long[] dims, int axes, ReduceLayout layout) = Reductions[index];
        var b = new ProgramWriter();
        Reg x = b.Input(type), doubled = b.Op(Add, x, x);
        b.Output(doubled);
        b.Reduce(doubled, kind, layout);
        long count = Product(dims);
        var random = new Random(index);
        double[] v = [.. Enumerable.Range(0, (int)count).Select(_ => As(type, 2 * random.NextDouble() - 1))];
        if (!type.IsFloat())
            v = [.. v.Select((_, i) => (double)(i % 7 == 0 ? 2 : i % 5 - 2))];
        else if (kind == ReduceKind.Prod)
            v = [.. v.Select(a => As(type, 0.5 + a * 1e-3))];
        long rows = layout == ReduceLayout.Rows ? Product(dims.AsSpan()[..^axes]) : layout == ReduceLayout.Columns ? Product(dims.AsSpan()[..axes]) : 1, columns = count / rows;
        int outs = (int)(layout == ReduceLayout.Rows ? rows : layout == ReduceLayout.Columns ? columns : 1);
        IEnumerable<double> Part(int o) => layout switch
        {
            ReduceLayout.Rows => Enumerable.Range(0, (int)columns).Select(c => 2 * v[o * columns + c]),
            ReduceLayout.Columns => Enumerable.Range(0, (int)rows).Select(r => 2 * v[r * columns + o]),
            _ => v.Select(a => 2 * a),
        };
        double[][] got = Run(b.Build(), dims, axes, (dims, v));
        Assert.That(got[0], Is.EqualTo(v.Select(a => As(type, 2 * a))));
        for (int o = 0; o < outs; o++)
        {
            double[] part = [.. Part(o)];
            double expected = kind switch
            {
                ReduceKind.Sum => part.Sum(),
                ReduceKind.Mean => type.IsFloat() ? part.Average() : Math.Truncate(part.Sum() / part.Length),
                ReduceKind.Max => part.Max(),
                ReduceKind.Min => part.Min(),
                _ when type == DType.Int32 => part.Aggregate(1, (a, c) => unchecked(a * (int)c)),
                _ when type == DType.Int64 => part.Aggregate(1L, (a, c) => unchecked(a * (long)c)),
                _ => part.Aggregate(1.0, (a, c) => a * c),
            };
            double scale = part.Sum(Math.Abs) / (kind == ReduceKind.Mean ? part.Length : 1);
            double tolerance = !type.IsFloat() || kind is ReduceKind.Max or ReduceKind.Min ? 0 : type == DType.Float32 ? 6e-8 * scale + 1e-30 : 1e-14 * scale;
            if (kind == ReduceKind.Prod && type.IsFloat())
                tolerance = (type == DType.Float32 ? 1e-6 : 1e-12) * Math.Abs(expected) + 1e-38;
            Assert.That(got[1][o], Is.EqualTo(expected).Within(tolerance), $"output {o}");
        }
    }

    static IEnumerable<int> ReductionIndices() => Enumerable.Range(0, Reductions.Length);

    [Test]
    public void EmptyReductionsGiveTheIdentity()
    {
        foreach ((ReduceLayout layout, long[] dims, int outs) in ((ReduceLayout, long[], int)[])[(ReduceLayout.All, [0, 4], 1), (ReduceLayout.Rows, [4, 0], 4), (ReduceLayout.Columns, [0, 4], 4)])
        {
            var b = new ProgramWriter();
            Reg x = b.Input(DType.Float32);
            b.Reduce(x, ReduceKind.Sum, layout);
            b.Reduce(x, ReduceKind.Max, layout);
            b.Reduce(x, ReduceKind.Mean, layout);
            double[][] got = Run(b.Build(), dims, 1, (dims, []));
            Assert.That(got[0], Is.EqualTo(new double[outs]));
            Assert.That(got[1], Is.All.EqualTo(double.NegativeInfinity));
            Assert.That(got[2], Is.All.NaN);
        }
    }

    [Test]
    public void ElementsKeepTheirBitsAtAnyNumberOfThreads()
    {
        var b = new ProgramWriter();
        Reg x = b.Input(DType.Float32), bias = b.Input(DType.Float32), y = b.Op(Tanh, b.Op(Add, b.Op(Exp, x), bias));
        b.Output(y);
        b.Output(b.Op(Pow, b.Op(Abs, y), bias));
        b.Reduce(y, ReduceKind.Sum, ReduceLayout.All);
        PointwiseProgram program = b.Build();
        double[] v = Values(-3, 3, 300_077 * 3, DType.Float32), w = [0.3, 0.7, 1.9];
        double[][] one = OnThreads(1, () => Run(program, [300_077, 3], ([300_077, 3], v), ([3], w))), two = OnThreads(2, () => Run(program, [300_077, 3], ([300_077, 3], v), ([3], w)));
        for (int o = 0; o < 3; o++)
            Assert.That(two[o].AsSpan().SequenceEqual(one[o]), $"output {o}");
    }

    [Test]
    public void ColumnSumsAreReproducible()
    {
        var b = new ProgramWriter();
        b.Reduce(b.Input(DType.Float32), ReduceKind.Sum, ReduceLayout.Columns);
        double[] v = Values(-3, 3, 1_000_000, DType.Float32);
        double[] first = OnThreads(2, () => Run(b.Build(), [50_000, 20], 1, ([50_000, 20], v)))[0];
        for (int i = 0; i < 5; i++)
            Assert.That(OnThreads(2, () => Run(b.Build(), [50_000, 20], 1, ([50_000, 20], v)))[0], Is.EqualTo(first));
    }

    [Test]
    public void AnOutputMayLieInAnInput()
    {
        // y = x * 2 lands in x's memory although z = y + x reads x afterwards
        var b = new ProgramWriter();
        Reg x = b.Input(DType.Float32), y = b.Op(Mul, x, b.Constant(DType.Float32, 2.0)), z = b.Op(Add, y, x);
        b.Output(y);
        b.Output(z);
        b.Reduce(x, ReduceKind.Sum, ReduceLayout.All);
        PointwiseProgram program = b.Build();
        float[] data = [.. Enumerable.Range(0, 5000).Select(i => (float)i)], sum = new float[5000], total = new float[1];
        PointwiseShape shape = PointwiseShape.Broadcast(program, [5000], [[5000]]);
        fixed (float* px = data, pz = sum, pt = total)
        {
            nint[] ins = [(nint)px], outs = [(nint)px, (nint)pz, (nint)pt];
            PointwiseKernel.For(program).Run(ins, outs, shape);
        }
        Assert.That(data, Is.EqualTo(Enumerable.Range(0, 5000).Select(i => 2f * i)));
        Assert.That(sum, Is.EqualTo(Enumerable.Range(0, 5000).Select(i => 3f * i)));
        Assert.That(total[0], Is.EqualTo(4999f * 5000 / 2));
    }

    [Test]
    public void OneProgramOverManyArrays()
    {
        // momentum: m' = 0.9 m + g, w' = w - lr m', and the sum of squares of all gradients
        var b = new ProgramWriter();
        Reg w = b.Input(DType.Float32), g = b.Input(DType.Float32), m = b.Input(DType.Float32), lr = b.Input(DType.Float32);
        Reg next = b.Op(Add, b.Op(Mul, m, b.Constant(DType.Float32, 0.5)), g);
        b.Output(b.Op(Sub, w, b.Op(Mul, lr, next)));
        b.Output(next);
        b.Reduce(b.Op(Square, g), ReduceKind.Sum, ReduceLayout.All);
        PointwiseProgram program = b.Build();
        long[] lengths = [3, 5000, 0, 1024, 1, 20_001];
        NativeBuffer[] weights = [.. lengths.Select(n => new NativeBuffer(n * 4))], gradients = [.. lengths.Select(n => new NativeBuffer(n * 4))], slots = [.. lengths.Select(n => new NativeBuffer(n * 4))];
        using var rate = new NativeBuffer(4);
        using var norm = new NativeBuffer(4);
        rate.AsSpan<float>()[0] = 0.25f;
        var ins = new List<nint>();
        var outs = new List<nint>();
        double squares = 0;
        for (int s = 0; s < lengths.Length; s++)
        {
            for (int i = 0; i < lengths[s]; i++)
            {
                (weights[s].AsSpan<float>()[i], gradients[s].AsSpan<float>()[i], slots[s].AsSpan<float>()[i]) = (i, s + i % 3, 8);
                squares += (s + i % 3) * (s + i % 3);
            }
            ins.AddRange([(nint)weights[s].Pointer, (nint)gradients[s].Pointer, (nint)slots[s].Pointer, (nint)rate.Pointer]);
            outs.AddRange([(nint)weights[s].Pointer, (nint)slots[s].Pointer, (nint)norm.Pointer]);
        }
        nint[] inputs = [.. ins], outputs = [.. outs];
        PointwiseShape shape = PointwiseShape.Horizontal(program, lengths, [false, false, false, true]);
        OnThreads(2, () => { PointwiseKernel.For(program).Run(inputs, outputs, shape); return 0; });
        Assert.That(norm.AsSpan<float>()[0], Is.EqualTo((float)squares));
        for (int s = 0; s < lengths.Length; s++)
            for (int i = 0; i < lengths[s]; i++)
            {
                float expected = 4 + s + i % 3;
                if (slots[s].AsSpan<float>()[i] != expected || weights[s].AsSpan<float>()[i] != i - 0.25f * expected)
                    Assert.Fail($"array {s}, element {i}");
            }
        foreach (NativeBuffer buffer in (NativeBuffer[])[.. weights, .. gradients, .. slots])
            buffer.Dispose();
    }

    [Test]
    public void PhiloxGivesThePublishedWords()
    {
        // known answers of Philox 4x32-10 (Random123)
        Philox.Block zero = Philox.Generate(0, 0, 0, 0), ones = Philox.Generate(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0);
        Assert.That((zero.X, zero.Y, zero.Z, zero.W), Is.EqualTo((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)));
        Assert.That((ones.X, ones.Y, ones.Z, ones.W), Is.EqualTo((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)));
    }

    [TestCase(DType.Float32, PhiloxUniform), TestCase(DType.Float64, PhiloxUniform), TestCase(DType.Float32, PhiloxNormal), TestCase(DType.Float64, PhiloxNormal), TestCase(DType.Int32, PhiloxBits), TestCase(DType.Int64, PhiloxBits)]
    public void RandomNumbersAreTheSameInEveryTiling(DType type, Opcode op)
    {
        PointwiseProgram Program(bool rows)
        {
            var b = new ProgramWriter();
            Reg key = b.Input(DType.Int64), low = b.Input(DType.Int64), high = b.Input(DType.Int64), r = b.Random(op, type, key, low, high);
            b.Output(r);
            if (rows)
                b.Reduce(r, ReduceKind.Mean, ReduceLayout.Rows);
            return b.Build();
        }
        (long[], double[])[] inputs = [([], [1234567]), ([], [5]), ([], [9])];
        double[] flat = Run(Program(false), [3001, 7], inputs)[0];
        double[][] rows = Run(Program(true), [3001, 7], 1, inputs);
        Assert.That(rows[0], Is.EqualTo(flat));
        if (type.IsFloat())
        {
            double mean = flat.Average(), variance = flat.Average(v => (v - mean) * (v - mean));
            Assert.That(mean, Is.EqualTo(op == PhiloxUniform ? 0.5 : 0).Within(0.03));
            Assert.That(variance, Is.EqualTo(op == PhiloxUniform ? 1 / 12.0 : 1).Within(0.03));
        }
    }

    [Test]
    public void ARunAllocatesNothing()
    {
        var b = new ProgramWriter();
        Reg x = b.Input(DType.Float32), y = b.Op(Relu, b.Op(Add, x, b.Input(DType.Float32)));
        b.Output(y);
        b.Reduce(y, ReduceKind.Sum, ReduceLayout.Columns);
        PointwiseProgram program = b.Build();
        PointwiseShape shape = PointwiseShape.Broadcast(program, [10_000, 20], [[10_000, 20], [20]], 1);
        PointwiseKernel kernel = PointwiseKernel.For(program);
        using var big = new NativeBuffer(800_000);
        using var small = new NativeBuffer(80);
        big.AsSpan<float>().Clear();
        small.AsSpan<float>().Clear();
        long allocated = 0;
        EngineThreads.Run(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                kernel.Run([(nint)big.Pointer, (nint)small.Pointer], [(nint)big.Pointer, (nint)small.Pointer], shape);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        });
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void EqualProgramsShareAKernelAndBadOnesAreNamed()
    {
        PointwiseProgram Make(double c)
        {
            var b = new ProgramWriter();
            Reg x = b.Input(DType.Float32);
            b.Output(b.Op(Mul, x, b.Constant(DType.Float32, c)));
            return b.Build();
        }
        Assert.That(PointwiseKernel.For(Make(2)), Is.SameAs(PointwiseKernel.For(Make(2))));
        Assert.That(PointwiseKernel.For(Make(2)), Is.Not.SameAs(PointwiseKernel.For(Make(3))));
        var bad = new ProgramWriter();
        bad.Output(bad.Op(Tanh, bad.Input(DType.Int32)));
        Assert.That(Assert.Throws<ArgumentException>(() => PointwiseKernel.For(bad.Build()))!.Message, Does.Contain("Tanh").And.Contain("int32"));
    }

    // ---- helpers

    static double[] Run1(Opcode op, DType type, DType result, double[] x)
    {
        var b = new ProgramWriter();
        Reg v = b.Op(op, b.Input(type));
        Assert.That(b.TypeOf(v), Is.EqualTo(result));
        b.Output(v);
        return Run(b.Build(), [x.Length], ([x.Length], x))[0];
    }

    static double[] Run2(Opcode op, DType type, DType result, double[] x, double[] y)
    {
        var b = new ProgramWriter();
        Reg p = b.Input(type), q = b.Input(type), v = b.Op(op, p, q);
        Assert.That(b.TypeOf(v), Is.EqualTo(result));
        b.Output(v);
        return Run(b.Build(), [x.Length], ([x.Length], x), ([x.Length], y))[0];
    }

    static double[][] Run(PointwiseProgram program, long[] dims, params (long[] Dims, double[] Values)[] inputs) => Run(program, dims, 0, inputs);

    static double[][] Run(PointwiseProgram program, long[] dims, int axes, params (long[] Dims, double[] Values)[] inputs)
    {
        PointwiseShape shape = PointwiseShape.Broadcast(program, dims, [.. inputs.Select(i => i.Dims)], axes);
        NativeBuffer[] ins = [.. inputs.Select((x, i) => Write(program.InputType(i), x.Values))];
        int[] counts = [.. program.Outputs.Select(o => (int)(o.Reduce == ReduceKind.None ? Product(dims) : program.Layout switch { ReduceLayout.Rows => shape.Rows, ReduceLayout.Columns => shape.Columns, _ => 1 }))];
        NativeBuffer[] outs = [.. program.Outputs.Select((o, i) => new NativeBuffer(counts[i] * program.TypeOf(o.Value).Size()))];
        PointwiseKernel.For(program).Run([.. ins.Select(b => (nint)b.Pointer)], [.. outs.Select(b => (nint)b.Pointer)], shape);
        double[][] results = [.. program.Outputs.Select((o, i) => Read(program.TypeOf(o.Value), outs[i], counts[i]))];
        foreach (NativeBuffer buffer in (NativeBuffer[])[.. ins, .. outs])
            buffer.Dispose();
        return results;
    }

    static NativeBuffer Write(DType type, double[] values)
    {
        var buffer = new NativeBuffer(values.Length * type.Size());
        for (int i = 0; i < values.Length; i++)
            switch (type)
            {
                case DType.Float32: ((float*)buffer.Pointer)[i] = (float)values[i]; break;
                case DType.Float64: ((double*)buffer.Pointer)[i] = values[i]; break;
                case DType.Int32: ((int*)buffer.Pointer)[i] = (int)values[i]; break;
                case DType.Int64: ((long*)buffer.Pointer)[i] = (long)values[i]; break;
                default: buffer.Pointer[i] = (byte)values[i]; break;
            }
        return buffer;
    }

    static double[] Read(DType type, NativeBuffer buffer, int count) => [.. Enumerable.Range(0, count).Select(i => type switch
    {
        DType.Float32 => ((float*)buffer.Pointer)[i],
        DType.Float64 => ((double*)buffer.Pointer)[i],
        DType.Int32 => ((int*)buffer.Pointer)[i],
        DType.Int64 => ((long*)buffer.Pointer)[i],
        _ => buffer.Pointer[i],
    })];

    static T OnThreads<T>(int threads, Func<T> work)
    {
        int before = TorchThreads.Count;
        TorchThreads.Count = threads;
        try
        {
            T result = default!;
            EngineThreads.Run(() => result = work());
            return result;
        }
        finally
        {
            TorchThreads.Count = before;
        }
    }

    static double As(DType type, double v) => type == DType.Float32 ? (float)v : v;

    static double[] Values(double low, double high, int count, DType type, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Special.Take(count), .. Enumerable.Range(0, Math.Max(0, count - Special.Length)).Select(i => As(type, (low + (high - low) * random.NextDouble()) * (i % 4 == 0 ? 1e-3 : 1)))];
    }

    static double Ulps(double got, double expected, DType type, double scale = 0)
    {
        if (type == DType.Float32)
            expected = Math.Abs(expected) > float.MaxValue && !double.IsInfinity(expected) ? (float)expected : expected;
        if (double.IsNaN(expected))
            return double.IsNaN(got) ? 0 : Inf;
        if (double.IsInfinity(expected) || double.IsInfinity(got))
            return got == expected ? 0 : Inf;
        double size = Math.Max(Math.Max(Math.Abs(expected), scale), type == DType.Float32 ? 1.2e-38 : 2.3e-308);
        double ulp = type == DType.Float32 ? MathF.BitIncrement((float)size) - (float)size : Math.BitIncrement(size) - size;
        return Math.Abs(got - expected) / ulp;
    }

    static readonly Dictionary<string, TorchOp> Ops = [];

    static double Torch(string name, double x)
    {
        if (!Ops.TryGetValue(name, out TorchOp? op))
            Ops[name] = op = new(name);
        nint t = TorchTensor.FromMemory(&x, DType.Float64, []);
        var call = new TorchCall(stackalloc ulong[2]);
        call.Give(t);
        call.Run(op);
        double result = *(double*)TorchTensor.Data(call.Result());
        TorchTensor.Delete(call.Result());
        return result;
    }

    static long Product(ReadOnlySpan<long> dims)
    {
        long n = 1;
        foreach (long d in dims)
            n *= d;
        return n;
    }

    static long Offset(long[] dims, long[] strides, long index)
    {
        long offset = 0;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            offset += index % dims[i] * strides[i];
            index /= dims[i];
        }
        return offset;
    }
}
