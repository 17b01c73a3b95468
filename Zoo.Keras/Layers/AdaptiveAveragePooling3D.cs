using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of windows that share volumes [batch, depth, height, width, channels] evenly among results of a given size.</summary>
[KerasObject("keras.layers")]
public sealed class AdaptiveAveragePooling3D(Sizes outputSize) : AdaptivePooling(3, outputSize)
{
    private protected override bool IsMax => false;
}
