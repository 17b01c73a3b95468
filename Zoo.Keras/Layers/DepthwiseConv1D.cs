using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Convolution of each channel of sequences [batch, steps, channels] with filters of its own.</summary>
[KerasObject("keras.layers")]
public sealed class DepthwiseConv1D(Sizes kernelSize, ActivationFunction activation = default) : DepthwiseConvolution(1, kernelSize, activation);
