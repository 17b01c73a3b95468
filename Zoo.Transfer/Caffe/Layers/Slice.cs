using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>Its input cut along an axis: as many results as there are points, and one; or equal parts.</summary>
/// <param name="axis">The axis; the batch is 0.</param>
/// <param name="points">Where the second and further results begin; none for equal parts.</param>
[KerasObject(Package = "caffe")]
public sealed class Slice(int axis, params int[] points) : Layer
{
    /// <summary>The axis.</summary>
    public int Axis { get; } = axis;

    /// <summary>Where the second and further results begin.</summary>
    public int[] Points { get; } = points;

    /// <summary>How many equal parts, where there are no points.</summary>
    public int Pieces { get; init; } = 1;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var at = x[0].Shape.Axis(Axis, "axis");
        var size = x[0].Shape[at];
        if (Points.Length == 0)
            return size < 0 || size % Pieces == 0 ? A.Split(x[0], Pieces, at)
                : throw new ShapeException($"{Pieces} equal parts of axis {at} of {x[0].Shape} do not come out even. Expected a number that divides {size}.") { Actual = x[0].Shape };
        int[] edges = [0, .. Points];
        if (edges.Zip(Points, (before, after) => after <= before).Any(b => b) || size >= 0 && Points[^1] >= size)
            throw new ShapeException($"the points {string.Join(", ", Points)} do not cut {x[0].Shape} along axis {at}. Expected growing numbers within its size.") { Actual = x[0].Shape };
        return (Variable[])[.. edges.Select((edge, i) =>
        {
            var part = Enumerable.Repeat<AxisIndex>(Range.All, x[0].Shape.Rank).ToArray();
            part[at] = i < Points.Length ? edge..Points[i] : edge..;
            return x[0][part];
        })];
    }
}
