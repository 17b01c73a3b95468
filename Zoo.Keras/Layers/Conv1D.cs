using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Convolution of sequences [batch, steps, channels].</summary>
/// <example><code>var y = x >> new Conv1D(32, 3, "relu") { Padding = "causal" };</code></example>
[KerasObject("keras.layers")]
public sealed class Conv1D(int filters, Sizes kernelSize, ActivationFunction activation = default) : Convolution(1, filters, kernelSize, activation);
