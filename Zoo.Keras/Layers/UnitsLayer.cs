namespace Zoo.Keras;

/// <summary>Recurrent layers of matrix products: <see cref="SimpleRNN"/>, <see cref="LSTM"/>, <see cref="GRU"/>.</summary>
public abstract class UnitsLayer : GatedLayer, IGates
{
    private protected UnitsLayer(int units) => Units = units > 0 ? units : throw new ArgumentException($"{GetType().Name}: {units} units were asked for. Expected a positive number.");

    /// <summary>The size of the state and of the result.</summary>
    public int Units { get; }
}
