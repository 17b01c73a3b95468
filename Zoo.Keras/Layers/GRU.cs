using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Gated recurrent unit (Cho et al., 2014).</summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer")]
public sealed class GRU(int units) : UnitsLayer(units), IGates
{
    /// <summary>The activation of the gates; sigmoid by default.</summary>
    public ActivationFunction RecurrentActivation { get; init; } = "sigmoid";

    /// <summary>Whether the reset gate multiplies the state after the matrix product (then the bias has a second row, for the recurrent part), or before it.</summary>
    public bool ResetAfter { get; init; } = true;

    /// <summary>Whether one op computes all steps: where it can by default; true demands it, false has the cell computed step by step.</summary>
    [KerasIgnore]
    public bool? UseCudnn { get; init; }

    private protected override RnnCell MakeCell() => new GRUCell(this) { DTypePolicy = DTypePolicy, Trainable = Trainable };
}
