using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A recurrent layer over any cell.</summary>
/// <example><code>var y = x >> new RNN(new LSTMCell(32)) { ReturnSequences = true };</code></example>
[KerasObject("keras.layers")]
public sealed class RNN(RnnCell cell) : RecurrentLayer
{
    /// <summary>Several cells, each of which gets the result of the one before.</summary>
    public RNN(params IReadOnlyList<RnnCell> cells) : this(new StackedRNNCells(cells)) { }

    /// <summary>The cell.</summary>
    public RnnCell Cell { get; } = cell;

    private protected override RnnCell MakeCell() => Cell;
}
