using Zoo.Keras;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>The part of its first input that has the sizes of the second from an axis on.</summary>
/// <param name="axis">The first axis that is cut; the batch is 0.</param>
/// <param name="offsets">Where the part begins: one number for all axes, or one for each; none stands for 0.</param>
[KerasObject(Package = "caffe")]
public sealed class Crop(int axis = 2, params int[] offsets) : Layer
{
    /// <summary>The first axis that is cut.</summary>
    public int Axis { get; } = axis;

    /// <summary>Where the part begins.</summary>
    public int[] Offsets { get; } = offsets;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (x.Count != 2) throw new ShapeException($"{x.Count} inputs were given. Expected two: what is cut, and what has the sizes.");
        var (from, like) = (x[0], x[1].Shape);
        var first = from.Shape.Axis(Axis, "axis");
        if (like.Rank != from.Shape.Rank || Offsets.Length > 1 && Offsets.Length != from.Shape.Rank - first)
            throw new ShapeException($"{from.Shape} cannot be cut to {like} with offsets ({string.Join(", ", Offsets)}). Expected equal ranks, and one offset or {from.Shape.Rank - first}.") { Actual = from.Shape };
        var parts = new AxisIndex[from.Shape.Rank];
        Array.Fill(parts, Range.All);
        for (var i = first; i < parts.Length; i++)
        {
            var start = Offsets.Length == 0 ? 0 : Offsets[Offsets.Length == 1 ? 0 : i - first];
            if (like[i] >= 0) parts[i] = start..checked(start + (int)like[i]);
            else if (i > 0 || start != 0) throw new ShapeException($"{like} has an unknown size at axis {i}. Expected known ones. Give the input its sizes.") { Actual = like };
        }
        return from[parts];
    }
}
