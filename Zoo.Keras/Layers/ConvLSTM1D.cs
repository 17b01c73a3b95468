using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>An LSTM of convolutions over one axis: [batch, steps, length, channels].</summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer")]
public sealed class ConvLSTM1D(int filters, Sizes kernelSize) : ConvLSTM(1, filters, kernelSize);
