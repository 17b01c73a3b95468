using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Convolution of volumes [batch, depth, height, width, channels].</summary>
/// <example><code>var y = x >> new Conv3D(32, (1, 3, 3), "relu");</code></example>
[KerasObject("keras.layers")]
public sealed class Conv3D(int filters, Sizes kernelSize, ActivationFunction activation = default) : Convolution(3, filters, kernelSize, activation);
