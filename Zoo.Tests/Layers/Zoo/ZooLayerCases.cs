using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Tests.Layers.FormulaCase;

namespace Zoo.Tests.Layers;

/// <summary>Analytics Zoo's layers that Keras lacks, each beside its formula.</summary>
static class ZooLayerCases
{
    static readonly NDArray rows = Random(1, 3, 4), pictures = Random(2, 2, 4, 5, 3), numbers = NDArray.From(new[] { 1, 4, -1, 0, 0, -1, -1, -1, 3 }, [3, 3]), values = Random(3, 3, 3);

    static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    public static IEnumerable<FormulaCase> All() =>
    [
        new("Highway", () => new Highway("tanh"), [rows], (x, w) => Each([3, 4], i =>
        {
            double Linear(string kernel, string bias) => Sum(4, k => x[0][i[0], k] * w[kernel][k, i[1]]) + w[bias][i[1]];
            var gate = Sigmoid(Linear("kernel_carry", "bias_carry"));
            return gate * Math.Tanh(Linear("/kernel", "/bias")) + (1 - gate) * x[0][i];
        })),
        new("Highway without bias", () => new Highway { UseBias = false }, [rows], (x, w) => Each([3, 4], i =>
        {
            double Linear(string kernel) => Sum(4, k => x[0][i[0], k] * w[kernel][k, i[1]]);
            return Sigmoid(Linear("kernel_carry")) * Linear("/kernel") + (1 - Sigmoid(Linear("kernel_carry"))) * x[0][i];
        })),
        new("MaxoutDense", () => new MaxoutDense(5, 3), [rows], (x, w) => Each([3, 5], i => Enumerable.Range(0, 3).Max(m => Sum(4, k => x[0][i[0], k] * w[0][m, k, i[1]]) + w[1][m, i[1]]))),
        new("SReLU", () => new SReLU(), [rows], (x, w) => Each([3, 4], i => SReLU(x[0][i], w["t_left"][i[1]], w["a_left"][i[1]], w["t_right"][i[1]], w["a_right"][i[1]]))),
        new("SReLU with shared axes", () => new SReLU { SharedAxes = [1, 2] }, [pictures], (x, w) => Each([2, 4, 5, 3], i =>
            SReLU(x[0][i], w["t_left"][0, 0, i[3]], w["a_left"][0, 0, i[3]], w["t_right"][0, 0, i[3]], w["a_right"][0, 0, i[3]]))),
        new("RReLU", () => new RReLU(0.2, 0.4), [rows], (x, _) => Each([3, 4], i => x[0][i] > 0 ? x[0][i] : x[0][i] * 0.3)),
        new("ThresholdedReLU", () => new ThresholdedReLU(0.3), [rows], (x, _) => Each([3, 4], i => x[0][i] > 0.3 ? x[0][i] : 0)),
        new("LocallyConnected1D", () => new LocallyConnected1D(2, 2, "tanh"), [Random(4, 2, 5, 3)], (x, w) => Each([2, 4, 2], i =>
            Math.Tanh(w[1][i[1], i[2]] + Sum(2, t => Sum(3, c => x[0][i[0], i[1] + t, c] * w[0][i[1], t * 3 + c, i[2]]))))),
        new("LocallyConnected1D with strides", () => new LocallyConnected1D(2, 3) { Strides = 2, UseBias = false }, [Random(4, 2, 7, 1)], (x, w) => Each([2, 3, 2], i =>
            Sum(3, t => x[0][i[0], i[1] * 2 + t, 0] * w[0][i[1], t, i[2]]))),
        new("LocallyConnected2D", () => new LocallyConnected2D(2, (2, 3)), [pictures], (x, w) => Each([2, 3, 3, 2], i =>
            w[1][i[1], i[2], i[3]] + Sum(2, r => Sum(3, s => Sum(3, c => x[0][i[0], i[1] + r, i[2] + s, c] * w[0][i[1] * 3 + i[2], (r * 3 + s) * 3 + c, i[3]]))))),
        // same, with strides 2: rows 4 → 2 with no zero before (2 · 1 + 3 − 4 = 1, halved 0), columns 5 → 3 with one
        new("LocallyConnected2D padded", () => new LocallyConnected2D(1, 3) { Padding = "same", Strides = 2 }, [pictures], (x, w) => Each([2, 2, 3, 1], i =>
            w[1][i[1], i[2], 0] + Sum(3, r => Sum(3, s => Sum(3, c => At(x[0], i[0], i[1] * 2 + r, i[2] * 2 + s - 1, c) * w[0][i[1] * 3 + i[2], (r * 3 + s) * 3 + c, 0]))))),
        new("LocallyConnected2D channels first", () => new LocallyConnected2D(2, 2) { DataFormat = DataFormat.ChannelsFirst }, [Random(5, 2, 3, 3, 2)], (x, w) => Each([2, 2, 2, 1], i =>
            w[1][i[2], 0, i[1]] + Sum(2, r => Sum(2, s => Sum(3, c => x[0][i[0], c, i[2] + r, s] * w[0][i[2], (r * 2 + s) * 3 + c, i[1]]))))),
        new("LRN2D", () => new LRN2D(alpha: 0.6, k: 1.5, beta: 0.75, n: 3), [pictures], (x, _) => Each([2, 4, 5, 3], i =>
            x[0][i] / Math.Pow(1.5 + 0.6 / 3 * Sum(3, d => Math.Pow(At(x[0], i[0], i[1], i[2], i[3] + d - 1), 2)), 0.75))),
        new("LRN2D channels first", () => new LRN2D(0.5) { DataFormat = DataFormat.ChannelsFirst }, [pictures], (x, _) => Each([2, 4, 5, 3], i =>
            x[0][i] / Math.Pow(1 + 0.5 / 5 * Sum(5, d => Math.Pow(At(x[0], i[0], i[1] + d - 2, i[2], i[3]), 2)), 0.75))),
        new("WithinChannelLRN2D", () => new WithinChannelLRN2D(3, alpha: 0.8), [pictures], (x, _) => Each([2, 4, 5, 3], i =>
            x[0][i] / Math.Pow(1 + 0.8 / 9 * Sum(3, r => Sum(3, s => Math.Pow(At(x[0], i[0], i[1] + r - 1, i[2] + s - 1, i[3]), 2))), 0.75))),
        new("ResizeBilinear", () => new ResizeBilinear(6, 3), [pictures], (x, _) => Each([2, 6, 3, 3], i => Bilinear(x[0], i, 4.0 / 6, 5.0 / 3))),
        new("ResizeBilinear with aligned corners", () => new ResizeBilinear(7, 2, alignCorner: true), [pictures], (x, _) => Each([2, 7, 2, 3], i => Bilinear(x[0], i, 3.0 / 6, 4.0 / 1))),
        new("SparseDense", () => new SparseDense(2, "tanh"), [rows], (x, w) => Each([3, 2], i => Math.Tanh(w[1][i[1]] + Sum(4, k => x[0][i[0], k] * w[0][k, i[1]])))) { Stopped = [0] },
        new("SparseDense with all gradients", () => new SparseDense(2) { BackwardStart = 0, BackwardLength = 4, UseBias = false }, [rows], (x, w) => Each([3, 2], i => Sum(4, k => x[0][i[0], k] * w[0][k, i[1]]))),
        new("SparseDense in two parts", () => new SparseDense(2) { InputDim = 5, BackwardStart = 0, BackwardLength = 5 }, [numbers, values], (x, w) => Each([3, 2], i =>
            w[1][i[1]] + Sum(3, n => x[0][i[0], n] < 0 ? 0 : x[1][i[0], n] * w[0][(int)x[0][i[0], n], i[1]]))),
        .. new[] { "sum", "mean", "sqrtn" }.Select(combiner => new FormulaCase($"SparseEmbedding, {combiner}", () => new SparseEmbedding(5, 2, combiner), [numbers], (x, w) => Bag(x[0], null, w[0], combiner, -1))),
        .. new[] { "sum", "mean", "sqrtn" }.Select(combiner => new FormulaCase($"SparseEmbedding, weighted {combiner}", () => new SparseEmbedding(5, 2, combiner), [numbers, values], (x, w) => Bag(x[0], x[1], w[0], combiner, -1))),
        new("SparseEmbedding with a norm", () => new SparseEmbedding(5, 2, "mean", maxNorm: 0.6), [numbers], (x, w) => Bag(x[0], null, w[0], "mean", 0.6)),
        .. new[] { false, true }.Select(both => new FormulaCase($"TransformerLayer, {(both ? "bidirectional" : "causal")}", () => TransformerLayer.Init(9, 3, 2, 0.1, 0.1, 2, 4, bidirectional: both, outputAllBlock: true),
            [NDArray.From(new[] { 1, 0, 3, 2, 2, 4 }, [2, 3]), NDArray.From(new[] { 6, 7, 8, 6, 7, 8 }, [2, 3])], (x, w) => TransformerFormula.Of(w, 2, 3, 4, 2, 2, 1e-5, exact: false, all: true,
                (b, t, d) => w["embeddings"][(int)x[0][b, t], d] + w["embeddings"][(int)x[1][b, t], d], (_, t, s) => both || s <= t))),
        new("BERT", () => BERT.Init(7, 4, 2, 2, 3, 6, outputAllBlock: false), [NDArray.From(new[] { 1, 0, 3, 2, 2, 4 }, [2, 3]), NDArray.From(new[] { 0, 1, 1, 0, 0, 1 }, [2, 3]),
            NDArray.From(new[] { 0, 1, 2, 0, 1, 2 }, [2, 3]), NDArray.From(new[] { 1f, 1, 0, 1, 1, 1 }, [2, 3])], (x, w) => TransformerFormula.Bert(x, w)) { Stopped = [3] },
    ];

