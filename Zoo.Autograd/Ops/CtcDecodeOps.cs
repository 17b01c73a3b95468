using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>What scores [time, batch, classes] spell, taking the best class of each time.</summary>
internal static class CtcDecodeOps
{
    internal static readonly Op Greedy = new("CTCGreedyDecoder", "inputs:T sequence_length:int32 -> decoded_indices:int64 decoded_values:int64 decoded_shape:int64 log_probability:T ; merge_repeated:bool=false blank_index:int=-1 T:float32|float64=float32")
    {
        Shape = s =>
        {
            var x = s.Rank(0, 3);
            s.Rank(1, 1);
            var batch = s.Same(x.HasRank ? x[1] : Dim.Any, s[1].HasRank ? s[1][0] : Dim.Any, "the numbers of samples and of lengths");
            var classes = x.HasRank ? x[2] : Dim.Any;
            if (classes == 0 || classes > 0 && (s.Int("blank_index") < -classes || s.Int("blank_index") >= classes)) throw s.Fail($"there is no class {s.Int("blank_index")}", "Expected one of the classes as the blank.");
            return [[Dim.Any, 2], [Dim.Any], [2], [batch, 1]];
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed(Decode),
    };

    static NDArray[] Decode(Node n, NDArray[] v)
    {
        int times = (int)v[0].Shape[0], batch = (int)v[0].Shape[1], classes = (int)v[0].Shape[2], blank = (int)n.Int("blank_index");
        if (blank < 0) blank += classes;
        var (places, values, sums, longest) = (new List<long>(), new List<long>(), NDArray.Zeros([batch, 1], v[0].DType), 0L);
        for (var b = 0; b < batch; b++)
        {
            var length = (int)v[1].Number(b);
            if (length < 0 || length > times) throw new EngineException($"CTCGreedyDecoder: sample {b} has a length of {length}, which is out of range. Expected 0 to {times}.") { Op = "CTCGreedyDecoder" };
            var (before, found, sum) = (-1, 0L, 0.0);
            for (var t = 0; t < length; t++)
            {
                var (first, best) = ((t * batch + b) * classes, 0);
                for (var c = 1; c < classes; c++)
                    if (v[0].Number(first + c) > v[0].Number(first + best)) best = c;
                sum -= v[0].Number(first + best);
                if (best != blank && !(n.Flag("merge_repeated") && best == before))
                {
                    places.AddRange([b, found++]);
                    values.Add(best);
                }
                before = best;
            }
            sums.SetNumber(b, sum);
            longest = Math.Max(longest, found);
        }
        return [NDArray.From(places.ToArray(), [values.Count, 2]), NDArray.From(values.ToArray()), NDArray.From(new[] { batch, longest }), sums];
    }
}
