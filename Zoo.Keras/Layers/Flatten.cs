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
        return A.Reshape(x, sample.IsKnown ? [Dim.Any, sample.Elements] : [x.Shape[0] >= 0 ? x.Shape[0] : throw Unknown(x), Dim.Any]);
    }

    static ShapeException Unknown(Variable x) => new($"the input has shape {x.Shape}. Expected one unknown size at most, the batch or another. Give the Input its sizes.") { Actual = x.Shape };
}
