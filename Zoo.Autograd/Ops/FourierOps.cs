using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Discrete Fourier transforms over the last one, two or three axes, by <see cref="Fourier"/>.</summary>
internal static class FourierOps
{
    internal static readonly Op[] Forward = [Full("FFT", 1, false), Full("FFT2D", 2, false), Full("FFT3D", 3, false)];
    internal static readonly Op[] Inverse = [Full("IFFT", 1, true), Full("IFFT2D", 2, true), Full("IFFT3D", 3, true)];
    internal static readonly Op[] RealForward = [FromReal("RFFT", 1), FromReal("RFFT2D", 2), FromReal("RFFT3D", 3)];
    internal static readonly Op[] RealInverse = [ToReal("IRFFT", 1), ToReal("IRFFT2D", 2), ToReal("IRFFT3D", 3)];

    internal static Op Of(Op[] family, int axes) => axes is >= 1 and <= 3 ? family[axes - 1] : throw new ArgumentException($"{family[0].Name}: {axes} axes. Expected 1, 2 or 3.");

    static Op Full(string name, int axes, bool inverse) => new(name, "input:Tcomplex -> output:Tcomplex ; Tcomplex:complex64|complex128=complex64")
    {
        Shape = s => Deep(s, axes),
        Grad = (n, g) =>
        {
            var count = A.Cast(ReduceOps.Prod.Call(A.ShapeOf(n[0])[^axes..], A.Ints([0])), g.DType);
            return [inverse ? Forward[axes - 1].Call(g) / count : Inverse[axes - 1].Call(g) * count];
        },
        Kernel = k => Run(k, k.Shape(0).ToArray()[^axes..], (x, sizes) => Lines(x, sizes, sizes.Length - axes, sizes.Length, inverse)),
    };

    static Op FromReal(string name, int axes) => new(name, "input:Treal fft_length:int32 -> output:Tcomplex ; Treal:float32|float64=float32 Tcomplex:complex64|complex128=complex64")
    {
        Shape = s => s.Attr<DType>("Tcomplex") == ComplexOps.ComplexOf(s.DType(0)) ? Sized(s, axes, n => n, n => n < 0 ? n : n / 2 + 1) : throw ComplexOps.Precision(s),
        Grad = (n, g) =>
        {
            var lengths = Lengths(n);
            var whole = Grown(g, A.Concat([A.ShapeOf(g)[..^1], A.Constant(new[] { (int)lengths[^1] })], 0));
            return [Grown(A.Real(Inverse[axes - 1].Call(whole)) * Count(lengths), A.ShapeOf(n[0])), null];
        },
        Kernel = k => Run(k, k.ConstInts(1), (x, sizes) => Lines(x, sizes, sizes.Length - axes, sizes.Length, inverse: false)),
    };

    static Op ToReal(string name, int axes) => new(name, "input:Tcomplex fft_length:int32 -> output:Treal ; Treal:float32|float64=float32 Tcomplex:complex64|complex128=complex64")
    {
        Shape = s => s.Attr<DType>("Treal") == ComplexOps.RealOf(s.DType(0)) ? Sized(s, axes, n => n / 2 + 1, n => n) : throw ComplexOps.Precision(s),
        Grad = (n, g) =>
        {
            var lengths = Lengths(n);
            // all but the first number, and the last of an even length, stand for two
            double[] times = [.. Enumerable.Range(0, (int)lengths[^1] / 2 + 1).Select(k => (k == 0 || 2 * k == lengths[^1] ? 1 : 2) / Count(lengths))];
            var back = RealForward[axes - 1].Call([g, n[1]], ("Tcomplex", n[0].DType));
            return [Grown(back * A.Cast(A.Constant(NDArray.From(times)), n[0].DType), A.ShapeOf(n[0])), null];
        },
        Kernel = k =>
        {
            var lengths = k.ConstInts(1);
            return Run(k, [.. lengths[..^1], lengths[^1] / 2 + 1], (half, sizes) =>
            {
                Lines(half, sizes, sizes.Length - axes, sizes.Length - 1, inverse: true);
                int n = (int)lengths[^1], m = n / 2 + 1;
                var x = new Complex[half.Length / Math.Max(1, m) * n];
                for (var row = 0; row < x.Length / Math.Max(1, n); row++)
                {
                    var line = x.AsSpan(row * n, n);
                    for (var j = 0; j < n; j++) line[j] = j < m ? half[row * m + j] : Complex.Conjugate(half[row * m + n - j]);
                    line[0] = line[0].Real;
                    if (n % 2 == 0) line[n / 2] = line[n / 2].Real;
                    Fourier.Of(n).Inverse(line);
                }
                return x;
            });
        },
    };

