using System.Numerics.Tensors;

namespace Zoo.Keras;

/// <summary>A stream of random numbers for initializers, many at a time.</summary>
/// <param name="seed">Names the stream.</param>
/// <param name="skip">How many numbers of it are left out.</param>
internal sealed class SplitMixSource(ulong seed, ulong skip = 0)
{
    const int Many = 256;
    SplitMix random = new(seed, skip);

    internal void Uniform(Span<double> x, double low, double high)
    {
        for (var i = 0; i < x.Length; i++) x[i] = low + (high - low) * random.NextDouble();
    }

    /// <summary>Standard normal numbers, of two uniform ones each (Box and Muller, 1958).</summary>
    internal void Normal(Span<double> x)
    {
        Span<double> radii = stackalloc double[Many], angles = stackalloc double[Many];
        for (var from = 0; from < x.Length; from += Many)
        {
            var part = x[from..Math.Min(from + Many, x.Length)];
            Span<double> radius = radii[..part.Length], angle = angles[..part.Length];
            for (var i = 0; i < part.Length; i++) (radius[i], angle[i]) = (1 - random.NextDouble(), 2 * Math.PI * random.NextDouble());
            TensorPrimitives.Log(radius, radius);
            TensorPrimitives.Multiply(radius, -2, radius);
            TensorPrimitives.Sqrt(radius, radius);
            TensorPrimitives.Cos(angle, angle);
            TensorPrimitives.Multiply(radius, angle, part);
        }
    }

    /// <summary>Standard normal numbers within two standard deviations; others are drawn again.</summary>
    internal void Truncated(Span<double> x)
    {
        Span<double> drawn = stackalloc double[Many];
        for (var at = 0; at < x.Length;)
        {
            Normal(drawn);
            foreach (var number in drawn)
                if (number is > -2 and < 2 && at < x.Length) x[at++] = number;
        }
    }

    /// <summary>Numbers times a factor, and a number added.</summary>
    internal static void Scale(Span<double> x, double factor, double offset)
    {
        TensorPrimitives.Multiply(x, factor, x);
        TensorPrimitives.Add(x, offset, x);
    }
}
