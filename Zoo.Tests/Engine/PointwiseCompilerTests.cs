using System.Runtime.Intrinsics;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;

namespace Zoo.Tests.Engine;

/// <summary>Compiled loops give the interpreter's bits: of a tile, whole vectors are done by the loop and the rest by the interpreter.</summary>
[Category("Engines")]
internal sealed unsafe class PointwiseCompilerTests
{
    static readonly Opcode[] known =
    [
        Opcode.Neg, Opcode.Abs, Opcode.Square, Opcode.Sqrt, Opcode.Relu, Opcode.Add, Opcode.Sub, Opcode.Mul, Opcode.Div, Opcode.Maximum, Opcode.Minimum, Opcode.AtMost, Opcode.AtLeast, Opcode.SquaredDifference, Opcode.ReluGrad,
        Opcode.Rsqrt, Opcode.Reciprocal, Opcode.Exp, Opcode.Tanh, Opcode.Sigmoid, Opcode.Erf, Opcode.SigmoidGrad, Opcode.TanhGrad,
    ];

    static readonly float[] samples = [0, -0f, 1, -1, 0.3f, -0.7f, 3e-39f, 1e30f, -1e30f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 5.1f, -2.2f];

    /// <summary>Of two NaNs in a sum the processor keeps the first operand, and the JIT orders operands as it likes: NaN is NaN.</summary>
    [TestCaseSource(nameof(known))]
    public void TheLoopGivesTheInterpretersBits(Opcode op)
    {
        var b = new PointwiseBuilder();
        var (x, y) = (b.Input(0, DType.Float32), b.Input(1, DType.Float32));
        var one = PointwiseProgram.Arguments(op) == 1 ? b.Do(op, DType.Float32, x) : b.Do(op, DType.Float32, x, y);
        var two = b.Do(Opcode.Add, DType.Float32, b.Do(Opcode.Mul, DType.Float32, one, b.Constant(0.1, DType.Float32)), y);
        var program = b.Build([one, two]);
        Assert.That(PointwiseCompiler.Compile(program), Vector512.IsHardwareAccelerated ? Is.Not.Null : Is.Null);
        const int whole = 32, all = whole + 7;
        foreach (var left in samples)
            foreach (var right in samples)
            {
                float[] xs = new float[all], ys = new float[all], ones = new float[all], twos = new float[all];
                Array.Fill(xs, left);
                Array.Fill(ys, right);
                foreach (long second in new[] { all, 1 })   // one element for all is read once, before the loop
                {
                    fixed (float* px = xs, py = ys, p1 = ones, p2 = twos)
                        PointwiseKernel.For(program).Run([(nint)px, (nint)py], [(nint)p1, (nint)p2], PointwiseShape.Broadcast(program, [all], [[all], [second]]));
                    foreach (var results in new[] { ones, twos })
                        Assert.That(results.Select(v => float.IsNaN(v) ? -1 : BitConverter.SingleToInt32Bits(v)).Distinct().Count(), Is.EqualTo(1), $"{op} of {left} and {right}: {results[0]:R} and {results[^1]:R}");
                }
            }
    }

    [Test]
    public void AnUpdateInPlaceReadsOldValues()
    {
        var b = new PointwiseBuilder();
        var (x, y) = (b.Input(0, DType.Float32), b.Input(1, DType.Float32));
        var program = b.Build([b.Do(Opcode.Add, DType.Float32, x, y), b.Do(Opcode.Sub, DType.Float32, x, y)]);
        const int n = 3000;
        float[] left = [.. Enumerable.Range(0, n)], right = [.. Enumerable.Range(0, n).Select(i => 2f * i)];
        fixed (float* p = left, q = right)
            PointwiseKernel.For(program).Run([(nint)p, (nint)q], [(nint)p, (nint)q], PointwiseShape.Broadcast(program, [n], [[n], [n]]));
        Assert.That(left.Zip(right).Select((v, i) => v == (3f * i, -1f * i)), Has.All.True);
    }

