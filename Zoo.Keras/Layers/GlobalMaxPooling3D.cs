using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of each channel over all places of volumes [batch, depth, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class GlobalMaxPooling3D() : GlobalPooling(3)
{
    private protected override bool IsMax => true;
}
