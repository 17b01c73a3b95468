using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: a cell has the options of a convolution and those of a recurrence.
/// <summary>The cell of <see cref="ConvLSTM"/>: an LSTM cell with convolutions in place of matrix products. It computes channels last; entries and states have the layer's format.</summary>
sealed class ConvLSTMCell(IConvGates of, int axes) : RnnCell
{
    Parameter kernel = null!, recurrent = null!;
    Parameter? bias;
    Shape state = null!;

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> StateShapes => [state, state];

    internal override string DefaultName => "conv_lstm_cell";

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (!input.HasRank || input.Rank != axes + 2 || !input[1..].IsKnown)
            throw new ShapeException($"an entry of the sequence has shape {input}. Expected rank {axes + 2}, and known sizes behind the batch, for the states are made for them. Give the Input its sizes.") { Actual = input };
        var channels = input[of.DataFormat.ChannelAxis];
        kernel = Weight("kernel", [.. of.KernelSize.Longs, channels, 4 * of.Filters], of.KernelInitializer, of.KernelRegularizer, constraint: of.KernelConstraint);
        recurrent = Weight("recurrent_kernel", [.. of.KernelSize.Longs, of.Filters, 4 * of.Filters], of.RecurrentInitializer, of.RecurrentRegularizer, constraint: of.RecurrentConstraint);
        bias = !of.UseBias ? null : Weight("bias", [4 * of.Filters], of.UnitForgetBias ? new ForgetBias(of.BiasInitializer) : of.BiasInitializer, of.BiasRegularizer, constraint: of.BiasConstraint);
        var spatial = of.DataFormat.IsFirst ? input[2..] : input[1..^1];
        var sizes = spatial.Select((size, i) => Windows.Count(size, of.KernelSize[i], of.Strides[i], of.DilationRate[i], of.Padding.Upper, 0, 0));
        state = of.DataFormat.IsFirst ? Shape.Create([of.Filters, .. sizes]) : Shape.Create([.. sizes, of.Filters]);
    }

    /// <inheritdoc/>
    protected internal override Variable Project(Variable x, bool sequence, CallContext c)
    {
        var entry = sequence ? x[0] : x;
        if (c.Training && of.Dropout is > 0 and < 1) x *= Dropped(entry, of.Dropout, c);
        if (!sequence) return Convolve(x);
        var y = Convolve(A.Reshape(x, Shape.Create([Dim.Any, .. entry.Shape[1..]])));
        Shape all = Shape.Create([.. x.Shape[..2], .. y.Shape[1..]]);
        return all.Count(d => d < 0) <= 1 ? A.Reshape(y, all) : A.Reshape(y, A.Concat([A.ShapeOf(x)[..2], A.Ints(y.Shape[1..].Dims)], 0));
    }

    /// <inheritdoc/>
    protected internal override (Variable Output, Variable[] States) Step(Variable x, Variable[] states, CallContext c)
    {
        var (h, before) = (of.DataFormat.ToLast(states[0]), of.DataFormat.ToLast(states[1]));
        if (c.Training && of.RecurrentDropout is > 0 and < 1) h *= Dropped(h, of.RecurrentDropout, c);
        var ones = Enumerable.Repeat(1L, axes).ToArray();
        var gates = A.Split(x + Spatial.Conv(h, recurrent, ones, "SAME", ones), 4);
        var memory = of.RecurrentActivation.Of(gates[1]) * before + of.RecurrentActivation.Of(gates[0]) * of.Activation.Of(gates[2]);
        var y = of.DataFormat.FromLast(of.RecurrentActivation.Of(gates[3]) * of.Activation.Of(memory));
        return (y, [y, of.DataFormat.FromLast(memory)]);
    }

    Variable Convolve(Variable x)
    {
        var y = Spatial.Conv(of.DataFormat.ToLast(x), kernel, of.Strides.Longs, of.Padding.Upper, of.DilationRate.Longs);
        return bias is null ? y : A.BiasAdd(y, bias);
    }

    Variable Dropped(Variable like, double rate, CallContext c) =>
        A.Where(c.RandomUniform(like, seed: of.Seed) >= rate, A.OnesLike(like) * (1 / (1 - rate)), A.ZerosLike(like));
}
