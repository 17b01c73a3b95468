using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
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

    // of the recurrent part's bias only the candidate's must stay apart: the reset gate multiplies it
    private protected override Variable? InputBias => Bias is null ? null : !Told.ResetAfter ? (Variable)Bias : ((Variable)Bias)[0] + A.Concat([((Variable)Bias)[1][..(2 * Units)], A.ZerosLike(InnerBias!)], 0);

    Variable? InnerBias => Bias is null || !Told.ResetAfter ? null : ((Variable)Bias)[1][(2 * Units)..];

    /// <inheritdoc/>
    protected internal override (Variable Output, Variable[] States) Step(Variable x, Variable[] states, CallContext c)
    {
        var (gates, last, recurrent) = (A.Split(x, 3), states[0], (Variable)Recurrent);
        var h = Kept(last, c);
        Variable[] inner;
        if (Told.ResetAfter)
        {
            inner = A.Split(A.MatMul(h, recurrent), 3);
            if (InnerBias is { } bias) inner[2] += bias;
        }
        else inner = A.Split(A.MatMul(h, recurrent[.., ..(2 * Units)]), 2);
        var (update, reset) = (Told.RecurrentActivation.Of(gates[0] + inner[0]), Told.RecurrentActivation.Of(gates[1] + inner[1]));
        var candidate = Told.Activation.Of(gates[2] + (Told.ResetAfter ? reset * inner[2] : A.MatMul(reset * h, recurrent[.., (2 * Units)..])));
        var y = update * last + (1 - update) * candidate;
        return (y, [y]);
    }

    internal override Variable[]? All(Variable steps, Variable? mask, Variable[] first, bool reverse, CallContext c) => IsPlain(steps, c)
        ? [GruOps.Gru.Call([steps, Recurrent, InnerBias ?? A.Constant(NDArray.Zeros([Units], steps.DType)), first[0], .. mask is null ? [] : new[] { mask }],
            Attrs.Of(("reset_after", Told.ResetAfter), ("reverse", reverse), ("training", c.Training))).Outputs[0]] : null;
}
