using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Its input, with a penalty of l1 · Σ|x| + l2 · Σx² on it, the mean over the batch.</summary>
[KerasObject("keras.layers"), KerasOmit("activity_regularizer")]
public sealed class ActivityRegularization : Layer
{
    /// <summary>A layer with these factors.</summary>
    public ActivityRegularization(double l1 = 0, double l2 = 0) => (L1, L2, ActivityRegularizer) = (l1, l2, new L1L2(l1, l2));

    /// <summary>The factor of Σ|x|.</summary>
    [KerasName("l1")]
    public double L1 { get; }

    /// <summary>The factor of Σx².</summary>
    [KerasName("l2")]
    public double L2 { get; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x;
}
