using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Connectionist temporal classification (Graves and others, 2006): the negative logarithm of the probability that unnormalised scores [time, batch, classes] spell sparse labels, with
/// its gradient. The class that stands for nothing is the last one; of version 2 the first.
/// </summary>
internal static class CtcOps
{
    internal static readonly Op V1 = Loss("CTCLoss", "T:float32|float64=float32", blankFirst: false);
    internal static readonly Op V2 = Loss("CTCLossV2", "", blankFirst: true);

    static Op Loss(string name, string types, bool blankFirst)
    {
        var t = types.Length > 0 ? "T" : "float32";
        return new(name, $"inputs:{t} labels_indices:int64 labels_values:int32 sequence_length:int32 -> loss:{t} gradient:{t} ; preprocess_collapse_repeated:bool=false ctc_merge_repeated:bool=true ignore_longer_outputs_than_inputs:bool=false {types}")
        {
            Shape = s =>
            {
                var x = s.Rank(0, 3);
                if (s.Rank(1, 2) is { HasRank: true } places && places[1] is not (2 or Dim.Any)) throw s.Fail($"a place of a label has {places[1]} numbers", "Expected 2: the sample and the position.");
                s.Rank(2, 1);
                s.Rank(3, 1);
                if (s[1].HasRank && s[2].HasRank) s.Same(s[1][0], s[2][0], "the numbers of labels and of their places");
                if (!x.HasRank) return [s[3].HasRank ? s[3] : ShapeContext.OfRank(1), ShapeContext.OfRank(3)];
                if (x.Contains(0)) throw s.Fail("the scores are empty", "Expected times, samples and classes.");
                var batch = s.Same(x[1], s[3].HasRank ? s[3][0] : Dim.Any, "the numbers of samples and of lengths");
                return [Shape.Create([batch]), x.With(1, batch)];
            },
            Grads = (n, g) => [g[0] is { } loss ? A.Reshape(loss, [1, -1, 1]) * ArrayOps.PreventGradient.Call([n.Outputs[1]], ("message", "CTCLoss has no second derivative")) : null, null, null, null],
            Kernel = k => k.Managed((node, v) => Run(node, v, blankFirst)),
        };
    }

    static NDArray[] Run(Node n, NDArray[] v, bool blankFirst)
    {
        int times = (int)v[0].Shape[0], batch = (int)v[0].Shape[1], classes = (int)v[0].Shape[2], blank = blankFirst ? 0 : classes - 1;
        var labels = Enumerable.Range(0, batch).Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < v[2].Count; i++)
        {
            var (sample, label) = (v[1].Number(2 * i), (int)v[2].Number(i));
            if (sample < 0 || sample >= batch) throw Bad($"the label {i} belongs to sample {sample}", $"Expected 0 to {batch - 1}.");
            if (label < 0 || label >= classes || label == blank) throw Bad($"the label {label} is out of range", $"Expected a class from {(blankFirst ? 1 : 0)} to {classes - (blankFirst ? 1 : 2)}.");
            var list = labels[(int)sample];
            if (!n.Flag("preprocess_collapse_repeated") || list.Count == 0 || list[^1] != label) list.Add(label);
        }
        var (loss, gradient) = (NDArray.Zeros([batch], v[0].DType), NDArray.Zeros(v[0].Shape, v[0].DType));
        for (var b = 0; b < batch; b++)
        {
            var length = (int)v[3].Number(b);
            if (length < 0 || length > times) throw Bad($"sample {b} has a length of {length}", $"Expected 0 to {times}.");
            var needed = labels[b].Count + (n.Flag("ctc_merge_repeated") ? labels[b].Where((l, i) => i > 0 && labels[b][i - 1] == l).Count() : 0);
            if (needed > length && n.Flag("ignore_longer_outputs_than_inputs") || length == 0) continue;
            if (needed > length) throw Bad($"sample {b} has {length} times for labels that need {needed}", "Expected longer sequences, or ignore_longer_outputs_than_inputs.");
            var scores = new double[length, classes];
            for (var t = 0; t < length; t++)
            {
                for (var c = 0; c < classes; c++) scores[t, c] = v[0].Number((t * batch + b) * classes + c);
                var total = Total(Enumerable.Range(0, classes).Select(c => scores[t, c]));
                for (var c = 0; c < classes; c++) scores[t, c] -= total;
            }
            var (value, shares) = Sample(scores, labels[b], blank, n.Flag("ctc_merge_repeated"));
            loss.SetNumber(b, value);
            for (var t = 0; t < length; t++)
                for (var c = 0; c < classes; c++) gradient.SetNumber((t * batch + b) * classes + c, Math.Exp(scores[t, c]) - shares[t, c]);
        }
        return [loss, gradient];

        EngineException Bad(string happened, string expected) => new($"{n.Op.Name}: {happened}. {expected} Check the labels and lengths.") { Op = n.Op.Name };
    }

    /// <summary>One sample by its logarithms of probabilities: the loss, and how likely each class is at each time, given the labels.</summary>
    static (double Loss, double[,] Shares) Sample(double[,] scores, List<int> labels, int blank, bool merge)
    {
        int[] path = [blank, .. labels.SelectMany(l => new[] { l, blank })];
        int times = scores.GetLength(0), classes = scores.GetLength(1), states = path.Length;
        double[,] ahead = new double[times, states], behind = new double[times, states], shares = new double[times, classes];
        for (var t = 0; t < times; t++)
            for (var u = 0; u < states; u++)
                ahead[t, u] = scores[t, path[u]] + (t == 0 ? u < 2 ? 0 : double.NegativeInfinity : Total(From(u).Select(w => ahead[t - 1, w])));
        for (var t = times - 1; t >= 0; t--)
            for (var u = 0; u < states; u++)
                behind[t, u] = t == times - 1 ? u >= states - 2 ? 0 : double.NegativeInfinity : Total(Enumerable.Range(u, Math.Min(3, states - u)).Where(w => From(w).Contains(u)).Select(w => behind[t + 1, w] + scores[t + 1, path[w]]));
        var all = Total(Enumerable.Range(Math.Max(0, states - 2), Math.Min(2, states)).Select(u => ahead[times - 1, u]));
        for (var t = 0; t < times; t++)
            for (var u = 0; u < states; u++) shares[t, path[u]] += Math.Exp(ahead[t, u] + behind[t, u] - all);
        return (-all, shares);

        // from which states a state is reached in one step
        IEnumerable<int> From(int u)
        {
            if (merge || path[u] == blank) yield return u;
            if (u > 0) yield return u - 1;
            if (u > 1 && path[u] != blank && !(merge && path[u] == path[u - 2])) yield return u - 2;
        }
    }

    static double Total(IEnumerable<double> logarithms)
    {
        var list = logarithms as double[] ?? [.. logarithms];
        var most = list.Length == 0 ? double.NegativeInfinity : list.Max();
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(list.Sum(x => Math.Exp(x - most)));
    }
}
