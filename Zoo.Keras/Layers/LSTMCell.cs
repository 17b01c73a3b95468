using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The cell of <see cref="LSTM"/> (Hochreiter and Schmidhuber, 1997): two states, the result and what the cell remembers.</summary>
[KerasObject("keras.layers")]
public sealed class LSTMCell : GatedCell, IGates
{
    /// <summary>A cell of its own.</summary>
    public LSTMCell(int units) : base(units, null) { }

    internal LSTMCell(IGates of) : base(of.Units, of) { }

    /// <summary>The activation of the gates; sigmoid by default.</summary>
    public ActivationFunction RecurrentActivation { get; init; } = "sigmoid";

    /// <summary>Whether the bias of the forget gate begins with 1.</summary>
    public bool UnitForgetBias { get; init; } = true;

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> StateShapes => [[Units], [Units]];

    private protected override int Gates => 4;

    private protected override Initializer FirstBias => Told.UnitForgetBias ? new ForgetBias(Told.BiasInitializer) : Told.BiasInitializer;

    /// <inheritdoc/>
    protected internal override (Variable Output, Variable[] States) Step(Variable x, Variable[] states, CallContext c)
    {
        var gates = A.Split(x + A.MatMul(Kept(states[0], c), Recurrent), 4);
        var memory = Told.RecurrentActivation.Of(gates[1]) * states[1] + Told.RecurrentActivation.Of(gates[0]) * Told.Activation.Of(gates[2]);
        var y = Told.RecurrentActivation.Of(gates[3]) * Told.Activation.Of(memory);
        return (y, [y, memory]);
    }

    internal override Variable[]? All(Variable steps, Variable? mask, Variable[] first, bool reverse, CallContext c) => IsPlain(steps, c)
        ? RecurrentOps.Lstm.Call([steps, Recurrent, .. first, .. mask is null ? [] : new[] { mask }], Attrs.Of(("reverse", reverse), ("training", c.Training))).Outputs[..2] : null;
}

/// <summary>A bias of four gates whose second begins with ones.</summary>
sealed class ForgetBias(Initializer others) : Initializer
{
    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed)
    {
        var units = shape[0] / 4;
        var result = NDArray.Zeros(shape, dtype);
        NDArray[] parts = [others.Create([units], dtype, SplitMix.Derive(seed, "first")), NDArray.Full([units], 1, dtype), others.Create([2 * units], dtype, SplitMix.Derive(seed, "last"))];
        var at = 0;
        foreach (var part in parts)
            for (var i = 0; i < part.Count; i++) result.SetNumber(at++, part.Number(i));
        return result;
    }
}
