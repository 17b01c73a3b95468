using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>An LSTM of convolutions over volumes: [batch, steps, depth, height, width, channels].</summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer")]
public sealed class ConvLSTM3D(int filters, Sizes kernelSize) : ConvLSTM(3, filters, kernelSize);
