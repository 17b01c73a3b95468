using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Convolution of pictures [batch, height, width, channels].</summary>
/// <example><code>var y = x >> new Conv2D(32, 3, "relu") { Padding = "same" };</code></example>
[KerasObject("keras.layers")]
public sealed class Conv2D(int filters, Sizes kernelSize, ActivationFunction activation = default) : Convolution(2, filters, kernelSize, activation);
