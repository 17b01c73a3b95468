using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    static readonly (DType Real, DType Complex)[] precisions = [(DType.Float32, DType.Complex64), (DType.Float64, DType.Complex128)];

    /// <summary>Each variant of (inputs, lengths) in both precisions; the names are those of the real and the complex type.</summary>
    static OpVariant[] Both(string real, string complex, params OpInput[][] inputs) => [.. from p in precisions from i in inputs select V(i, (real, p.Real), (complex, p.Complex))];

    static Dictionary<string, OpVariant[]> Complexes() => new()
    {
        ["Complex"] = Both("T", "Tout", [D(3, 4), D(3, 4)], [D(3, 1), D(4)], [D(), D(2, 2)]),
        ["Real"] = Both("Tout", "T", [D(3, 4)], [D()], [D(37, 41)]),
        ["Imag"] = Both("Tout", "T", [D(3, 4)], [D()], [D(37, 41)]),
        ["ComplexAbs"] = Both("Tout", "T", [D(3, 4)], [D()], [D(37, 41)]),
        ["Angle"] = Both("Tout", "T", [D(small, .3, 2)], [D([], .3, 2)], [D(wide, .3, 2)]),
        ["Conj"] = [V(D(3, 4)), V(D()), V(D(37, 41))],
        ["FFT"] = Lines1,
        ["IFFT"] = Lines1,
        ["FFT2D"] = [V(D(2, 3, 4)), V(D(2, 5, 6)), V(D(2, 1, 7, 3))],
        ["IFFT2D"] = [V(D(2, 3, 4)), V(D(2, 5, 6)), V(D(2, 1, 7, 3))],
        ["FFT3D"] = [V(D(2, 3, 4, 2)), V(D(2, 5, 1, 6)), V(D(1, 2, 3, 2, 3))],
        ["IFFT3D"] = [V(D(2, 3, 4, 2)), V(D(2, 5, 1, 6)), V(D(1, 2, 3, 2, 3))],
        ["RFFT"] = Both("Treal", "Tcomplex", [D(2, 8), I(8)], [D(3, 9), I(7)], [D(2, 2, 6), I(1)], [D(2, 134), I(134)]),
        ["RFFT2D"] = Both("Treal", "Tcomplex", [D(2, 4, 6), I(4, 6)], [D(2, 5, 7), I(3, 5)], [D(3, 2, 3), I(2, 3)]),
        ["RFFT3D"] = Both("Treal", "Tcomplex", [D(2, 3, 4, 6), I(3, 4, 6)], [D(2, 2, 5, 7), I(2, 3, 5)], [D(1, 2, 2, 3), I(1, 2, 3)]),
        ["IRFFT"] = Both("Treal", "Tcomplex", [D(2, 5), I(8)], [D(3, 6), I(7)], [D(2, 2, 6), I(1)], [D(2, 68), I(134)]),
        ["IRFFT2D"] = Both("Treal", "Tcomplex", [D(2, 4, 4), I(4, 6)], [D(2, 5, 7), I(3, 5)], [D(3, 2, 3), I(2, 3)]),
        ["IRFFT3D"] = Both("Treal", "Tcomplex", [D(2, 3, 4, 4), I(3, 4, 6)], [D(2, 2, 5, 7), I(2, 3, 5)], [D(1, 2, 2, 3), I(1, 2, 3)]),
    };

    /// <summary>Lengths with small factors, a large prime one, and 1.</summary>
    static OpVariant[] Lines1 => [V(D(2, 8)), V(D(2, 12)), V(D(3, 67)), V(D(2, 1)), V(D(2, 2, 30))];
}
