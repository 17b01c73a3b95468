using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>Its input cut along an axis: as many results as there are points, and one.</summary>
/// <param name="axis">The axis; the batch is 0.</param>
/// <param name="points">Where the second and further results begin.</param>
[KerasObject(Package = "caffe")]
public sealed class Slice(int axis, params int[] points) : Layer
{
    /// <summary>The axis.</summary>
    public int Axis { get; } = axis;

    /// <summary>Where the second and further results begin.</summary>
    public int[] Points { get; } = points;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var at = x[0].Shape.Axis(Axis, "axis");
        var size = x[0].Shape[at];
        long[] edges = [0, .. Points, size];
        var sizes = edges.Skip(1).Zip(edges, (after, before) => after - before).ToArray();
        return size >= 0 && sizes.All(s => s > 0) ? A.Split(x[0], sizes, at)
            : throw new ShapeException($"the points {string.Join(", ", Points)} do not cut {x[0].Shape} along axis {at}. Expected growing numbers within a known size.") { Actual = x[0].Shape };
    }
}