    static long[] Lengths(Node n) => ShapeValues.Of(n[1]) ?? throw new GraphException($"Gradients: {n.Op.Name} of lengths that are not constant has no gradient. Give them as numbers.");

    static double Count(long[] lengths) => lengths.Aggregate(1.0, (a, b) => a * b);

    /// <summary>Zeros behind, up to a shape.</summary>
    static Variable Grown(Variable x, Variable shape)
    {
        var more = shape - A.ShapeOf(x);
        return PadOps.Pad.Call(x, A.Stack([A.ZerosLike(more), more], 1));
    }

    static Shape Deep(ShapeContext s, int axes) => !s[0].HasRank || s[0].Rank >= axes ? s[0] : throw s.Fail($"the input has rank {s[0].Rank}", $"Expected {axes} or more axes.");

    /// <summary>The shape of a transform of given lengths: what an axis must have at least, and what it becomes, of the last axis.</summary>
    static Shape Sized(ShapeContext s, int axes, Func<long, long> least, Func<long, long> last)
    {
        s.Vector(1, axes);
        var x = Deep(s, axes);
        if (!x.HasRank) return Shape.Unknown;
        var lengths = s.Value(1) ?? [.. Enumerable.Repeat(Dim.Any, axes)];
        for (var i = 0; i < axes; i++)
        {
            var (size, wanted) = (x[x.Rank - axes + i], i == axes - 1 && lengths[i] > 0 ? least(lengths[i]) : lengths[i]);
            if (s.Known(1)?[i] is < 1) throw s.Fail($"a length is {lengths[i]}", "Expected 1 or more.");
            if (size >= 0 && wanted > size) throw s.Fail($"axis {x.Rank - axes + i} has {size} numbers for a length of {lengths[i]}", $"Expected {wanted} or more. Pad the input.");
        }
        return Shape.Create([.. x.Dims[..^axes], .. lengths[..^1], last(lengths[^1])]);
    }

    /// <summary>The input cut to sizes of its last axes, transformed, and cut to the result's shape.</summary>
    static Values Run(Kernel k, long[] sizes, Func<Complex[], long[], Complex[]> transform)
    {
        var (input, result, from, to) = (k.Shape(0), k.OutShape(), k.DType(), k.OutDType());
        long[] work = [.. input.Dims[..^sizes.Length], .. sizes];
        return k.Host((x, y) =>
        {
            var numbers = new Complex[(int)Rows.Count(work)];
            for (var i = 0; i < numbers.Length; i++) numbers[i] = ComplexKernel.Read(x[0], from, Place(i, work, input.Dims));
            var done = transform(numbers, work);
            long[] made = [.. work[..^1], work.Length == 0 || result.Elements == 0 ? 0 : done.Length / Rows.Count(work.AsSpan()[..^1])];
            for (var i = 0; i < (int)result.Elements; i++) ComplexKernel.Write(y[0], to, i, done[Place(i, result.Dims, made)]);
        }, [k[0]], (result, to))[0];
    }

    /// <summary>The place in a larger array of element i of a smaller one that begins where it does.</summary>
    static int Place(int i, ReadOnlySpan<long> dims, ReadOnlySpan<long> within)
    {
        long place = 0, step = 1;
        for (var axis = dims.Length - 1; axis >= 0; axis--)
        {
            place += i % dims[axis] * step;
            i /= (int)dims[axis];
            step *= within[axis];
        }
        return (int)place;
    }

    /// <summary>Transforms all lines along axes.</summary>
    static Complex[] Lines(Complex[] x, long[] sizes, int first, int end, bool inverse)
    {
        for (var axis = first; axis < end; axis++)
        {
            var (n, inner) = ((int)sizes[axis], (int)Rows.Count(sizes.AsSpan()[(axis + 1)..]));
            var line = new Complex[n];
            for (var start = 0; start < x.Length; start++)
            {
                if (start / inner % n != 0) continue;
                for (var j = 0; j < n; j++) line[j] = x[start + j * inner];
                if (inverse) Fourier.Of(n).Inverse(line);
                else Fourier.Of(n).Transform(line);
                for (var j = 0; j < n; j++) x[start + j * inner] = line[j];
            }
        }
        return x;
    }
}
