using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Transposed convolution of sequences [batch, steps, channels]: what a convolution's gradient gives back to its input, which makes inputs larger by the strides.</summary>
[KerasObject("keras.layers")]
public sealed class Conv1DTranspose(int filters, Sizes kernelSize, ActivationFunction activation = default) : TransposedConvolution(1, filters, kernelSize, activation);
