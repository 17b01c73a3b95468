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
                fixed (float* px = xs, py = ys, p1 = ones, p2 = twos)
                    PointwiseKernel.For(program).Run([(nint)px, (nint)py], [(nint)p1, (nint)p2], PointwiseShape.Broadcast(program, [all], [[all], [all]]));
                foreach (var results in new[] { ones, twos })
                    Assert.That(results.Select(v => float.IsNaN(v) ? -1 : BitConverter.SingleToInt32Bits(v)).Distinct().Count(), Is.EqualTo(1), $"{op} of {left} and {right}: {results[0]:R} and {results[^1]:R}");
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

    [Test]
    public void OtherTypesAndSingleInstructionsAreInterpreted()
    {
        var b = new PointwiseBuilder();
        Assert.That(PointwiseCompiler.Compile(b.Build([b.Do(Opcode.Neg, DType.Float32, b.Input(0, DType.Float32))])), Is.Null);
        b = new();
        Assert.That(PointwiseCompiler.Compile(b.Build([b.Do(Opcode.Neg, DType.Float64, b.Do(Opcode.Abs, DType.Float64, b.Input(0, DType.Float64)))])), Is.Null);
    }
}
