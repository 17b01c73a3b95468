using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The mean of each channel over all places of pictures: [batch, height, width, channels] becomes [batch, channels].</summary>
[KerasObject("keras.layers")]
public sealed class GlobalAveragePooling2D : Layer
{
    /// <summary>Where the channels stand.</summary>
    public DataFormat DataFormat { get; init; }

    /// <summary>Whether height and width stay as axes of size 1.</summary>
    [KerasName("keepdims")]
    public bool KeepDims { get; init; }

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Mean(x, DataFormat.IsFirst ? [2, 3] : [1, 2], KeepDims);
}
