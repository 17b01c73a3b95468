using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>An activation as a layer of its own.</summary>
[KerasObject("keras.layers")]
public sealed class Activation(ActivationFunction function) : Layer
{
    /// <summary>The activation.</summary>
    [KerasName("activation")]
    public ActivationFunction Function { get; } = function;

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => Function.Of(x);
}
