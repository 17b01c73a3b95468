using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>All axes but the batch in one; a picture with channels first is read channels last.</summary>
[KerasObject("keras.layers")]
public sealed class Flatten : Layer
{
    /// <summary>Where the channels stand.</summary>
    public DataFormat DataFormat { get; init; }

    /// <inheritdoc/>
    protected override void Build(Shape input) { }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        x = DataFormat.ToLast(x);
        var sample = x.Shape[1..];
        if (sample.IsKnown) return A.Reshape(x, [Dim.Any, sample.Elements]);
        return x.Shape[0] >= 0 ? A.Reshape(x, [x.Shape[0], Dim.Any]) : A.Reshape(x, A.Concat([A.ShapeOf(x)[..1], A.Ints(-1)], 0));
    }
}
