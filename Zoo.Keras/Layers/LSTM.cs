using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Long short-term memory (Hochreiter and Schmidhuber, 1997). Its states: the result, and what the cell remembers.</summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer")]
public sealed class LSTM(int units) : UnitsLayer(units), IGates
{
    /// <summary>The activation of the gates; sigmoid by default.</summary>
    public ActivationFunction RecurrentActivation { get; init; } = "sigmoid";

    /// <summary>Whether the bias of the forget gate begins with 1.</summary>
    public bool UnitForgetBias { get; init; } = true;

    /// <summary>Whether one op computes all steps: where it can by default; true demands it, false has the cell computed step by step.</summary>
    [KerasIgnore]
    public bool? UseCudnn { get; init; }

    private protected override RnnCell MakeCell() => new LSTMCell(this) { DTypePolicy = DTypePolicy, Trainable = Trainable };
}
