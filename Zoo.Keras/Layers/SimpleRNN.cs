using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A fully connected recurrent layer: the state becomes activation(x · kernel + state · recurrent kernel + bias).</summary>
[KerasObject("keras.layers"), KerasAlways("activity_regularizer"), KerasOmit("seed")]
public sealed class SimpleRNN(int units) : UnitsLayer(units)
{
    private protected override RnnCell MakeCell() => new SimpleRNNCell(this) { DTypePolicy = DTypePolicy, Trainable = Trainable };
}
