using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// SSD's default boxes (Liu et al., 2016) for the places of a feature map [batch, channels, height, width] of a picture (the second input): [1, 2, 4 · boxes], the corners as parts of the
/// picture, then the variances.
/// </summary>
/// <param name="minSizes">The sides of the smaller squares, in pixels.</param>
/// <param name="maxSizes">For each of them the side of a larger one, of which the geometric mean is taken; none, or as many.</param>
/// <param name="aspectRatios">Further ratios of width and height; 1 is always there.</param>
/// <param name="variances">One variance, or four.</param>
[KerasObject(Package = "caffe")]
public sealed class PriorBox(double[] minSizes, double[] maxSizes, double[] aspectRatios, double[] variances) : Layer
{
    const long MostNumbers = 1 << 24;

    /// <summary>The sides of the smaller squares.</summary>
    public double[] MinSizes { get; } = minSizes;

    /// <summary>The sides of the larger squares.</summary>
    public double[] MaxSizes { get; } = maxSizes.Length == 0 || maxSizes.Length == minSizes.Length ? maxSizes : throw new ArgumentException($"PriorBox: there are {minSizes.Length} least sizes and {maxSizes.Length} largest. Expected as many, or no largest.");

    /// <summary>Ratios of width and height.</summary>
    public double[] AspectRatios { get; } = aspectRatios;

    /// <summary>One variance, or four.</summary>
    public double[] Variances { get; } = variances.Length is 1 or 4 ? variances : throw new ArgumentException($"PriorBox: there are {variances.Length} variances. Expected 1 or 4.");

    /// <summary>Whether each ratio is there the other way round too.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Whether boxes end at the picture's edges.</summary>
    public bool Clip { get; init; }

    /// <summary>The picture's height and width; 0 for those of the second input.</summary>
    public int[] ImageSize { get; init; } = [0, 0];

    /// <summary>The distance of places down and across, in pixels; 0 for the picture's size over that of the map.</summary>
    public double[] Steps { get; init; } = [0, 0];

    /// <summary>Where in its cell a box has its middle.</summary>
    public double Offset { get; init; } = 0.5;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (x.Count != 2 || x[0].Shape.Rank != 4 || x[1].Shape.Rank != 4 || !x[0].Shape[2..].IsKnown || !x[1].Shape[2..].IsKnown)
            throw new ShapeException($"the inputs have shapes {string.Join(" and ", x.Select(v => v.Shape))}. Expected a feature map and a picture of known sizes.");
        var (rows, columns) = (x[0].Shape[2], x[0].Shape[3]);
        var (height, width) = ((float)(ImageSize[0] > 0 ? ImageSize[0] : x[1].Shape[2]), (float)(ImageSize[1] > 0 ? ImageSize[1] : x[1].Shape[3]));
        var sides = Sides();
        var numbers = (System.Numerics.BigInteger)rows * columns * sides.Count * 4;
        if (numbers > MostNumbers) throw new ShapeException($"a map of {rows} x {columns} with {sides.Count} boxes each has {numbers} numbers. Expected at most {MostNumbers}.");
        var (down, across) = (Steps[0] > 0 ? (float)Steps[0] : height / rows, Steps[1] > 0 ? (float)Steps[1] : width / columns);
        var result = new float[2 * (int)numbers];
        var at = 0;
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                foreach (var (w, h) in sides)
                {
                    var (middleX, middleY) = ((column + (float)Offset) * across, (row + (float)Offset) * down);
                    foreach (var edge in (ReadOnlySpan<float>)[(middleX - w / 2) / width, (middleY - h / 2) / height, (middleX + w / 2) / width, (middleY + h / 2) / height])
                    {
                        result[at + (int)numbers] = (float)Variances[Variances.Length == 1 ? 0 : at % 4];
                        result[at++] = Clip ? Math.Clamp(edge, 0, 1) : edge;
                    }
                }
        return A.Constant(NDArray.From(result, [1, 2, (long)numbers]));
    }

    /// <summary>Width and height of the boxes of a place, in Caffe's order.</summary>
    List<(float Width, float Height)> Sides()
    {
        var ratios = new List<float> { 1 };
        foreach (var ratio in AspectRatios.Select(r => (float)r))
        {
            if (ratios.Exists(r => Math.Abs(r - ratio) < 1e-6f)) continue;
            ratios.Add(ratio);
            if (Flip) ratios.Add(1 / ratio);
        }
        var sides = new List<(float, float)>();
        for (var i = 0; i < MinSizes.Length; i++)
        {
            var least = (float)MinSizes[i];
            sides.Add((least, least));
            if (MaxSizes.Length > 0) sides.Add((MathF.Sqrt(least * (float)MaxSizes[i]), MathF.Sqrt(least * (float)MaxSizes[i])));
            foreach (var ratio in ratios.Skip(1)) sides.Add((least * MathF.Sqrt(ratio), least / MathF.Sqrt(ratio)));
        }
        return sides;
    }
}
