using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Its input, or all of several (Keras' layer Identity; the initializer has the name here).</summary>
[KerasObject("keras.layers", ClassName = "Identity")]
public sealed class IdentityLayer : Layer
{
    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        c.OutputMasks = [.. c.Masks];
        return x.ToArray();
    }
}
