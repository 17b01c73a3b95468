using System.Numerics;

namespace Zoo.Autograd;

public sealed partial class NDArray
{
    /// <summary>One number, complex or real, by its place in row-major order.</summary>
    public Complex ComplexNumber(int index) => Data switch
    {
        Complex64[] single => new(single[Offset + index].Real, single[Offset + index].Imaginary),
        Complex[] full => full[Offset + index],
        _ => Number(index),
    };

    /// <summary>Sets one number; of a real array the real part.</summary>
    internal void SetComplex(int index, Complex value)
    {
        switch (Data)
        {
            case Complex64[] single: single[Offset + index] = new((float)value.Real, (float)value.Imaginary); break;
            case Complex[] full: full[Offset + index] = value; break;
            default: SetNumber(index, value.Real); break;
        }
    }
}
