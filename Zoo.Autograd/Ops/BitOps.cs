using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Bits of integers, and older forms of arithmetic.</summary>
internal static class BitOps
{
    internal static readonly Op BitwiseAnd = Bitwise("BitwiseAnd", Opcode.LogicalAnd);
    internal static readonly Op BitwiseOr = Bitwise("BitwiseOr", Opcode.LogicalOr);
    internal static readonly Op BitwiseXor = Bitwise("BitwiseXor", Opcode.LogicalXor);
    internal static readonly Op LeftShift = Shift("LeftShift", left: true);
    internal static readonly Op RightShift = Shift("RightShift", left: false);

    internal static readonly Op Invert = new("Invert", "x:T -> y:T ; T:integer")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Kernel = k => k.Numbers(new Bits((int)k.OutShape().Elements)),
    };

    internal static readonly Op PopulationCount = new("PopulationCount", "x:T -> y:uint8 ; T:integer")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Kernel = k =>
        {
            var (count, size) = ((int)k.OutShape().Elements, k.Size());
            return k.Host((from, to) =>
            {
                var bytes = HostMemory.Span<byte>(from[0], count * size);
                var y = HostMemory.Span<byte>(to[0], count);
                y.Clear();
                for (var i = 0; i < bytes.Length; i++) y[i / size] += byte.PopCount(bytes[i]);
            }, [k[0]], (k.OutShape(), DType.UInt8))[0];
        },
    };

    internal static readonly Op Div = new("Div", "x:T y:T -> z:T ; T:float32|float64|int32|int64|float16|bfloat16|uint8|int8|int16|uint16|complex64|complex128")
    {
        Shape = s => s.Broadcast(),
        Grad = (n, g) => MathOps.RealDiv.Grad!(n, g),
        Pointwise = e => e.Do(Opcode.Div),
    };

    internal static readonly Op TruncateDiv = new("TruncateDiv", "x:T y:T -> z:T ; T:float32|float64|int32|int64|float16|bfloat16|uint8|int8|int16|uint16|uint32|uint64|complex64|complex128")
    {
        Shape = s => s.Broadcast(),
        NoGradient = Op.Discrete,
        Pointwise = e => e.Node.Out.DType.IsInteger() ? e.Do(Opcode.Div) : e.Quotient(Opcode.Truncate),
    };

    internal static readonly Op Mod = new("Mod", "x:T y:T -> z:T ; T:int32|int64|float16|bfloat16|float32|float64")
    {
        Shape = s => s.Broadcast(),
        NoGradient = "TensorFlow defines none; FloorMod and TruncateMod have one",
        Pointwise = e => e.Do(Opcode.TruncateMod),
    };

    internal static readonly Op Inv = new("Inv", "x:T -> y:T ; T:float32|float64|int32|int64|float16|bfloat16|int8|int16|complex64|complex128")
    {
        Shape = s => s[0],
        Grad = (n, g) => [InvGrad!.Call(n.Out, g)],
        ComplexGrad = true,
        Pointwise = e => e.Do(Opcode.Reciprocal),
        Portable = n => [A.Reciprocal(n[0])],
    };

    internal static readonly Op InvGrad = new("InvGrad", "y:T dy:T -> z:T ; T:continuous")
    {
        Shape = s => s.Alike(0, 1),
        Grad = (n, g) => [MathOps.OnlyReal(n, g) * n[1] * n[0] * -2, -g * n[0] * n[0]],
        Pointwise = e => e.Do(Opcode.ReciprocalGrad),
        Portable = n => [MathOps.ReciprocalGrad.Call(n[0], n[1])],
    };

    internal static readonly Op Round = new("Round", "x:T -> y:T ; T:float")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Pointwise = e => e.Do(Opcode.Rint),
    };

    internal static readonly Op ApproximateEqual = new("ApproximateEqual", "x:T y:T -> z:bool ; T:real tolerance:float=1e-5")
    {
        Shape = s => s.Alike(0, 1),
        NoGradient = Op.Discrete,
        Composite = n => [(n[0].DType.IsFloat() ? A.Abs(n[0] - n[1]) : A.Maximum(n[0], n[1]) - A.Minimum(n[0], n[1])) < n.Float("tolerance")],
    };

    internal static readonly Op L2Loss = new("L2Loss", "t:T -> output:T ; T:float")
    {
        Shape = _ => Shape.Scalar,
        Grad = (n, g) => [n[0] * g],
        Composite = n => [A.Sum(A.Square(n[0])) * 0.5],
    };

    internal static readonly Op AccumulateNV2 = new("AccumulateNV2", "inputs:N*T -> sum:T ; N:int T:number shape:shape")
    {
        Shape = s => s.Alike(0, s.Count - 1),
        Grad = (n, g) => [.. n.Inputs.Select(_ => g)],
        Composite = n => [A.AddN(n.Inputs)],
        Portable = n => [A.AddN(n.Inputs)],
    };

    static Op Bitwise(string name, Opcode code) => new(name, "x:T y:T -> z:T ; T:integer")
    {
        Shape = s => s.Broadcast(),
        NoGradient = Op.Discrete,
        Pointwise = e => e.Do(code),
    };

    static Op Shift(string name, bool left) => new(name, "x:T y:T -> z:T ; T:integer")
    {
        Shape = s => s.Broadcast(),
        NoGradient = Op.Discrete,
        Kernel = k => k.Numbers(new Shifts(k.Shape(0), k.Shape(1), k.OutShape(), left)),
    };

    /// <summary>Amounts below 0 count as 0, those beyond the bits as the most that there are.</summary>
    sealed record Shifts(Shape X, Shape Y, Shape Z, bool Left) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            Span<T> x = HostMemory.Span<T>(from[0], (int)X.Elements), y = HostMemory.Span<T>(from[1], (int)Y.Elements), z = HostMemory.Span<T>(to[0], (int)Z.Elements);
            var bits = System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * 8;
            for (var i = 0; i < z.Length; i++)
            {
                var value = Int128.CreateTruncating(x[HostMath.Index(i, Z, X)]);
                var by = (int)Math.Clamp(double.CreateSaturating(y[HostMath.Index(i, Z, Y)]), 0, bits - 1);
                z[i] = T.CreateTruncating(Left ? value << by : value >> by);
            }
        }
    }

    sealed record Bits(int Count) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            Span<T> x = HostMemory.Span<T>(from[0], Count), y = HostMemory.Span<T>(to[0], Count);
            for (var i = 0; i < x.Length; i++) y[i] = T.CreateTruncating(~Int128.CreateTruncating(x[i]));
        }
    }
}
