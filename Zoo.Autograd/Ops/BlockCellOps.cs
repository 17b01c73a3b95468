using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>TensorFlow's fused recurrent cells as files hold them: each is the cell written out, a whole sequence a Scan along it.</summary>
internal static class BlockCellOps
{
    const string Weights = "w:T wci:T wcf:T wco:T b:T", Results = "i:T cs:T f:T o:T ci:T co:T h:T", Types = "T:float16|float32";

    internal static readonly Op LstmBlockCell = Composed.Op("LSTMBlockCell", $"x:T cs_prev:T h_prev:T {Weights} -> {Results} ; forget_bias:float=1 cell_clip:float=3 use_peephole:bool=false {Types}", s =>
    {
        var state = Check(s, 0, 2);
        return new([.. Enumerable.Repeat(state, 7)]);
    }, (n, v) => Cell(n, A.MatMul(A.Concat([v[0], v[2]]), v[3]) + v[7], v[1], v[4..7], n.Float("forget_bias"), swapped: false));

    internal static readonly Op BlockLstm = Sequence("BlockLSTM", "forget_bias:float=1 cell_clip:float=3", n => n.Float("forget_bias"), swapped: false);
    internal static readonly Op BlockLstmV2 = Sequence("BlockLSTMV2", "cell_clip:float=0", _ => 0, swapped: true);

    internal static readonly Op GruBlockCell = Composed.Op("GRUBlockCell", "x:T h_prev:T w_ru:T w_c:T b_ru:T b_c:T -> r:T u:T c:T h:T ; T:float32", s =>
    {
        s.Rank(0, 2);
        var state = s.Rank(1, 2);
        if (state.HasRank && s[0].HasRank) state = state.With(0, s.Same(state[0], s[0][0], "the batches"));
        if (state.HasRank && s[0].HasRank && state[1] >= 0 && s[0][1] >= 0)
        {
            Fits(s, 2, [s[0][1] + state[1], 2 * state[1]]);
            Fits(s, 3, [s[0][1] + state[1], state[1]]);
            Fits(s, 4, [2 * state[1]]);
            Fits(s, 5, [state[1]]);
        }
        return new([.. Enumerable.Repeat(state, 4)]);
    }, (_, v) =>
    {
        var gates = A.Split(A.Sigmoid(A.MatMul(A.Concat([v[0], v[1]]), v[2]) + v[4]), 2);
        var c = A.Tanh(A.MatMul(A.Concat([v[0], gates[0] * v[1]]), v[3]) + v[5]);
        return [gates[0], gates[1], c, gates[1] * v[1] + (1 - gates[1]) * c];
    });

    static Op Sequence(string name, string attrs, Func<Node, double> forget, bool swapped) => Composed.Op(name, $"seq_len_max:int64 x:T cs_prev:T h_prev:T {Weights} -> {Results} ; {attrs} use_peephole:bool=false {Types}", s =>
    {
        s.Rank(0, 0);
        var state = Check(s, 1, 3);
        return new([.. Enumerable.Repeat(state.HasRank && s[1].HasRank ? Shape.Create([s[1][0], .. state.Dims]) : ShapeContext.OfRank(3), 7)]);
    }, (n, v) =>
    {
        var width = v[3].Shape[1];
        var (given, recurrent) = (v[4][..^(int)width], v[4][^(int)width..]);
        var sums = A.Dot(v[1], given) + v[8];
        Variable entry = ScanOps.Entry(sums), memory = ScanOps.State(v[2]), state = ScanOps.State(v[3]);
        var results = Cell(n, entry + A.MatMul(state, recurrent), memory, v[5..8], forget(n), swapped);
        var scan = ScanOps.Make(name, [(sums, entry)], [(v[2], memory), (v[3], state)], [results[1], results[6]], results);
        // beyond the longest sequence there is nothing
        var within = A.Reshape(A.Cast(A.Range(A.SizeOf(v[1], 0)), DType.Int64) < v[0], [Dim.Any, 1, 1]);
        return Array.ConvertAll(scan.Results, r => A.Where(within, r, A.ZerosLike(r)));
    });

    /// <summary>A step of an LSTM from the sums at its gates, which stand in the order in, candidate, forget, out, or with the middle ones swapped.</summary>
    static Variable[] Cell(Node n, Variable sums, Variable memory, Variable[] peepholes, double forget, bool swapped)
    {
        var gates = A.Split(sums, 4);
        var (i, c, f, o) = swapped ? (gates[0], gates[2], gates[1], gates[3]) : (gates[0], gates[1], gates[2], gates[3]);
        var (peep, clip) = (n.Flag("use_peephole"), n.Float("cell_clip"));
        if (peep) (i, f) = (i + memory * peepholes[0], f + memory * peepholes[1]);
        (i, f, c) = (A.Sigmoid(i), A.Sigmoid(f + forget), A.Tanh(c));
        var cs = c * i + memory * f;
        if (clip > 0) cs = A.Clip(cs, -clip, clip);
        o = A.Sigmoid(peep ? o + cs * peepholes[2] : o);
        var co = A.Tanh(cs);
        return [i, cs, f, o, c, co, co * o];
    }

    /// <summary>The shape of the states, from the inputs that begin with x.</summary>
    static Shape Check(ShapeContext s, int x, int rank)
    {
        s.Rank(x, rank);
        s.Rank(x + 1, 2);
        s.Rank(x + 2, 2);
        var state = s.Alike(x + 1, x + 2);
        if (!state.HasRank || !s[x].HasRank) return state;
        state = state.With(0, s.Same(state[0], s[x][^2], "the batches"));
        if (state[1] < 0) return state;
        if (s[x][^1] >= 0) Fits(s, x + 3, [s[x][^1] + state[1], 4 * state[1]]);
        for (var i = 4; i < 7; i++) Fits(s, x + i, [state[1]]);
        Fits(s, x + 7, [4 * state[1]]);
        return state;
    }

    static void Fits(ShapeContext s, int input, Shape expected)
    {
        if (!expected.Accepts(s[input])) throw s.Fail($"weights of {s[input]} do not fit", $"Expected {expected}.");
    }
}
