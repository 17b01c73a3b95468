using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>x above 0, alpha · (eˣ − 1) below (Clevert and others, 2016).</summary>
[KerasObject("keras.layers")]
public sealed class ELU(double alpha = 1) : Layer
{
    /// <summary>The limit below is −alpha.</summary>
    public double Alpha { get; } = alpha;

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => Activations.Elu(x, Alpha);
}