    static double SReLU(double x, double left, double leftSlope, double distance, double rightSlope)
    {
        var right = left + Math.Abs(distance);
        return x >= right ? right + rightSlope * (x - right) : x <= left ? left + leftSlope * (x - left) : x;
    }

    static double Bilinear(NDArray x, int[] i, double rowScale, double columnScale)
    {
        double row = i[1] * rowScale, column = i[2] * columnScale;
        var (top, left) = ((int)Math.Floor(row), (int)Math.Floor(column));
        var (bottom, right) = (Math.Min(top + 1, (int)x.Shape[1] - 1), Math.Min(left + 1, (int)x.Shape[2] - 1));
        var (down, across) = (row - top, column - left);
        double Row(int r) => x[i[0], r, left, i[3]] * (1 - across) + x[i[0], r, right, i[3]] * across;
        return Row(top) * (1 - down) + Row(bottom) * down;
    }

    /// <summary>Rows of a table added up, a negative number being none.</summary>
    static double[] Bag(NDArray ids, NDArray? weights, NDArray table, string combiner, double maxNorm) => Each([3, 2], i =>
    {
        double sum = 0, total = 0, squares = 0;
        for (var n = 0; n < 3; n++)
        {
            if (ids[i[0], n] < 0) continue;
            var (row, weight) = ((int)ids[i[0], n], weights?[i[0], n] ?? 1);
            var norm = Math.Sqrt(table[row, 0] * table[row, 0] + table[row, 1] * table[row, 1]);
            sum += weight * table[row, i[1]] * (maxNorm >= 0 && norm > maxNorm ? maxNorm / norm : 1);
            (total, squares) = (total + weight, squares + weight * weight);
        }
        var by = combiner switch { "mean" => total, "sqrtn" => Math.Sqrt(squares), _ => 1 };
        return by == 0 ? 0 : sum / by;
    });
}
