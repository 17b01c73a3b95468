using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Convolution of pictures [batch, height, width, channels] in two: of each channel by itself, then of all channels place by place.</summary>
[KerasObject("keras.layers")]
public sealed class SeparableConv2D(int filters, Sizes kernelSize, ActivationFunction activation = default) : SeparableConvolution(2, filters, kernelSize, activation);
