using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Each sample in another shape; one size may be -1 and follows from the others.</summary>
[KerasObject("keras.layers")]
public sealed class Reshape(params long[] targetShape) : Layer
{
    /// <summary>The shape of a sample, without the batch.</summary>
    public long[] TargetShape { get; } = targetShape.Count(d => d == -1) <= 1 && targetShape.All(d => d >= -1) ? targetShape
        : throw new ArgumentException($"Reshape: [{string.Join(", ", targetShape)}] is no shape. Expected sizes from 0, one of which may be -1.");

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var (sample, target) = (x.Shape[1..], (long[])TargetShape.Clone());
        var (free, given) = (Array.IndexOf(target, -1), target.Where(d => d >= 0).Aggregate(1L, (a, b) => a * b));
        if (sample.IsKnown && (free < 0 ? given != sample.Elements : given == 0 || sample.Elements % given != 0))
            throw new ShapeException($"a sample of {sample} has {sample.Elements} elements, which do not fill [{string.Join(", ", TargetShape)}]. Expected as many.") { Actual = x.Shape };
        if (sample.IsKnown && free >= 0) target[free] = sample.Elements / given;
        if (x.Shape[0] >= 0 || Array.IndexOf(target, -1) < 0) return A.Reshape(x, Shape.Create([x.Shape[0], .. target]));
        return A.Reshape(x, A.Concat([A.ShapeOf(x)[..1], A.Constant(NDArray.From(Array.ConvertAll(target, d => (int)d)))], axis: 0));
    }
}
