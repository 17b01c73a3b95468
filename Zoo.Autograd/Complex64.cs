namespace Zoo.Autograd;

/// <summary>A complex number of two 32-bit floats, as tensors of <see cref="DType.Complex64"/> hold it.</summary>
/// <param name="Real">The real part.</param>
/// <param name="Imaginary">The imaginary part.</param>
public readonly record struct Complex64(float Real, float Imaginary);