    /// <summary>Sums of rows made tile by tile give the bits of those made before, in tiles with rows and in those without.</summary>
    [TestCase(64, 0, 17, 17, 99)]
    [TestCase(256, 3)]
    [TestCase(48, 0, 1, 2, 50, 99)]
    [TestCase(64)]
    [TestCase(20, 0, 0, 7, 8, 40, 98)]
    [TestCase(1, 0, 1, 1, 33, 34, 99)]
    [TestCase(2100, 1, 1, 50)]
    public void SumsOfRowsAreMadeWithinTheLoop(int width, params int[] segments)
    {
        const int all = 100;   // several tiles; only some have rows
        var b = new PointwiseBuilder();
        var (sum, squares, w) = (b.Input(0, DType.Float32), b.Input(1, DType.Float32), b.Input(2, DType.Float32));
        var program = b.Build([b.Do(Opcode.Sub, DType.Float32, w, b.Do(Opcode.Div, DType.Float32, sum, b.Do(Opcode.Add, DType.Float32, b.Do(Opcode.Sqrt, DType.Float32, squares), b.Constant(0.01, DType.Float32))))]);
        var (count, elements) = (segments.Length, all * width);
        float[] rows = [.. Enumerable.Range(0, Math.Max(1, count) * width).Select(i => i % 13 - 6)], weights = [.. Enumerable.Range(0, elements)], expected = [.. weights], sums = new float[elements], squared = new float[elements];
        RowOf[] order = [.. segments.Select((s, i) => new RowOf(i, s)), default];
        for (var i = 0; i < count * width; i++)
        {
            var at = segments[i / width] * width + i % width;
            sums[at] += rows[i];
            squared[at] += rows[i] * rows[i];
        }
        var made = new RowSums { Width = width, Stride = width, Count = count, Segments = all };
        fixed (float* r = rows, p = weights, e = expected, x = sums, y = squared)
        fixed (RowOf* list = order)
        {
            RowSums plain = made.At((nint)r, (nint)list), square = (made with { Squared = true }).At((nint)r, (nint)list);
            PointwiseKernel.For(program).Run([(nint)(&plain), (nint)(&square), (nint)p], [(nint)p], PointwiseShape.Horizontal(program, [elements], [AccessKind.Summed, AccessKind.Summed, AccessKind.Full]));
            PointwiseKernel.For(program).Run([(nint)x, (nint)y, (nint)e], [(nint)e], PointwiseShape.Horizontal(program, [elements], [AccessKind.Full, AccessKind.Full, AccessKind.Full]));
        }
        Assert.That(weights, Is.EqualTo(expected));
    }

    /// <summary>A result that is the sums themselves is written where there are no rows too.</summary>
    [Test]
    public void SumsOfRowsThatArePassedOnAreWhole()
    {
        var b = new PointwiseBuilder();
        var (sum, w) = (b.Input(0, DType.Float32), b.Input(1, DType.Float32));
        var program = b.Build([sum, b.Do(Opcode.Mul, DType.Float32, b.Do(Opcode.Add, DType.Float32, sum, w), w)]);
        const int width = 64, all = 50;
        float[] rows = [.. Enumerable.Range(0, width)], weights = new float[all * width], passed = new float[all * width], made = new float[all * width];
        Array.Fill(weights, 2);
        Array.Fill(passed, -1);
        RowOf[] order = [new(0, 40)];
        fixed (float* r = rows, p = weights, q = passed, to = made)
        fixed (RowOf* list = order)
        {
            var sums = new RowSums { Width = width, Stride = width, Count = 1, Segments = all }.At((nint)r, (nint)list);
            PointwiseKernel.For(program).Run([(nint)(&sums), (nint)p], [(nint)q, (nint)to], PointwiseShape.Horizontal(program, [made.Length], [AccessKind.Summed, AccessKind.Full]));
        }
        Assert.That(passed, Is.EqualTo(Enumerable.Range(0, passed.Length).Select(i => i / width == 40 ? i % width : 0f)));
        Assert.That(made, Is.EqualTo(passed.Select(v => (v + 2) * 2)));
    }

    /// <summary>More sums than a set of bits holds, all of rows of their own.</summary>
    [Test]
    public void ManySumsOfRowsAreMadeAtOnce()
    {
        const int many = 70, width = 32, all = 40;
        var b = new PointwiseBuilder();
        var sum = b.Input(0, DType.Float32);
        for (var i = 1; i < many; i++) sum = b.Do(Opcode.Add, DType.Float32, sum, b.Input(i, DType.Float32));
        var program = b.Build([sum]);
        float[] rows = [.. Enumerable.Range(0, many * width).Select(i => i / width + 1f)], result = new float[all * width];
        RowOf[] order = [.. Enumerable.Range(0, many).Select(i => new RowOf(0, i % (all - 1)))];
        var sums = new RowSums[many];
        fixed (float* r = rows, to = result)
        fixed (RowOf* list = order)
        fixed (RowSums* made = sums)
        {
            var addresses = new nint[many];
            for (var i = 0; i < many; i++)
            {
                made[i] = new RowSums { Width = width, Stride = width, Count = 1, Segments = all }.At((nint)(r + i * width), (nint)(list + i));
                addresses[i] = (nint)(made + i);
            }
            PointwiseKernel.For(program).Run(addresses, [(nint)to], PointwiseShape.Horizontal(program, [result.Length], [.. addresses.Select(_ => AccessKind.Summed)]));
        }
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, result.Length).Select(i => i / width is var segment && segment == all - 1 ? 0 : segment + 1f + (segment + all <= many ? segment + all : 0))));
    }

    [Test]
    public void OtherTypesAndSingleInstructionsAreInterpreted()
    {
        var b = new PointwiseBuilder();
        Assert.That(PointwiseCompiler.Compile(b.Build([b.Do(Opcode.Neg, DType.Float32, b.Input(0, DType.Float32))])), Is.Null);
        b = new();
        Assert.That(PointwiseCompiler.Compile(b.Build([b.Do(Opcode.Neg, DType.Float64, b.Do(Opcode.Abs, DType.Float64, b.Input(0, DType.Float64)))])), Is.Null);
    }
}
