using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of each channel over all places of sequences [batch, steps, channels].</summary>
[KerasObject("keras.layers")]
public sealed class GlobalMaxPooling1D() : GlobalPooling(1)
{
    private protected override bool IsMax => true;
}
