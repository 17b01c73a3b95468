using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of each channel over all places of pictures [batch, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class GlobalMaxPooling2D() : GlobalPooling(2)
{
    private protected override bool IsMax => true;
}
