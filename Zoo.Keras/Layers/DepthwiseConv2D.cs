using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Convolution of each channel of pictures [batch, height, width, channels] with filters of its own.</summary>
[KerasObject("keras.layers")]
public sealed class DepthwiseConv2D(Sizes kernelSize, ActivationFunction activation = default) : DepthwiseConvolution(2, kernelSize, activation);
