using Zoo.Autograd;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Cluster;

/// <summary>Small nets of the kinds that distributed training must get right, with data; in float64, where nothing hides behind rounding, or float32.</summary>
static class Nets
{
    internal static (Model Model, NDArray X, NDArray Y) Make(string kind, DType dtype = DType.Float64, int samples = 120)
    {
        DTypePolicy p = dtype;
        Random random = new(5);
        NDArray Data(params long[] shape) => NDArray.From([.. Enumerable.Range(0, (int)(samples * shape.Aggregate(1L, (a, b) => a * b))).Select(_ => random.NextDouble() * 2 - 1)], Shape.Create([samples, .. shape])).Cast(dtype);
        NDArray Ints(int below, params long[] shape) => NDArray.From([.. Enumerable.Range(0, (int)(samples * shape.Aggregate(1L, (a, b) => a * b))).Select(_ => (long)random.Next(below))], Shape.Create([samples, .. shape]));
        var classes = Ints(4);
        switch (kind)
        {
            case "mlp":
                {
                    var x = K.Input([9], dtype: dtype);
                    var y = x >> new Dense(13, "tanh") { DTypePolicy = p, KernelRegularizer = new L2(0.01) } >> new Dropout(0.4) { DTypePolicy = p } >> new Dense(7, "relu") { DTypePolicy = p, ActivityRegularizer = new L2(0.003) } >> new Dense(4, "softmax") { DTypePolicy = p };
                    return (new Model(x, y) { Seed = 3 }, Data(9), classes);
                }
            case "lenet":
                {
                    var x = K.Input([12, 12, 1], dtype: dtype);
                    var y = x >> new Conv2D(4, 3, activation: "relu") { DTypePolicy = p } >> new MaxPooling2D(2) { DTypePolicy = p } >> new Conv2D(6, 3, activation: "relu") { DTypePolicy = p }
                        >> new Flatten() { DTypePolicy = p } >> new Dropout(0.25) { DTypePolicy = p } >> new Dense(10, "tanh") { DTypePolicy = p } >> new Dense(4, "softmax") { DTypePolicy = p };
                    return (new Model(x, y) { Seed = 3 }, Data(12, 12, 1), classes);
                }
            case "embedding":
                {
                    var x = K.Input([6], dtype: DType.Int64);
                    var y = x >> new Embedding(20, 5) { DTypePolicy = p, MaskZero = true } >> new Lambda(v => A.Mean(v, 1)) { DTypePolicy = p } >> new Dense(4, "softmax") { DTypePolicy = p };
                    return (new Model(x, y) { Seed = 3 }, Ints(20, 6), classes);
                }
            case "masked":
                {
                    var x = K.Input([6], dtype: DType.Int64);
                    var y = x >> new Embedding(5, 5) { DTypePolicy = p, MaskZero = true } >> new Dropout(0.2) { DTypePolicy = p };
                    return (new Model(x, y) { Seed = 3 }, Ints(5, 6), Data(6, 5));
                }
            case "lstm":
                {
                    var x = K.Input([6], dtype: DType.Int64);
                    var y = x >> new Embedding(12, 4) { DTypePolicy = p, MaskZero = true } >> new LSTM(5) { DTypePolicy = p, Dropout = 0.2 } >> new Dense(4, "softmax") { DTypePolicy = p };
                    return (new Model(x, y) { Seed = 3 }, Ints(12, 6), classes);
                }
            case "synchronized":
                {
                    var x = K.Input([5, 5, 2], dtype: dtype);
                    var y = x >> new Conv2D(3, 3) { DTypePolicy = p } >> new BatchNormalization() { DTypePolicy = p, Synchronized = true } >> new Activation("relu") { DTypePolicy = p } >> new Flatten() { DTypePolicy = p }
                        >> new Dense(6) { DTypePolicy = p } >> new BatchNormalization() { DTypePolicy = p, Synchronized = true } >> new Dense(4, "softmax") { DTypePolicy = p };
                    return (new Model(x, y) { Seed = 3 }, Data(5, 5, 2), classes);
                }
            case "batchnorm":
                {
                    var x = K.Input([9], dtype: dtype);
                    var y = x >> new Dense(6) { DTypePolicy = p } >> new BatchNormalization() { DTypePolicy = p } >> new Dense(4, "softmax") { DTypePolicy = p };
                    return (new Model(x, y) { Seed = 3 }, Data(9), classes);
                }
            default: throw new ArgumentException(kind);
        }
    }

    internal static string LossOf(string kind) => kind == "masked" ? "mse" : "sparse_categorical_crossentropy";

    /// <summary>The largest difference between two models' weights and optimizers' memories, relative to 1 or the value.</summary>
    internal static double Difference(Model a, Model b)
    {
        var worst = 0.0;
        foreach (var (x, y) in a.Weights.Concat(a.Optimizer!.Variables).Zip(b.Weights.Concat(b.Optimizer!.Variables)))
        {
            var (u, v) = (x.Value, y.Value);
            for (var i = 0; i < u.Count; i++)
            {
                var d = Math.Abs(u.Number(i) - v.Number(i)) / Math.Max(1, Math.Abs(u.Number(i)));
                worst = Math.Max(worst, double.IsNaN(d) ? double.PositiveInfinity : d);
            }
        }
        return worst;
    }

    /// <summary>The bits of all weights and of the optimizer's memory.</summary>
    internal static byte[] Bits(Model model) => [.. model.Weights.Concat(model.Optimizer!.Variables).SelectMany(w => w.Value.Bytes.ToArray())];
}
