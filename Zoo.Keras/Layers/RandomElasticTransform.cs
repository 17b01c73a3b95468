using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: the random field and its smoothing are no op.
/// <summary>Pictures bent like rubber, with a probability: each place comes from one moved by smooth noise (Simard et al. 2003).</summary>
[KerasObject("keras.layers")]
public sealed class RandomElasticTransform(Factor? factor = null) : RandomImageLayer
{
    /// <summary>The probability, or the range from which it is drawn.</summary>
    public Factor Factor { get; } = (factor ?? 1).Within(0, 1, "RandomElasticTransform: the factor");

    /// <summary>How strong.</summary>
    public Factor Scale { get; init => field = value.Within(0, 1, "RandomElasticTransform: the scale"); } = (0, 1);

    /// <summary><c>bilinear</c> or <c>nearest</c>.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", "bilinear", "nearest"); } = "bilinear";

    /// <summary>What lies outside: <c>reflect</c>, <c>constant</c> or <c>nearest</c>.</summary>
    public string FillMode { get; init => field = OneOf(value, "fill mode", "reflect", "constant", "nearest"); } = "reflect";

    /// <summary>The number outside, of fill mode <c>constant</c>.</summary>
    public double FillValue { get; init; }

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var (height, width) = (Size(x, 1), Size(x, 2));
        var strength = A.Reshape(Draw(x, c, Scale), [Dim.Any, 1, 1]);
        var (alpha, sigma) = (strength * A.Maximum(height, width) * 0.1, strength * A.Minimum(height, width) * 0.05 + 1e-6);
        Variable Places(int axis, Shape shape) => A.Reshape(Along(x, axis), shape) + alpha * Noise(x, c, sigma);
        var (row, column) = (Places(1, [1, Dim.Any, 1]), Places(2, [1, 1, Dim.Any]));
        var bent = Interpolation == "nearest" ? At(x, A.Round(row), A.Round(column)) : Blend(x, row, column);
        return A.Clip(A.Where(Happens(x, c, Factor), bent, x), ValueRange.Low, ValueRange.High);
    }

    /// <summary>Normal noise [batch, height, width] times sigma, smoothed by a bell of that width.</summary>
    Variable Noise(Variable x, CallContext c, Variable sigma)
    {
        var pair = x.Shape.With(3, 2);
        var u = c.RandomUniform(x, pair.With(0, Dim.Any), Seed);
        var normal = A.Sqrt(A.Log(A.Maximum(u[.., .., .., 0], 1e-7)) * -2) * A.Cos(u[.., .., .., 1] * (2 * Math.PI)) * sigma;
        return A.BatchMatMul(A.BatchMatMul(Bell(1), normal), Bell(2));

        Variable Bell(int axis)
        {
            var distance = A.Reshape(Along(x, axis), [1, Dim.Any, 1]) - A.Reshape(Along(x, axis), [1, 1, Dim.Any]);
            // the weights of a whole bell add up to σ√2π, but to no less than 1, its middle
            return A.Exp(A.Square(distance / sigma) * -0.5) / A.Maximum(sigma * Math.Sqrt(2 * Math.PI), 1);
        }
    }

    Variable Blend(Variable x, Variable row, Variable column)
    {
        var (top, left) = (A.Floor(row), A.Floor(column));
        var (down, right) = (A.ExpandDims(row - top, -1), A.ExpandDims(column - left, -1));
        var upper = At(x, top, left) * (1 - right) + At(x, top, left + 1) * right;
        var lower = At(x, top + 1, left) * (1 - right) + At(x, top + 1, left + 1) * right;
        return upper * (1 - down) + lower * down;
    }

    /// <summary>The pixels at whole places, [batch, height, width].</summary>
    Variable At(Variable x, Variable row, Variable column)
    {
        var (height, width) = (Size(x, 1), Size(x, 2));
        var index = A.Cast(Place(row, height), DType.Int32) * A.SizeOf(x, 2) + A.Cast(Place(column, width), DType.Int32);
        var pixels = A.Reshape(x, A.Stack([A.SizeOf(x, 0), A.SizeOf(x, 1) * A.SizeOf(x, 2), A.SizeOf(x, 3)]));
        var found = A.Gather(pixels, index, 1, 1);
        if (FillMode != "constant") return found;
        var outside = A.Abs(Within(row, height) - row) + A.Abs(Within(column, width) - column) > 0.5;
        return A.Where(A.ExpandDims(outside, -1), A.OnesLike(found) * FillValue, found);
    }

    Variable Place(Variable place, Variable size)
    {
        if (FillMode == "reflect") place = A.Where(place < 0, -1 - place, A.Where(place > size - 1, size * 2 - 1 - place, place));
        return Within(place, size);
    }

    static Variable Within(Variable place, Variable size) => A.Minimum(A.Maximum(place, 0), size - 1);

    static Variable Size(Variable x, int axis) => A.Cast(A.SizeOf(x, axis), x.DType);

    static Variable Along(Variable x, int axis) => A.Cast(A.Range(A.SizeOf(x, axis)), x.DType);
}
