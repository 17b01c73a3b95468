using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Squares up to a distance, straight lines from there (Huber, 1964).</summary>
[KerasObject("keras.losses")]
public sealed class Huber : Loss
{
    /// <summary>The loss with a distance.</summary>
    /// <param name="delta">Where the square ends; null for 1. Keras does not store it.</param>
    public Huber(double? delta = null) => (Delta, Name) = (delta, "huber_loss");

    /// <summary>Where the square ends; null for 1.</summary>
    [KerasOptional]
    public double? Delta { get; }

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Huber(yTrue, yPred, Delta ?? 1);
}
