using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>An LSTM of convolutions over pictures: [batch, steps, height, width, channels].</summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer")]
public sealed class ConvLSTM2D(int filters, Sizes kernelSize) : ConvLSTM(2, filters, kernelSize);
