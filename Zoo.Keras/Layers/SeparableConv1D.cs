using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Convolution of sequences [batch, steps, channels] in two: of each channel by itself, then of all channels place by place.</summary>
[KerasObject("keras.layers")]
public sealed class SeparableConv1D(int filters, Sizes kernelSize, ActivationFunction activation = default) : SeparableConvolution(1, filters, kernelSize, activation);
