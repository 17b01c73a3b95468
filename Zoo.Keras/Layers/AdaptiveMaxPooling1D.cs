using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of windows that share sequences [batch, steps, channels] evenly among results of a given size.</summary>
[KerasObject("keras.layers")]
public sealed class AdaptiveMaxPooling1D(Sizes outputSize) : AdaptivePooling(1, outputSize)
{
    private protected override bool IsMax => true;
}
