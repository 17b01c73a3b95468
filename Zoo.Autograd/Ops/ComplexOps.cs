using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Complex numbers and their parts. The gradient of a complex number is TensorFlow's: that for the real part plus i times that for the imaginary one.
/// </summary>
internal static class ComplexOps
{
    internal static readonly Op Complex = new("Complex", "real:T imag:T -> out:Tout ; T:float32|float64=float32 Tout:complex64|complex128=complex64")
    {
        Shape = s => s.Attr<DType>("Tout") == ComplexOf(s.DType(0)) ? s.Broadcast() : throw Precision(s),
        Grad = (n, g) => [A.Real(g).SumTo(n[0]), A.Imag(g).SumTo(n[1])],
        Kernel = k => ComplexKernel.Map(k, (re, im) => new(re.Real, im.Real)),
    };

    internal static readonly Op Real = Part("Real", (n, g) => A.Complex(g, A.ZerosLike(g)), x => x.Real);
    internal static readonly Op Imag = Part("Imag", (n, g) => A.Complex(A.ZerosLike(g), g), x => x.Imaginary);
    internal static readonly Op Abs = Part("ComplexAbs", (n, g) => A.Complex(g, A.ZerosLike(g)) * A.Sign(n[0]), x => x.Magnitude, "x");
    internal static readonly Op Angle = Part("Angle", (n, g) => A.Complex(-g, A.ZerosLike(g)) / A.Complex(A.Imag(n[0]), A.Real(n[0])), x => x.Phase);

    internal static readonly Op Conj = new("Conj", "input:T -> output:T ; T:complex64|complex128|variant=complex64")
    {
        Shape = s => s[0],
        Grad = (n, g) => [A.Conj(g)],
        Simplify = n => n[0].Node.Op == Conj! ? n[0].Node[0] : null,
        Kernel = k => ComplexKernel.Map(k, (x, _) => System.Numerics.Complex.Conjugate(x)),
    };

    /// <summary>The complex type whose parts have a type.</summary>
    internal static DType ComplexOf(DType real) => real == DType.Float64 ? DType.Complex128 : DType.Complex64;

    /// <summary>The type of a complex type's parts.</summary>
    internal static DType RealOf(DType complex) => complex == DType.Complex128 ? DType.Float64 : DType.Float32;

    internal static ShapeException Precision(ShapeContext s) => s.Fail($"{s.DType(0).Name()} and the type of the result differ in precision", "Expected float32 with complex64, float64 with complex128.");

    /// <summary>
    /// The gradient by a node's formula. Many formulas are those of real numbers, g·f'(x): with complex ones the derivative is to be conjugated, which is the same as conjugating g before and
    /// the result after.
    /// </summary>
    internal static Variable?[] Gradient(Node n, Variable g) => (n.Op.ComplexGrad ?? n.Op.Pointwise is null) || !n.Out.DType.IsComplex() ? n.Op.Grad!(n, g)
        : Array.ConvertAll(n.Op.Grad!(n, A.Conj(g)), part => part is null ? null : A.Conj(part));

    static Op Part(string name, Func<Node, Variable, Variable> grad, Func<Complex, double> of, string input = "input") => new(name, $"{input}:T -> {(input == "x" ? "y" : "output")}:Tout ; T:complex64|complex128=complex64 Tout:float32|float64=float32")
    {
        Shape = s => s.Attr<DType>("Tout") == RealOf(s.DType(0)) ? s[0] : throw Precision(s),
        Grad = (n, g) => [grad(n, g)],
        Kernel = k => ComplexKernel.Map(k, (x, _) => of(x)),
    };
}
