using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using static Zoo.Autograd.Ops.RecurrentOps;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Keras' GRU as one op, as <see cref="RecurrentOps"/> has the LSTM.</summary>
internal static class GruOps
{
    /// <summary>
    /// Gates stand in the order update, reset, candidate. With <c>reset_after</c> the reset gate multiplies the state's product with the candidate's columns and <c>bias</c>
    /// [units], else the state before that product, and there is no such bias. Kept for the gradient: the gates, and that product or what it is made of.
    /// </summary>
    internal static readonly Op Gru = new("_Gru", "x:T recurrent:T bias:T first:T mask:M*bool -> states:T gates:T ; T:float32|float64 reset_after:bool=true reverse:bool=false training:bool=true")
    {
        Shape = s =>
        {
            var shape = new RecurrentShape(s).Sequence(0, 3).Recurrent(1, 3).Vector(2).First(3).Mask();
            return [shape.States, shape.Parts(4, s.Flag("training"))];
        },
        Kernel = GruKernel.Forward,
        Body = (n, v) =>
        {
            var (x, old) = (ScanOps.Entry(v[0]), ScanOps.State(v[3]));
            var (given, columns) = (A.Split(x, 3), A.Split(v[1], 3));
            var after = n.Flag("reset_after");
            var product = A.Split(A.MatMul(old, after ? v[1] : A.Concat(columns[..2])), after ? 3 : 2);
            var (update, reset) = (A.Sigmoid(given[0] + product[0]), A.Sigmoid(given[1] + product[1]));
            var inner = after ? product[2] + v[2] : reset * old;
            var candidate = A.Tanh(given[2] + (after ? reset * inner : A.MatMul(inner, columns[2])));
            return Steps(n, v, x, [old], [update * old + (1 - update) * candidate], A.Concat([update, reset, candidate, inner]));
        },
        Grads = (n, g) =>
        {
            if (g[1] is not null) return OfBody(n, g);
            var (kept, after, mask) = (Kept(n), n.Flag("reset_after"), n.Inputs[4..]);
            var back = GruGrad!.Call([n[1], kept[1], kept[0], g[0] ?? A.ZerosLike(kept[0]), .. mask], Attrs.Of(("reset_after", after), ("reverse", n.Flag("reverse")))).Outputs;
            var (old, dx) = (Rows(Before(n, kept[0])), A.Split(Rows(back[0]), 3));
            var recurrent = after ? A.MatMul(old, Rows(back[1]), transposeA: true)
                : A.Concat([A.MatMul(old, A.Concat(dx[..2]), transposeA: true), A.MatMul(A.Split(Rows(kept[1]), 4)[3], dx[2], transposeA: true)]);
            return [back[0], recurrent, after ? A.Split(A.Sum(Rows(back[1]), 0), 3)[2] : null, back[2], .. new Variable?[mask.Length]];
        },
    };

    /// <summary>The gradient of <see cref="Gru"/> from that for its states: for its inputs, for the state's products (with <c>reset_after</c>, else none), for the first state.</summary>
    internal static readonly Op GruGrad = new("_GruGrad", "recurrent:T gates:T states:T dstates:T mask:M*bool -> dx:T dproduct:T dfirst:T ; T:float32|float64 reset_after:bool=true reverse:bool=false")
    {
        Shape = s =>
        {
            var shape = new RecurrentShape(s).Recurrent(0, 3).Sequence(1, 4).All(2).All(3).Mask();
            return [shape.Parts(3), shape.Parts(3, s.Flag("reset_after")), shape.State];
        },
        Kernel = GruKernel.Backward,
        Body = (n, v) =>
        {
            var after = n.Flag("reset_after");
            var (before, given, zeros) = (Before(n, v[2]), After(n, v[3]), A.ZerosLike(First(n, v[3])));
            Variable kept = ScanOps.Entry(v[1]), old = ScanOps.Entry(before), d = ScanOps.Entry(given), state = ScanOps.State(zeros), dh = state + d;
            var (g, columns) = (A.Split(kept, 4), A.Split(v[0], 3));
            Variable update = dh * (old - g[2]) * g[0] * (1 - g[0]), candidate = dh * (1 - g[0]) * (1 - g[2] * g[2]);
            var made = after ? g[3] * candidate : A.MatMul(candidate, columns[2], transposeB: true) * old;
            var reset = made * g[1] * (1 - g[1]);
            Variable[] results = [A.Concat([update, reset, candidate]), .. after ? [A.Concat([update, reset, candidate * g[1]])] : Array.Empty<Variable>()];
            var next = dh * g[0] + (after ? A.MatMul(results[1], v[0], transposeB: true)
                : A.MatMul(candidate, columns[2], transposeB: true) * g[1] + A.MatMul(A.Concat([update, reset]), A.Concat(columns[..2]), transposeB: true));
            List<(Variable, Variable)> sequences = [(v[1], kept), (before, old), (given, d)];
            if (n.Int("M") > 0)
            {
                var mask = ScanOps.Entry(v[^1]);
                var counts = A.ExpandDims(mask, -1);
                sequences.Add((v[^1], mask));
                next = A.Where(counts, next, dh);
                results = Array.ConvertAll(results, r => A.Where(counts, r, A.ZerosLike(r)));
            }
            var scan = ScanOps.Make("gru_gradient", sequences, [(zeros, state)], [next], results, !n.Flag("reverse"));
            return [scan.Results[0], after ? scan.Results[1] : scan.Results[0][..0], scan.Last[0] + First(n, v[3])];
        },
        Grads = OfBody,
    };
}
