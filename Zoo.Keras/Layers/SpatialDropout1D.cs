using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>In training whole channels of sequences [batch, steps, channels] are dropped with a probability.</summary>
[KerasObject("keras.layers"), KerasOmit("data_format")]
public sealed class SpatialDropout1D(double rate) : SpatialDropout(1, rate);
