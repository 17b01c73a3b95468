using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of each channel over all places of volumes [batch, depth, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class GlobalAveragePooling3D() : GlobalPooling(3)
{
    private protected override bool IsMax => false;
}
