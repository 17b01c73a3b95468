namespace Zoo.Keras;

/// <summary>The first input plus a part of the second: a layer within Keras' InceptionResNetV2.</summary>
/// <param name="scale">What the second is multiplied by.</param>
[KerasObject("keras.src.applications.inception_resnet_v2")]
public sealed class CustomScaleLayer(double scale) : Layer
{
    /// <summary>What the second input is multiplied by.</summary>
    public double Scale { get; } = scale;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => x.Count == 2 ? x[0] + x[1] * Scale : throw new ShapeException($"{x.Count} inputs were given. Expected two.");
}
