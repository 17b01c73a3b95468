using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>In training whole channels of pictures [batch, height, width, channels] are dropped with a probability.</summary>
[KerasObject("keras.layers")]
public sealed class SpatialDropout2D(double rate) : SpatialDropout(2, rate);
