using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The cell of <see cref="SimpleRNN"/>: the state becomes activation(x · kernel + state · recurrent kernel + bias).</summary>
[KerasObject("keras.layers")]
public sealed class SimpleRNNCell : GatedCell
{
    /// <summary>A cell of its own.</summary>
    public SimpleRNNCell(int units) : base(units, null) { }

    internal SimpleRNNCell(IGates of) : base(of.Units, of) { }

    private protected override int Gates => 1;

    /// <inheritdoc/>
    protected internal override (Variable Output, Variable[] States) Step(Variable x, Variable[] states, CallContext c)
    {
        var y = Told.Activation.Of(x + A.MatMul(Kept(states[0], c), Recurrent));
        return (y, [y]);
    }
}
