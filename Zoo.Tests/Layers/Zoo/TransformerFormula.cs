using Zoo.Autograd;
using static Zoo.Tests.Layers.FormulaCase;

namespace Zoo.Tests.Layers;

/// <summary>A transformer's blocks, written out number by number.</summary>
static class TransformerFormula
{
    /// <summary>The results of the blocks, or of the last one, and the pooled one.</summary>
    public static double[] Of(Values w, int batch, int steps, int size, int heads, int blocks, double epsilon, bool exact, bool all, Func<int, int, int, double> embedding, Func<int, int, int, bool> sees)
    {
        var x = Table(batch, steps, size, embedding);
        var results = new List<double>();
        for (var n = 0; n < blocks; n++)
        {
            x = Block(n == 0 ? "transformer_block/" : $"transformer_block_{n}/", x);
            if (all || n == blocks - 1) results.AddRange(Each([batch, steps, size], i => x[i[0], i[1], i[2]]));
        }
        var pooler = w.Has("bert/dense/kernel") ? "bert/dense/" : "transformer_layer/dense/";   // the dense layer beside the blocks
        results.AddRange(Each([batch, size], i => Math.Tanh(w[$"{pooler}bias"][i[1]] + Sum(size, k => x[i[0], 0, k] * w[$"{pooler}kernel"][k, i[1]]))));
        return [.. results];

        double[,,] Block(string at, double[,,] input)
        {
            var depth = size / heads;
            double Project(string name, int b, int t, int h, int d) => w[$"{at}multi_head_attention/{name}/bias"][h, d] + Sum(size, k => input[b, t, k] * w[$"{at}multi_head_attention/{name}/kernel"][k, h, d]);
            var seen = new double[batch, steps, heads, depth];
            for (var b = 0; b < batch; b++)
                for (var h = 0; h < heads; h++)
                    for (var t = 0; t < steps; t++)
                    {
                        var scores = Enumerable.Range(0, steps).Select(s => sees(b, t, s) ? Math.Exp(Sum(depth, d => Project("query", b, t, h, d) * Project("key", b, s, h, d)) / Math.Sqrt(depth)) : 0).ToArray();
                        for (var d = 0; d < depth; d++) seen[b, t, h, d] = Sum(steps, s => scores[s] / scores.Sum() * Project("value", b, s, h, d));
                    }
            var attended = Table(batch, steps, size, (b, t, k) => input[b, t, k] + w[$"{at}multi_head_attention/attention_output/bias"][k]
                + Sum(heads, h => Sum(depth, d => seen[b, t, h, d] * w[$"{at}multi_head_attention/attention_output/kernel"][h, d, k])));
            var y = Normalised(attended, w[$"{at}layer_normalization/gamma"], w[$"{at}layer_normalization/beta"], epsilon);
            var (into, outOf) = (w[$"{at}dense/kernel"], w[$"{at}dense_1/kernel"]);
            var inner = Table(batch, steps, (int)into.Shape[1], (b, t, m) => Gelu(w[$"{at}dense/bias"][m] + Sum(size, k => y[b, t, k] * into[k, m]), exact));
            var dense = Table(batch, steps, size, (b, t, k) => y[b, t, k] + w[$"{at}dense_1/bias"][k] + Sum((int)into.Shape[1], m => inner[b, t, m] * outOf[m, k]));
            return Normalised(dense, w[$"{at}layer_normalization_1/gamma"], w[$"{at}layer_normalization_1/beta"], epsilon);
        }
    }

    /// <summary>BERT of the case: words, types, positions, mask.</summary>
    public static double[] Bert(Values x, Values w)
    {
        var sum = Table(2, 3, 4, (b, t, d) => w["embedding/embeddings"][(int)x[0][b, t], d] + w["embedding_1/embeddings"][(int)x[2][b, t], d] + w["embedding_2/embeddings"][(int)x[1][b, t], d]);
        var embedded = Normalised(sum, w["functional/layer_normalization/gamma"], w["functional/layer_normalization/beta"], 1e-12);
        return Of(w, 2, 3, 4, 2, 2, 1e-5, exact: true, all: false, (b, t, d) => embedded[b, t, d], (b, _, s) => x[3][b, s] > 0);
    }

    static double[,,] Normalised(double[,,] x, NDArray gamma, NDArray beta, double epsilon)
    {
        var size = x.GetLength(2);
        return Table(x.GetLength(0), x.GetLength(1), size, (b, t, k) =>
        {
            var mean = Sum(size, i => x[b, t, i]) / size;
            return (x[b, t, k] - mean) / Math.Sqrt(Sum(size, i => Math.Pow(x[b, t, i] - mean, 2)) / size + epsilon) * gamma[k] + beta[k];
        });
    }

    static double Gelu(double v, bool exact) => exact ? v / 2 * (1 + TorchLayerCases.Erf(v / Math.Sqrt(2))) : v / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));

    static double[,,] Table(int a, int b, int c, Func<int, int, int, double> number)
    {
        var result = new double[a, b, c];
        for (var i = 0; i < a; i++)
            for (var j = 0; j < b; j++)
                for (var k = 0; k < c; k++) result[i, j, k] = number(i, j, k);
        return result;
    }
}
