using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Transposed convolution of volumes [batch, depth, height, width, channels]: what a convolution's gradient gives back to its input, which makes inputs larger by the strides.</summary>
[KerasObject("keras.layers")]
public sealed class Conv3DTranspose(int filters, Sizes kernelSize, ActivationFunction activation = default) : TransposedConvolution(3, filters, kernelSize, activation);
