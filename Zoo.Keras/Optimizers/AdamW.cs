using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2017).</summary>
[KerasObject("keras.optimizers")]
public sealed class AdamW : Adam
{
    /// <summary>Adam whose weights decay.</summary>
    public AdamW(LearningRate? learningRate = null, double? weightDecay = 0.004, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate, beta1, beta2, epsilon) => WeightDecay = weightDecay;
}
