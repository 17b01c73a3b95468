using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of each channel over all places of pictures [batch, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class GlobalAveragePooling2D() : GlobalPooling(2)
{
    private protected override bool IsMax => false;
}
