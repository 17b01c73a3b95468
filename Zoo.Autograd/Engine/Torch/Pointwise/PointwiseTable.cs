using System.Numerics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>The loop behind each instruction. Compare answers in its own type; everything else computes in the instruction's type.</summary>
internal static unsafe class PointwiseTable
{
    /// <summary>The loop of an op whose operands have type <paramref name="operand"/> and whose result has <paramref name="result"/>.</summary>
    internal static delegate*<byte*, byte*, byte*, byte*, long, int, void> Find(Opcode op, DType operand, DType result)
    {
        delegate*<byte*, byte*, byte*, byte*, long, int, void> loop = op switch
        {
            Opcode.Cast => Casts.Find(operand, result),
            Opcode.Select => Select(result.Size()),
            Opcode.LogicalNot => result == DType.Bool ? &Drivers.Map1<byte, UnaryOps.Not> : null,
            Opcode.PhiloxUniform => result == DType.Float32 ? &Philox.UniformSingle : result == DType.Float64 ? &Philox.UniformDouble : null,
            Opcode.PhiloxNormal => result == DType.Float32 ? &Philox.NormalSingle : result == DType.Float64 ? &Philox.NormalDouble : null,
            Opcode.PhiloxBits => result == DType.Int32 ? &Philox.Bits32 : result == DType.Int64 ? &Philox.Bits64 : null,
            Opcode.BitsToRange => result == DType.Int32 ? &Philox.Range32 : result == DType.Int64 ? &Philox.Range64 : null,
            _ => operand switch
            {
                DType.Float32 => Single(op),
                DType.Float64 => Double(op),
                DType.Int32 => Integer<int>(op),
                DType.Int64 => Integer<long>(op),
                DType.UInt8 => Integer<byte>(op),
                DType.Int8 => Integer<sbyte>(op),
                DType.Int16 => Integer<short>(op),
                DType.UInt16 => Integer<ushort>(op),
                DType.UInt32 => Integer<uint>(op),
                DType.UInt64 => Integer<ulong>(op),
                DType.Bool => Truth(op),
                _ => null,
            },
        };
        return loop != null ? loop : throw new ArgumentException(
            $"{op}: there is no element-wise loop for {operand.Name()} to {result.Name()}. Expected a type of real numbers, or bool, for which the op is defined. Cast before.");
    }

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> Select(int size) => size switch { 1 => &Drivers.Select<byte>, 2 => &Drivers.Select<short>, 4 => &Drivers.Select<int>, 8 => &Drivers.Select<long>, _ => null };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> Single(Opcode op) => op switch
    {
        Opcode.Erf => &Drivers.Map1<float, UnaryOps.ErfSingle>,
        Opcode.Pow => &ScalarOps.PowSingle,
        _ => Real<float>(op),
    };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> Double(Opcode op) => op switch
    {
        Opcode.Erf => &ScalarOps.Unary<double, ScalarOps.Erf>,
        Opcode.Pow => &ScalarOps.Binary<double, ScalarOps.PowDouble>,
        _ => Real<double>(op),
    };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> Real<T>(Opcode op) where T : unmanaged, IFloatingPointIeee754<T> => op switch
    {
        Opcode.Sqrt => &Drivers.Map1<T, UnaryOps.Sqrt<T>>,
        Opcode.Rsqrt => &Drivers.Map1<T, UnaryOps.Rsqrt<T>>,
        Opcode.Reciprocal => &Drivers.Map1<T, UnaryOps.Reciprocal<T>>,
        Opcode.Exp => &Drivers.Map1<T, UnaryOps.Exp<T>>,
        Opcode.Expm1 => &Drivers.Map1<T, UnaryOps.Expm1<T>>,
        Opcode.Log => &Drivers.Map1<T, UnaryOps.Log<T>>,
        Opcode.Log1p => &Drivers.Map1<T, UnaryOps.Log1p<T>>,
        Opcode.Sin => &Drivers.Map1<T, UnaryOps.Sin<T>>,
        Opcode.Cos => &Drivers.Map1<T, UnaryOps.Cos<T>>,
        Opcode.Tan => &ScalarOps.Unary<T, ScalarOps.Tan>,
        Opcode.Sinh => &ScalarOps.Unary<T, ScalarOps.Sinh>,
        Opcode.Cosh => &ScalarOps.Unary<T, ScalarOps.Cosh>,
        Opcode.Asin => &ScalarOps.Unary<T, ScalarOps.Asin>,
        Opcode.Acos => &ScalarOps.Unary<T, ScalarOps.Acos>,
        Opcode.Atan => &ScalarOps.Unary<T, ScalarOps.Atan>,
        Opcode.Asinh => &ScalarOps.Unary<T, ScalarOps.Asinh>,
        Opcode.Acosh => &ScalarOps.Unary<T, ScalarOps.Acosh>,
        Opcode.Atanh => &ScalarOps.Unary<T, ScalarOps.Atanh>,
        Opcode.Erfc => &ScalarOps.Unary<T, ScalarOps.Erfc>,
        Opcode.Tanh => &Drivers.Map1<T, UnaryOps.Tanh<T>>,
        Opcode.Sigmoid => &Drivers.Map1<T, UnaryOps.Sigmoid<T>>,
        Opcode.Softplus => &Drivers.Map1<T, UnaryOps.Softplus<T>>,
        Opcode.Softsign => &Drivers.Map1<T, UnaryOps.Softsign<T>>,
        Opcode.Elu => &Drivers.Map1<T, UnaryOps.Elu<T>>,
        Opcode.Selu => &Drivers.Map1<T, UnaryOps.Selu<T>>,
        Opcode.Floor => &Drivers.Map1<T, UnaryOps.Floor<T>>,
        Opcode.Ceil => &Drivers.Map1<T, UnaryOps.Ceil<T>>,
        Opcode.Rint => &Drivers.Map1<T, UnaryOps.Round<T>>,
        Opcode.Truncate => &Drivers.Map1<T, UnaryOps.Truncate<T>>,
        Opcode.IsNan => &Drivers.Compare<T, BinaryOps.IsNan<T>>,
        Opcode.IsInf => &Drivers.Compare<T, BinaryOps.IsInf<T>>,
        Opcode.IsFinite => &Drivers.Compare<T, BinaryOps.IsFinite<T>>,
        Opcode.Div => &Drivers.Map2<T, BinaryOps.Div<T>>,
        Opcode.FloorMod => &ScalarOps.Binary<T, ScalarOps.FloorModReal<T>>,
        Opcode.TruncateMod => &ScalarOps.Binary<T, ScalarOps.TruncateModReal<T>>,
        Opcode.Atan2 => &ScalarOps.Binary<T, ScalarOps.Atan2<T>>,
        Opcode.Xdivy => &Drivers.Map2<T, BinaryOps.Xdivy<T>>,
        Opcode.Xlogy => &Drivers.Map2<T, BinaryOps.Xlogy<T>>,
        Opcode.Xlog1py => &Drivers.Map2<T, BinaryOps.Xlog1py<T>>,
        Opcode.DivNoNan => &Drivers.Map2<T, BinaryOps.DivNoNan<T>>,
        Opcode.MulNoNan => &Drivers.Map2<T, BinaryOps.MulNoNan<T>>,
        Opcode.LeakyRelu => &Drivers.Map2<T, BinaryOps.LeakyRelu<T>>,
        Opcode.LeakyReluGrad => &Drivers.Map3<T, BinaryOps.LeakyReluGrad<T>>,
        Opcode.EluGrad => &Drivers.Map2<T, BinaryOps.EluGrad<T>>,
        Opcode.SeluGrad => &Drivers.Map2<T, BinaryOps.SeluGrad<T>>,
        Opcode.SoftplusGrad => &Drivers.Map2<T, BinaryOps.SoftplusGrad<T>>,
        Opcode.SoftsignGrad => &Drivers.Map2<T, BinaryOps.SoftsignGrad<T>>,
        Opcode.SigmoidGrad => &Drivers.Map2<T, BinaryOps.SigmoidGrad<T>>,
        Opcode.TanhGrad => &Drivers.Map2<T, BinaryOps.TanhGrad<T>>,
        Opcode.RsqrtGrad => &Drivers.Map2<T, BinaryOps.RsqrtGrad<T>>,
        Opcode.SqrtGrad => &Drivers.Map2<T, BinaryOps.SqrtGrad<T>>,
        Opcode.ReciprocalGrad => &Drivers.Map2<T, BinaryOps.ReciprocalGrad<T>>,
        _ => Number<T>(op),
    };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> Integer<T>(Opcode op) where T : unmanaged, IBinaryInteger<T> => op switch
    {
        Opcode.Div => &ScalarOps.Binary<T, ScalarOps.DivInt<T>>,
        Opcode.FloorDiv => &ScalarOps.Binary<T, ScalarOps.FloorDivInt<T>>,
        Opcode.FloorMod => &ScalarOps.Binary<T, ScalarOps.FloorModInt<T>>,
        Opcode.TruncateMod => &ScalarOps.Binary<T, ScalarOps.TruncateModInt<T>>,
        Opcode.Pow => &ScalarOps.Binary<T, ScalarOps.PowInt<T>>,
        Opcode.LogicalAnd => &Drivers.Map2<T, BinaryOps.And<T>>,   // on integers: of their bits
        Opcode.LogicalOr => &Drivers.Map2<T, BinaryOps.Or<T>>,
        Opcode.LogicalXor => &Drivers.Map2<T, BinaryOps.Xor<T>>,
        _ => Number<T>(op),
    };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> Number<T>(Opcode op) where T : unmanaged, INumber<T> => op switch
    {
        Opcode.Neg => &Drivers.Map1<T, UnaryOps.Neg<T>>,
        Opcode.Abs => &Drivers.Map1<T, UnaryOps.Abs<T>>,
        Opcode.Sign => &Drivers.Map1<T, UnaryOps.Sign<T>>,
        Opcode.Square => &Drivers.Map1<T, UnaryOps.Square<T>>,
        Opcode.Relu => &Drivers.Map1<T, UnaryOps.Relu<T>>,
        Opcode.Relu6 => &Drivers.Map1<T, UnaryOps.Relu6<T>>,
        Opcode.Add => &Drivers.Map2<T, BinaryOps.Add<T>>,
        Opcode.Sub => &Drivers.Map2<T, BinaryOps.Sub<T>>,
        Opcode.Mul => &Drivers.Map2<T, BinaryOps.Mul<T>>,
        Opcode.Maximum => &Drivers.Map2<T, BinaryOps.Max<T>>,
        Opcode.Minimum => &Drivers.Map2<T, BinaryOps.Min<T>>,
        Opcode.AtMost => &Drivers.Map2<T, BinaryOps.AtMost<T>>,
        Opcode.AtLeast => &Drivers.Map2<T, BinaryOps.AtLeast<T>>,
        Opcode.SquaredDifference => &Drivers.Map2<T, BinaryOps.SquaredDifference<T>>,
        Opcode.ReluGrad => &Drivers.Map2<T, BinaryOps.ReluGrad<T>>,
        Opcode.Relu6Grad => &Drivers.Map2<T, BinaryOps.Relu6Grad<T>>,
        Opcode.Equal => &Drivers.Compare<T, BinaryOps.Equal<T>>,
        Opcode.NotEqual => &Drivers.Compare<T, BinaryOps.NotEqual<T>>,
        Opcode.Less => &Drivers.Compare<T, BinaryOps.Less<T>>,
        Opcode.LessEqual => &Drivers.Compare<T, BinaryOps.LessEqual<T>>,
        Opcode.Greater => &Drivers.Compare<T, BinaryOps.Greater<T>>,
        Opcode.GreaterEqual => &Drivers.Compare<T, BinaryOps.GreaterEqual<T>>,
        _ => null,
    };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> Truth(Opcode op) => op switch
    {
        Opcode.LogicalAnd => &Drivers.Map2<byte, BinaryOps.And<byte>>,
        Opcode.LogicalOr => &Drivers.Map2<byte, BinaryOps.Or<byte>>,
        Opcode.LogicalXor => &Drivers.Map2<byte, BinaryOps.Xor<byte>>,
        Opcode.Equal => &Drivers.Compare<byte, BinaryOps.Equal<byte>>,
        Opcode.NotEqual => &Drivers.Compare<byte, BinaryOps.NotEqual<byte>>,
        _ => null,
    };

    /// <summary>Roughly how many times the arithmetic of an addition an op costs: decides when a second thread pays.</summary>
    internal static int Weight(Opcode op) => op switch
    {
        Opcode.Exp or Opcode.Log or Opcode.Sigmoid or Opcode.Tanh or Opcode.Sin or Opcode.Cos or Opcode.Erf or Opcode.Elu or Opcode.Selu
            or Opcode.Expm1 or Opcode.SoftplusGrad or Opcode.Xlogy => 10,
        Opcode.Softplus or Opcode.Log1p or Opcode.Xlog1py => 20,
        Opcode.PhiloxUniform or Opcode.PhiloxBits or Opcode.BitsToRange => 40,
        >= Opcode.Tan and <= Opcode.Atanh or Opcode.Erfc or Opcode.Pow or Opcode.Atan2 or Opcode.FloorMod or Opcode.TruncateMod or Opcode.PhiloxNormal => 100,
        Opcode.Div or Opcode.Sqrt or Opcode.Rsqrt or Opcode.Reciprocal => 4,
        _ => 1,
    };
}
