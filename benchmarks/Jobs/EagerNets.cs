using static Zoo.Benchmarks.Jobs.Eager;

namespace Zoo.Benchmarks.Jobs;

/// <summary>The jobs' nets as PyTorch's modules would run them: the loss, or for inference the probabilities. Layers are named as in <see cref="Nets"/>.</summary>
internal static class EagerNets
{
    internal static nint Mlp(Eager e) => e.CrossEntropy(e.Dense(Relu(e.Dense(Relu(e.Dense(e.Input(), "dense_1")), "dense_2")), "dense_3"));

    internal static nint LeNet(Eager e)
    {
        var x = e.MaxPool(e.Conv(e.Pictures(), "conv_1"), 2, 2);
        x = Flatten(e.MaxPool(e.Conv(x, "conv_2"), 2, 2));
        return e.CrossEntropy(e.Dense(Relu(e.Dense(x, "dense_1")), "dense_2"));
    }

    internal static nint ResNet50(Eager e)
    {
        var x = e.MaxPool(Relu(Normed(e.Pictures(), "stem", 2, 3)), 3, 2, 1);
        foreach (var block in Benchmarks.ResNet50.Blocks)
        {
            var shortcut = block.Project ? Normed(Keep(x), block.Name + "_0", block.Stride, 0) : Keep(x);
            x = Relu(Normed(Relu(Normed(x, block.Name + "_1", block.Stride, 0)), block.Name + "_2", 1, 1));
            x = Relu(Add(shortcut, Normed(x, block.Name + "_3", 1, 0)));
        }
        return e.CrossEntropy(e.Dense(Mean(x, 2, 3), "classes"));

        nint Normed(nint y, string name, long stride, long padding) => e.BatchNorm(e.Conv(y, name, stride, padding), name + "_bn", Benchmarks.ResNet50.Epsilon);
    }

    internal static nint Inception(Eager e)
    {
        var x = e.MaxPool(Conv(e.Pictures(), "conv_1", 2, 3), 3, 2, ceil: true);
        x = e.MaxPool(Conv(Conv(x, "conv_2", 1, 0), "conv_3", 1, 1), 3, 2, ceil: true);
        foreach (var block in Nets.InceptionBlocks)
        {
            if (block.Pool) x = e.MaxPool(x, 3, 2, ceil: true);
            var name = "inception_" + block.Name;
            x = Concatenate(Conv(Keep(x), name + "_1", 1, 0), Conv(Conv(Keep(x), name + "_3r", 1, 0), name + "_3", 1, 1),
                Conv(Conv(Keep(x), name + "_5r", 1, 0), name + "_5", 1, 2), Conv(e.MaxPool(x, 3, 1, 1), name + "_p", 1, 0));
        }
        return e.CrossEntropy(e.Dense(Mean(x, 2, 3), "classes"));

        nint Conv(nint y, string name, long stride, long padding) => Relu(e.Conv(y, name, stride, padding));
    }

    internal static nint Lstm(Eager e) => e.BinaryCrossEntropy(e.Dense(e.Lstm(e.Embedding(e.Input(), "embedding"), "lstm", e.Batch, 128), "dense"));

    internal static nint Ncf(Eager e)
    {
        var x = Concatenate(e.Embedding(e.Input(0), "mlp_user"), e.Embedding(e.Input(1), "mlp_item"));
        foreach (var units in Nets.NcfTowers) x = Relu(e.Dense(x, $"dense_{units}"));
        var factors = Multiply(e.Embedding(e.Input(0), "mf_user"), e.Embedding(e.Input(1), "mf_item"));
        return e.BinaryCrossEntropy(e.Dense(Concatenate(x, factors), "prediction"));
    }

    internal static nint Transformer(Eager e)
    {
        const double epsilon = 1e-5;
        var x = e.LayerNorm(Add(e.Embedding(e.Input(0), "words"), e.Embedding(e.Input(1), "places")), "norm", epsilon, 256);
        for (var i = 1; i <= 4; i++)
        {
            x = e.LayerNorm(Add(Keep(x), e.Attention(x, $"attention_{i}", 4)), $"norm_{i}a", epsilon, 256);
            x = e.LayerNorm(Add(Keep(x), e.Dense(Gelu(e.Dense(x, $"wide_{i}")), $"narrow_{i}")), $"norm_{i}b", epsilon, 256);
        }
        return e.CrossEntropy(e.Dense(Mean(x, 1), "classes"));
    }
}
