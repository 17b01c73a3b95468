namespace Zoo.Keras;

/// <summary>x times a trained factor for each channel, which begins small (Touvron and others, 2021): a layer within Keras' ConvNeXt.</summary>
/// <param name="initValues">Where the factors begin.</param>
/// <param name="projectionDim">The number of channels.</param>
[KerasObject("keras.src.applications.convnext")]
public sealed class LayerScale(double initValues, int projectionDim) : Layer
{
    Parameter gamma = null!;

    /// <summary>Where the factors begin.</summary>
    public double InitValues { get; } = initValues;

    /// <summary>The number of channels.</summary>
    public int ProjectionDim { get; } = projectionDim > 0 ? projectionDim : throw new ArgumentException($"LayerScale: {projectionDim} channels were asked for. Expected a positive number.");

    /// <inheritdoc/>
    protected override void Build(Shape input) => gamma = Weight("gamma", [ProjectionDim], new Constant(InitValues));

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x * gamma;
}
