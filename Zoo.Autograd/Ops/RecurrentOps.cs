using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Recurrent layers as one op each, over inputs [steps, batch, …] that are multiplied with their kernel already. Where <c>mask</c> [steps, batch] is false, the
/// states stay. Results are all states [steps + 1, batch, units] in the order of the steps: those before each and, at the end that is not the beginning, the last
/// (the other way round with <c>reverse</c>, where the last step comes first). <c>training</c> keeps what the gradient needs.
/// </summary>
internal static class RecurrentOps
{
    /// <summary>Keras' LSTM. Gates stand in the order in, forget, candidate, out.</summary>
    internal static readonly Op Lstm = new("_Lstm", "x:T recurrent:T first:T memory:T mask:M*bool -> states:T memories:T gates:T ; T:float32|float64 reverse:bool=false training:bool=true")
    {
        Shape = s =>
        {
            var shape = new RecurrentShape(s).Sequence(0, 4).Recurrent(1, 4).First(2).First(3).Mask();
            return [shape.States, shape.States, shape.Parts(4, s.Flag("training"))];
        },
        Kernel = LstmKernel.Forward,
        Body = (n, v) =>
        {
            var (x, old) = (ScanOps.Entry(v[0]), new[] { ScanOps.State(v[2]), ScanOps.State(v[3]) });
            var sums = A.Split(x + A.MatMul(old[0], v[1]), 4);
            var (i, f, c, o) = (A.Sigmoid(sums[0]), A.Sigmoid(sums[1]), A.Tanh(sums[2]), A.Sigmoid(sums[3]));
            var memory = f * old[1] + i * c;
            return Steps(n, v, x, old, [o * A.Tanh(memory), memory], A.Concat([i, f, c, o]));
        },
        Grads = (n, g) =>
        {
            if (g[2] is not null) return OfBody(n, g);
            var kept = Kept(n);
            Variable[] more = g[1] is { } memories ? [memories] : [], mask = n.Inputs[4..];
            var back = LstmGrad!.Call([n[1], kept[2], kept[1], g[0] ?? A.ZerosLike(kept[0]), .. more, .. mask], Attrs.Of(("reverse", n.Flag("reverse")), ("D", more.Length), ("M", mask.Length))).Outputs;
            return [back[0], A.MatMul(Rows(Before(n, kept[0])), Rows(back[0]), transposeA: true), back[1], back[2], .. new Variable?[mask.Length]];
        },
    };

    /// <summary>The gradient of <see cref="Lstm"/> from that for its states and memories, back through the steps; that for the recurrent kernel is a product afterwards.</summary>
    internal static readonly Op LstmGrad = new("_LstmGrad", "recurrent:T gates:T memories:T dstates:T dmemories:D*T mask:M*bool -> dx:T dfirst:T dmemory:T ; T:float32|float64 reverse:bool=false")
    {
        Shape = s =>
        {
            var shape = new RecurrentShape(s).Recurrent(0, 4).Sequence(1, 4).All(2).All(3).Mask();
            if (s.Int("D") > 0) shape.All(4);
            return [shape.Parts(4), shape.State, shape.State];
        },
        Kernel = LstmKernel.Backward,
        Body = (n, v) =>
        {
            var more = (int)n.Int("D");
            var (gates, before, after) = (ScanOps.Entry(v[1]), Before(n, v[2]), After(n, v[2]));
            var (old, memory, one) = (ScanOps.Entry(before), ScanOps.Entry(after), A.Constant(1, gates.DType));
            var given = Enumerable.Range(3, 1 + more).Select(i => After(n, v[i])).Select(d => (Value: d, Entry: ScanOps.Entry(d))).ToArray();
            var zeros = A.ZerosLike(First(n, v[3]));
            Variable state = ScanOps.State(zeros), carried = ScanOps.State(zeros), dh = state + given[0].Entry, dc = more > 0 ? carried + given[1].Entry : carried;
            var (g, tanh) = (A.Split(gates, 4), A.Tanh(memory));
            var sum = dc + dh * g[3] * (1 - tanh * tanh);
            Variable dx = A.Concat([sum * g[2] * g[0] * (1 - g[0]), sum * old * g[1] * (1 - g[1]), sum * g[0] * (1 - g[2] * g[2]), dh * tanh * g[3] * (1 - g[3])]), back = sum * g[1];
            List<(Variable, Variable)> sequences = [(v[1], gates), (before, old), (after, memory), .. given];
            if (v.Length > 4 + more)
            {
                var mask = ScanOps.Entry(v[^1]);
                sequences.Add((v[^1], mask));
                var counts = A.ExpandDims(mask, -1);
                dx = A.Where(counts, dx, A.ZerosLike(dx));
                var (passed, kept) = (A.Where(counts, A.ZerosLike(dh), dh), A.Where(counts, back, dc));
                return Back(sequences, A.MatMul(dx, v[0], transposeB: true) + passed, kept);
            }
            return Back(sequences, A.MatMul(dx, v[0], transposeB: true), back);

            Variable[] Back(List<(Variable, Variable)> along, Variable toState, Variable toMemory)
            {
                var scan = ScanOps.Make("lstm_gradient", along, [(zeros, state), (zeros, carried)], [toState, toMemory], [dx], !n.Flag("reverse"));
                return [scan.Results[0], scan.Last[0] + First(n, v[3]), more > 0 ? scan.Last[1] + First(n, v[4]) : scan.Last[1]];
            }
        },
        Grads = OfBody,
    };

