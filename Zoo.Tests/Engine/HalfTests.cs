using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>float16 and bfloat16 on the embedded engine: how they are rounded, and where.</summary>
[Category("Engines")]
internal sealed unsafe class HalfTests
{
    static readonly DType[] halves = [DType.Float16, DType.BFloat16];

    /// <summary>Bits of floats around everything that rounding can meet: ties, subnormals, overflow, infinities, NaNs.</summary>
    static float[] Floats()
    {
        var random = new Random(5);
        float[] ends = [0, -0f, 1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, 65504, 65519.99f, 65520, 6e-8f, 2.98e-8f, 1.00048828125f, 1.00146484375f, 1.00390625f, 1.01171875f];
        return [.. ends, .. ends.Select(x => -x), .. Enumerable.Range(0, 4000).Select(_ => BitConverter.Int32BitsToSingle(random.Next() * 2 + random.Next(2))), .. Enumerable.Range(0, 4000).Select(_ => (float)((random.NextDouble() - .5) * Math.Pow(2, random.Next(-26, 18))))];
    }

    static NDArray Run(Variable fetch, params (Variable Feed, NDArray Value)[] feeds)
    {
        using var session = Engines.Find("embedded").Compile(new() { Feeds = [.. feeds.Select(f => f.Feed)], Fetches = [fetch] });
        var found = new NDArray?[1];
        session.Run([.. feeds.Select(f => f.Value)], found);
        return found[0]!;
    }

    [TestCaseSource(nameof(halves))]
    public void CastsRoundToNearestAndBackIsExact(DType dtype)
    {
        var values = Floats();
        var x = StateOps.Input("x", [values.Length], DType.Float32);
        var narrow = Run(A.Cast(x, dtype), (x, values));
        Assert.That(narrow.DType, Is.EqualTo(dtype));
        for (var i = 0; i < values.Length; i++)
            Assert.That(narrow.Number(i), Is.EqualTo(dtype == DType.Float16 ? (double)(Half)values[i] : (float)(BFloat16)values[i]), $"{values[i]:R}");
        var h = StateOps.Input("h", [values.Length], dtype);
        var wide = Run(A.Cast(h, DType.Float32), (h, narrow));
        var through = Run(A.Cast(A.Cast(x, dtype), DType.Float32) + 0, (x, values));
        for (var i = 0; i < values.Length; i++)
        {
            Assert.That(wide.Number(i), Is.EqualTo(narrow.Number(i)));
            Assert.That(through.Number(i), Is.EqualTo(narrow.Number(i)), "a cast rounds within a fused kernel too");
        }
    }

    [TestCaseSource(nameof(halves))]
    public void AChainIsComputedInFloat32AndRoundedOnce(DType dtype)
    {
        var x = StateOps.Input("x", [1], dtype);
        var one = NDArray.Full([1], 1, dtype);
        var little = Math.Pow(2, -13);   // lost in 1 + little, where each step is rounded
        Assert.That(Run((x + little - 1) * 8192, (x, one)).ToNumber(), Is.EqualTo(1));
    }

    /// <summary>A value that others read from memory is, within the kernel that makes it, what they read.</summary>
    [TestCaseSource(nameof(halves))]
    public void AValueThatIsStoredIsOneNumberForAll(DType dtype)
    {
        var x = StateOps.Input("x", [64, 33], dtype);
        var y = x * 1.37 + 0.11;
        var values = NDArray.From([.. Enumerable.Range(0, 64 * 33).Select(i => (float)Math.Sin(i))], [64, 33]).Cast(dtype);
        Assert.That(Run(A.Sum(A.Cast(A.Equal(y, A.Max(y, -1, true)), DType.Float32), -1), (x, values)).ToArray<float>(), Has.All.GreaterThanOrEqualTo(1));
        using var session = Engines.Find("embedded").Compile(new() { Feeds = [x], Fetches = [y, A.Cast(y, DType.Float32)] });
        var found = new NDArray?[2];
        session.Run([values], found);
        Assert.That(found[0]!.Cast(DType.Float32).ToArray<float>(), Is.EqualTo(found[1]!.ToArray<float>()));
    }

    /// <summary>An optimizer's update with a gradient in half precision is a compiled loop between conversions, with the interpreter's bits.</summary>
    [TestCaseSource(nameof(halves))]
    public void CompiledLoopsConvertAtTheirBorders(DType dtype)
    {
        var b = new PointwiseBuilder();
        var w = b.Input(0, DType.Float32);
        var g = b.Input(1, dtype);
        var next = b.Do(Opcode.Sub, DType.Float32, w, b.Do(Opcode.Mul, DType.Float32, g, b.Constant(.3, DType.Float32)));
        var program = b.Build(next, b.Stored(b.Do(Opcode.Square, DType.Float32, next), dtype));
        if (System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated) Assert.That(PointwiseCompiler.Compile(program), Is.Not.Null);
        const int n = 3007;
        float[] weights = [.. Enumerable.Range(0, n).Select(i => (float)Math.Cos(i))], given = [.. weights];
        var gradients = NDArray.From([.. Enumerable.Range(0, n).Select(i => (float)Math.Sin(i))], [n]).Cast(dtype);
        var squares = NDArray.Zeros([n], dtype);
        fixed (float* pw = weights)
        fixed (byte* pg = gradients.Bytes, ps = squares.Bytes)
            PointwiseKernel.For(program).Run([(nint)pw, (nint)pg], [(nint)pw, (nint)ps], PointwiseShape.Broadcast(program, [n], [[n], [n]]));
        for (var i = 0; i < n; i++)
        {
            var expected = given[i] - (float)gradients.Number(i) * .3f;
            Assert.That(weights[i], Is.EqualTo(expected), $"{i}");
            Assert.That(squares.Number(i), Is.EqualTo(NDArray.Scalar(expected * expected).Cast(dtype).ToNumber()), $"{i}");
        }
    }
}
