using System.Numerics;
using System.Runtime.Intrinsics;
using static Zoo.Autograd.Engine.Torch.Pointwise.VectorMath;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>The instructions of two and three operands as vector functions, gradients and comparisons included.</summary>
internal static class BinaryOps
{
    internal readonly struct Add<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => x + y; }
    internal readonly struct Sub<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => x - y; }
    internal readonly struct Mul<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => x * y; }
    internal readonly struct Div<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => x / y; }
    internal readonly struct Max<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.Max(x, y); }   // NaN wins
    internal readonly struct Min<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.Min(x, y); }
    internal readonly struct AtMost<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> limit) => If(Vector512.LessThan(limit, x), limit, x); }   // NaN is no limit
    internal readonly struct AtLeast<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> limit) => If(Vector512.GreaterThan(limit, x), limit, x); }
    internal readonly struct And<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => x & y; }
    internal readonly struct Or<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => x | y; }
    internal readonly struct Xor<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => x ^ y; }

    internal readonly struct SquaredDifference<T> : IBinary<T>
    {
        public static Vector512<T> Do(Vector512<T> x, Vector512<T> y)
        {
            Vector512<T> d = x - y;
            return d * d;
        }
    }

    internal readonly struct Xdivy<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => If(Vector512.Equals(x, Vector512<T>.Zero), Vector512<T>.Zero, x / y); }
    internal readonly struct Xlogy<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => If(Vector512.Equals(x, Vector512<T>.Zero), Vector512<T>.Zero, x * Log(y)); }
    internal readonly struct DivNoNan<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => If(Vector512.Equals(y, Vector512<T>.Zero), Vector512<T>.Zero, x / y); }
    internal readonly struct MulNoNan<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => If(Vector512.Equals(y, Vector512<T>.Zero), Vector512<T>.Zero, x * y); }

    internal readonly struct Xlog1py<T> : IBinary<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => If(Vector512.Equals(x, Vector512<T>.Zero), Vector512<T>.Zero, x * Log1p(y));
    }

    internal readonly struct LeakyRelu<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> alpha) => If(Vector512.GreaterThan(x, Vector512<T>.Zero), x, x * alpha); }

    // (gradient, features); what does not pass is multiplied by 0, as in TensorFlow: NaN where the gradient is not finite
    internal readonly struct ReluGrad<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> g, Vector512<T> f) => g * (Vector512.GreaterThan(f, Vector512<T>.Zero) & Vector512<T>.One); }

    internal readonly struct Relu6Grad<T> : IBinary<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> g, Vector512<T> f) => g * (Vector512.GreaterThan(f, Vector512<T>.Zero) & Vector512.LessThan(f, C<T>(6)) & Vector512<T>.One);
    }

    internal readonly struct LeakyReluGrad<T> : ITernary<T>
    {
        public static Vector512<T> Do(Vector512<T> g, Vector512<T> f, Vector512<T> alpha) => If(Vector512.GreaterThan(f, Vector512<T>.Zero), g, g * alpha);
    }

    internal readonly struct SoftplusGrad<T> : IBinary<T> where T : INumber<T> { public static Vector512<T> Do(Vector512<T> g, Vector512<T> f) => g * Sigmoid(f); }

    internal readonly struct SoftsignGrad<T> : IBinary<T>
    {
        public static Vector512<T> Do(Vector512<T> g, Vector512<T> f)
        {
            Vector512<T> d = Vector512.Abs(f) + Vector512<T>.One;
            return g / (d * d);
        }
    }

    // (gradient, outputs)
    internal readonly struct EluGrad<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> g, Vector512<T> y) => If(Vector512.LessThan(y, Vector512<T>.Zero), (y + Vector512<T>.One) * g, g); }

    internal readonly struct SeluGrad<T> : IBinary<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> g, Vector512<T> y) => If(Vector512.LessThan(y, Vector512<T>.Zero), g * (y + C<T>(UnaryOps.SeluScaleAlpha)), g * C<T>(UnaryOps.SeluScale));
    }

    // (output, gradient); the order of products is TensorFlow's, and a gradient of 0 stays one whatever the function's slope
    internal readonly struct SigmoidGrad<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> y, Vector512<T> g) => g * (y * (Vector512<T>.One - y)); }
    internal readonly struct TanhGrad<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> y, Vector512<T> g) => g * (Vector512<T>.One - y * y); }
    internal readonly struct RsqrtGrad<T> : IBinary<T> where T : INumber<T> { public static Vector512<T> Do(Vector512<T> y, Vector512<T> g) => MulNoNan<T>.Do(C<T>(-0.5) * (y * y), MulNoNan<T>.Do(y, g)); }
    internal readonly struct SqrtGrad<T> : IBinary<T> where T : INumber<T> { public static Vector512<T> Do(Vector512<T> y, Vector512<T> g) => MulNoNan<T>.Do(C<T>(0.5) / y, g); }
    internal readonly struct ReciprocalGrad<T> : IBinary<T> { public static Vector512<T> Do(Vector512<T> y, Vector512<T> g) => MulNoNan<T>.Do(-(y * y), g); }

    internal readonly struct Equal<T> : IPredicate<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.Equals(x, y); }
    internal readonly struct NotEqual<T> : IPredicate<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => ~Vector512.Equals(x, y); }
    internal readonly struct Less<T> : IPredicate<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.LessThan(x, y); }
    internal readonly struct LessEqual<T> : IPredicate<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.LessThanOrEqual(x, y); }
    internal readonly struct Greater<T> : IPredicate<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.GreaterThan(x, y); }
    internal readonly struct GreaterEqual<T> : IPredicate<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.GreaterThanOrEqual(x, y); }

    internal readonly struct IsNan<T> : IPredicate<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => ~Vector512.Equals(x, x); }

    internal readonly struct IsInf<T> : IPredicate<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.Equals(Vector512.Abs(x), C<T>(double.PositiveInfinity));
    }

    internal readonly struct IsFinite<T> : IPredicate<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => Vector512.LessThan(Vector512.Abs(x), C<T>(double.PositiveInfinity));
    }

    internal readonly struct IsTrue<T> : IPredicate<T> { public static Vector512<T> Do(Vector512<T> x, Vector512<T> y) => ~Vector512.Equals(x, Vector512<T>.Zero); }
}