    /// <summary>The gradient of a composite that has no better one: that of its body.</summary>
    internal static Variable?[] OfBody(Node n, Variable?[] g) => Array.ConvertAll(n.Inputs, A.Identity) is var inputs ? FlowOps.Differentiate(inputs, n.Op.Body!(n, inputs), g) : [];

    /// <summary>The outputs with what the gradient needs.</summary>
    internal static Variable[] Kept(Node n) => n.Flag("training") ? n.Outputs : n.Op.Call(n.Inputs, n.Attrs.With(("training", true))).Outputs;

    /// <summary>The cell along the steps, whose last input is the mask where there is one.</summary>
    internal static Variable[] Steps(Node n, Variable[] v, Variable x, Variable[] old, Variable[] next, Variable gates)
    {
        List<(Variable, Variable)> sequences = [(v[0], x)];
        if (n.Int("M") > 0)
        {
            var mask = ScanOps.Entry(v[^1]);
            sequences.Add((v[^1], mask));
            next = [.. next.Select((s, i) => A.Where(A.ExpandDims(mask, -1), s, old[i]))];
        }
        var (reverse, first) = (n.Flag("reverse"), v.Length - (int)n.Int("M") - old.Length);
        var scan = ScanOps.Make(n.Op.Name.TrimStart('_').ToLowerInvariant(), sequences, [.. old.Select((s, i) => (v[first + i], s))], next, n.Flag("training") ? [gates] : [], reverse);
        Variable[] states = [.. old.Select((_, i) => A.Concat(reverse ? [A.ExpandDims(scan.Last[i], 0), scan.Before[i]] : [scan.Before[i], A.ExpandDims(scan.Last[i], 0)], 0))];
        return [.. states, n.Flag("training") ? scan.Results[0] : A.Concat([.. Enumerable.Repeat(states[0][..0], 4)])];   // gates of no step
    }

    /// <summary>The states after each step.</summary>
    internal static Variable After(Variable states, bool reverse) => reverse ? states[..^1] : states[1..];

    /// <summary>The states after all steps.</summary>
    internal static Variable Last(Variable states, bool reverse) => states[reverse ? 0 : ^1];

    internal static Variable After(Node n, Variable states) => After(states, n.Flag("reverse"));
    internal static Variable Before(Node n, Variable states) => After(states, !n.Flag("reverse"));
    internal static Variable First(Node n, Variable states) => Last(states, !n.Flag("reverse"));

    /// <summary>Steps and batch as one axis.</summary>
    internal static Variable Rows(Variable x) => A.Reshape(x, [Dim.Any, x.Shape[-1]]);
}
