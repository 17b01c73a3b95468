using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>Complex numbers of their real and imaginary parts, which broadcast: complex64 of float32, complex128 of float64.</summary>
    public static Variable Complex(Variable real, Variable imaginary) => ComplexOps.Complex.Call([real, imaginary], ("Tout", ComplexOps.ComplexOf(real.DType)));

    /// <summary>The real part; of real numbers these themselves.</summary>
    public static Variable Real(Variable x) => x.DType.IsComplex() ? ComplexOps.Real.Call([x], ("Tout", ComplexOps.RealOf(x.DType))) : x;

    /// <summary>The imaginary part of complex numbers.</summary>
    public static Variable Imag(Variable x) => ComplexOps.Imag.Call([x], ("Tout", ComplexOps.RealOf(x.DType)));

    /// <summary>The conjugates; of real numbers these themselves.</summary>
    public static Variable Conj(Variable x) => x.DType.IsComplex() ? ComplexOps.Conj.Call(x) : x;

    /// <summary>The angles of complex numbers, from −π to π.</summary>
    public static Variable Angle(Variable x) => ComplexOps.Angle.Call([x], ("Tout", ComplexOps.RealOf(x.DType)));

    /// <summary>The discrete Fourier transform over the last 1, 2 or 3 axes of complex numbers.</summary>
    /// <exception cref="ArgumentException">Not 1 to 3 axes.</exception>
    public static Variable FFT(Variable x, int axes = 1) => FourierOps.Of(FourierOps.Forward, axes).Call(x);

    /// <summary>The inverse of <see cref="FFT"/>.</summary>
    public static Variable IFFT(Variable x, int axes = 1) => FourierOps.Of(FourierOps.Inverse, axes).Call(x);

    /// <summary>The Fourier transform of real numbers over the last axes, one for each length: the half of it that says all. Longer axes are cut, shorter ones are an error.</summary>
    public static Variable RFFT(Variable x, params int[] lengths) =>
        FourierOps.Of(FourierOps.RealForward, lengths.Length).Call([x, Constant(lengths)], ("Tcomplex", ComplexOps.ComplexOf(x.DType)));

    /// <summary>The inverse of <see cref="RFFT"/>: real numbers of these lengths.</summary>
    public static Variable IRFFT(Variable x, params int[] lengths) =>
        FourierOps.Of(FourierOps.RealInverse, lengths.Length).Call([x, Constant(lengths)], ("Treal", ComplexOps.RealOf(x.DType)));
}
