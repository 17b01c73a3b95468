using System.Numerics;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Element-wise ops over complex numbers: the op's own formula, instruction by instruction, in double precision. They do not fuse.</summary>
internal static class ComplexKernel
{
    /// <summary>The kernel of a node that has an element-wise formula.</summary>
    internal static Values Of(Kernel k)
    {
        var builder = new PointwiseBuilder();
        var program = builder.Build(builder.Append(k.Node, [.. Enumerable.Range(0, k.Count).Select(i => builder.Input(i, k.DType(i)))]));
        foreach (var x in program.Code)
            if (x.Op > Opcode.Constant && Function(x.Op) is null) throw new GraphException($"{k.Node.Op.Name}: the embedded engine has no kernel for {k.DType().Name()}. Compute it from the real and imaginary parts: A.Real(x), A.Imag(x).") { Node = k.Node.Name };
        var functions = program.Code.Select(x => x.Op > Opcode.Constant ? Function(x.Op) : null).ToArray();
        return Each(k, inputs =>
        {
            var values = new Complex[program.Code.Length];
            for (var v = 0; v < values.Length; v++)
            {
                var x = program.Code[v];
                values[v] = x.Op switch
                {
                    Opcode.Input => inputs[(int)x.Immediate],
                    Opcode.Constant => x.Immediate,
                    _ => functions[v]!(At(x.A), At(x.B), At(x.C)),
                };
            }
            return values[program.Outputs[0].Value];

            Complex At(int argument) => argument < 0 ? default : values[argument];
        });
    }

    /// <summary>A function of one or two broadcast inputs.</summary>
    internal static Values Map(Kernel k, Func<Complex, Complex, Complex> function) => Each(k, inputs => function(inputs[0], inputs.Length > 1 ? inputs[1] : default));

    static Values Each(Kernel k, Func<Complex[], Complex> function)
    {
        var (result, count) = (k.OutShape(), k.Count);
        var (shapes, types, type) = (Enumerable.Range(0, count).Select(k.Shape).ToArray(), Enumerable.Range(0, count).Select(k.DType).ToArray(), k.OutDType());
        return k.Host((from, to) =>
        {
            var inputs = new Complex[count];
            for (var i = 0; i < (int)result.Elements; i++)
            {
                for (var a = 0; a < count; a++) inputs[a] = Read(from[a], types[a], HostMath.Index(i, result, shapes[a]));
                Write(to[0], type, i, function(inputs));
            }
        }, [.. Enumerable.Range(0, count).Select(i => k[i])], (result, type))[0];
    }

    /// <summary>A number of any type.</summary>
    internal static Complex Read(nint at, DType dtype, int index) => dtype switch
    {
        DType.Complex64 => new(HostMemory.Span<Complex64>(at, index + 1)[index].Real, HostMemory.Span<Complex64>(at, index + 1)[index].Imaginary),
        DType.Complex128 => HostMemory.Span<Complex>(at, index + 1)[index],
        DType.Float32 => HostMemory.Span<float>(at, index + 1)[index],
        DType.Float64 => HostMemory.Span<double>(at, index + 1)[index],
        DType.Bool => HostMemory.Span<byte>(at, index + 1)[index],
        _ => Managed.Integers(at + index * dtype.Size(), dtype, 1)[0],
    };

    /// <summary>Writes a number; where the type is real its real part.</summary>
    internal static void Write(nint at, DType dtype, int index, Complex value)
    {
        switch (dtype)
        {
            case DType.Complex64: HostMemory.Span<Complex64>(at, index + 1)[index] = new((float)value.Real, (float)value.Imaginary); break;
            case DType.Complex128: HostMemory.Span<Complex>(at, index + 1)[index] = value; break;
            case DType.Float32: HostMemory.Span<float>(at, index + 1)[index] = (float)value.Real; break;
            case DType.Float64: HostMemory.Span<double>(at, index + 1)[index] = value.Real; break;
            case DType.Bool: HostMemory.Span<bool>(at, index + 1)[index] = value != Complex.Zero; break;
            case DType.UInt8: HostMemory.Span<byte>(at, index + 1)[index] = (byte)value.Real; break;
            case DType.Int8: HostMemory.Span<sbyte>(at, index + 1)[index] = (sbyte)value.Real; break;
            case DType.Int32: HostMemory.Span<int>(at, index + 1)[index] = double.ConvertToIntegerNative<int>(value.Real); break;
            default: Managed.Put(at, dtype, index, double.ConvertToIntegerNative<long>(value.Real)); break;
        }
    }

