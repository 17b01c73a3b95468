using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>In training whole channels of volumes [batch, depth, height, width, channels] are dropped with a probability.</summary>
[KerasObject("keras.layers")]
public sealed class SpatialDropout3D(double rate) : SpatialDropout(3, rate);
