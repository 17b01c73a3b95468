using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of windows that share pictures [batch, height, width, channels] evenly among results of a given size.</summary>
[KerasObject("keras.layers")]
public sealed class AdaptiveMaxPooling2D(Sizes outputSize) : AdaptivePooling(2, outputSize)
{
    private protected override bool IsMax => true;
}
