using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The cell of <see cref="GRU"/> (Cho et al., 2014).</summary>
[KerasObject("keras.layers")]
public sealed class GRUCell : GatedCell, IGates
{
    /// <summary>A cell of its own.</summary>
    public GRUCell(int units) : base(units, null) { }

    internal GRUCell(IGates of) : base(of.Units, of) { }

    /// <summary>The activation of the gates; sigmoid by default.</summary>
    public ActivationFunction RecurrentActivation { get; init; } = "sigmoid";

    /// <summary>Whether the reset gate multiplies the state after the matrix product (then the bias has a second row, for the recurrent part), or before it.</summary>
    public bool ResetAfter { get; init; } = true;

    private protected override int Gates => 3;

    private protected override Shape BiasShape => Told.ResetAfter ? [2, 3 * Units] : [3 * Units];

    private protected override Variable? InputBias => Bias is null ? null : Told.ResetAfter ? ((Variable)Bias)[0] : (Variable)Bias;

    /// <inheritdoc/>
    protected internal override (Variable Output, Variable[] States) Step(Variable x, Variable[] states, CallContext c)
    {
        var (gates, last, recurrent) = (A.Split(x, 3), states[0], (Variable)Recurrent);
        var h = Kept(last, c);
        Variable[] inner;
        if (Told.ResetAfter)
        {
            var product = A.MatMul(h, recurrent);
            inner = A.Split(Bias is null ? product : A.BiasAdd(product, ((Variable)Bias)[1]), 3);
        }
        else inner = A.Split(A.MatMul(h, recurrent[.., ..(2 * Units)]), 2);
        var (update, reset) = (Told.RecurrentActivation.Of(gates[0] + inner[0]), Told.RecurrentActivation.Of(gates[1] + inner[1]));
        var candidate = Told.Activation.Of(gates[2] + (Told.ResetAfter ? reset * inner[2] : A.MatMul(reset * h, recurrent[.., (2 * Units)..])));
        var y = update * last + (1 - update) * candidate;
        return (y, [y]);
    }
}