    /// <summary>What TensorFlow's kernels of complex numbers compute: some gradient ops conjugate the forward result.</summary>
    static Func<Complex, Complex, Complex, Complex>? Function(Opcode op) => op switch
    {
        Opcode.Cast => (x, _, _) => x,
        Opcode.Neg => (x, _, _) => -x,
        Opcode.Sign => (x, _, _) => x == 0 ? 0 : x / x.Magnitude,
        Opcode.Square => (x, _, _) => x * x,
        Opcode.Sqrt => (x, _, _) => Complex.Sqrt(x),
        Opcode.Rsqrt => (x, _, _) => 1 / Complex.Sqrt(x),
        Opcode.Reciprocal => (x, _, _) => 1 / x,
        Opcode.Exp => (x, _, _) => Complex.Exp(x),
        Opcode.Expm1 => (x, _, _) => Expm1(x),
        Opcode.Log => (x, _, _) => Complex.Log(x),
        Opcode.Log1p => (x, _, _) => Log1p(x),
        Opcode.Sin => (x, _, _) => Complex.Sin(x),
        Opcode.Cos => (x, _, _) => Complex.Cos(x),
        Opcode.Tan => (x, _, _) => Complex.Tan(x),
        Opcode.Sinh => (x, _, _) => Complex.Sinh(x),
        Opcode.Cosh => (x, _, _) => Complex.Cosh(x),
        Opcode.Tanh => (x, _, _) => Complex.Tanh(x),
        Opcode.Asin => (x, _, _) => Complex.Asin(x),
        Opcode.Acos => (x, _, _) => Complex.Acos(x) is var y ? new(y.Real, Math.CopySign(y.Imaginary, -x.Imaginary)) : default,   // .NET takes a cut's points for those below it
        Opcode.Atan => (x, _, _) => Complex.IsInfinity(x) ? new(Math.CopySign(Math.PI / 2, x.Real), 0) : Complex.Atan(x),
        Opcode.Asinh => (x, _, _) => Complex.Log(x + Complex.Sqrt(x * x + 1)),
        Opcode.Acosh => (x, _, _) => Complex.Log(x + Complex.Sqrt(x + 1) * Complex.Sqrt(x - 1)),
        Opcode.Atanh => (x, _, _) => Complex.IsInfinity(x) ? new(0, Math.CopySign(Math.PI / 2, x.Imaginary)) : (Complex.Log(1 + x) - Complex.Log(1 - x)) / 2,
        Opcode.Sigmoid => (x, _, _) => x.Real < 0 ? Complex.Exp(x) is var e ? e / (1 + e) : default : 1 / (1 + Complex.Exp(-x)),   // no exponential that overflows
        Opcode.Add => (x, y, _) => x + y,
        Opcode.Sub => (x, y, _) => x - y,
        Opcode.Mul => (x, y, _) => x * y,
        Opcode.Div => (x, y, _) => x / y,
        Opcode.Pow => (x, y, _) => y * Complex.Log(x) is var z && double.IsNegativeInfinity(z.Real) ? 0 : Complex.Exp(z),   // at 0 and infinity too what the formula gives
        Opcode.SquaredDifference => (x, y, _) => (x - y) * Complex.Conjugate(x - y),
        Opcode.Xdivy => (x, y, _) => x == 0 ? 0 : x / y,
        Opcode.Xlogy => (x, y, _) => x == 0 ? 0 : x * Complex.Log(y),
        Opcode.Xlog1py => (x, y, _) => x == 0 ? 0 : x * Log1p(y),
        Opcode.DivNoNan => (x, y, _) => y == 0 ? 0 : x / y,
        Opcode.MulNoNan => (x, y, _) => y == 0 ? 0 : x * y,
        Opcode.SigmoidGrad => (y, g, _) => g * y * (1 - y),
        Opcode.TanhGrad => (y, g, _) => g * (1 - y * y),
        Opcode.SqrtGrad => (y, g, _) => g == 0 ? 0 : g / Complex.Conjugate(y) / 2,
        Opcode.RsqrtGrad => (y, g, _) => g == 0 ? 0 : -0.5 * g * Complex.Conjugate(y) * Complex.Conjugate(y) * Complex.Conjugate(y),
        Opcode.ReciprocalGrad => (y, g, _) => g == 0 ? 0 : -g * Complex.Conjugate(y) * Complex.Conjugate(y),
        Opcode.Equal => (x, y, _) => x == y ? 1 : 0,
        Opcode.NotEqual => (x, y, _) => x != y ? 1 : 0,
        Opcode.Select => (c, x, y) => c != 0 ? x : y,
        _ => null,
    };

    static Complex Log1p(Complex x) => x.Magnitude < 0.5 ? new(Real(x.Real * (2 + x.Real) + x.Imaginary * x.Imaginary, VectorMath.Log1p) / 2, Math.Atan2(x.Imaginary, 1 + x.Real)) : Complex.Log(1 + x);

    static Complex Expm1(Complex x) => x.Magnitude < 0.5 ? new(Real(x.Real, VectorMath.Expm1) * Math.Cos(x.Imaginary) - 2 * Math.Pow(Math.Sin(x.Imaginary / 2), 2), Math.Exp(x.Real) * Math.Sin(x.Imaginary)) : Complex.Exp(x) - 1;

    /// <summary>A function of vectors at one number.</summary>
    static double Real(double x, Func<Vector512<double>, Vector512<double>> function) => function(Vector512.Create(x)).ToScalar();
}
