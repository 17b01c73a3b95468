using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;
using static Zoo.Autograd.Engine.Torch.Opcode;

namespace Zoo.Tests.Engine;

internal sealed unsafe partial class PointwiseTests
{
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
        PointwiseShape shape = PointwiseShape.Horizontal(program, lengths, [AccessKind.Full, AccessKind.Full, AccessKind.Full, AccessKind.Scalar]);
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
}
