using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Benchmarks.Jobs;

/// <summary>The jobs' nets, as a user would write them. Layers have names, by which the other peers find their weights. Without dropout, so that all peers compute the same.</summary>
internal static class Nets
{
    /// <summary>The filters of the inception blocks: 1x1, 3x3 (reduced first), 5x5 (reduced first), behind the pooling; and whether a pooling stands before.</summary>
    internal static readonly (string Name, bool Pool, int One, int ThreeReduced, int Three, int FiveReduced, int Five, int Pooled)[] InceptionBlocks =
    [
        ("3a", false, 64, 96, 128, 16, 32, 32), ("3b", false, 128, 128, 192, 32, 96, 64), ("4a", true, 192, 96, 208, 16, 48, 64), ("4b", false, 160, 112, 224, 24, 64, 64), ("4c", false, 128, 128, 256, 24, 64, 64),
        ("4d", false, 112, 144, 288, 32, 64, 64), ("4e", false, 256, 160, 320, 32, 128, 128), ("5a", true, 256, 160, 320, 32, 128, 128), ("5b", false, 384, 192, 384, 48, 128, 128),
    ];

    internal static readonly int[] NcfTowers = [128, 64, 32];

    internal const int Users = 6040, Items = 3706, Words = 20_000, Vocabulary = 30_522;

    internal static Model Mlp() => new Sequential { new Dense(512, "relu") { InputShape = [784], Name = "dense_1" }, new Dense(512, "relu") { Name = "dense_2" }, new Dense(10, "softmax") { Name = "dense_3" } };

    internal static Model LeNet() => new Sequential
    {
        new Conv2D(20, 5) { InputShape = [28, 28, 1], Name = "conv_1" }, new MaxPooling2D(2), new Conv2D(50, 5) { Name = "conv_2" }, new MaxPooling2D(2),
        new Flatten(), new Dense(500, "relu") { Name = "dense_1" }, new Dense(10, "softmax") { Name = "dense_2" },
    };

    /// <summary>GoogLeNet (Szegedy and others, 2014) without auxiliary classifiers and response normalization.</summary>
    internal static Model Inception()
    {
        var image = K.Input([224, 224, 3], "image");
        var x = image >> new ZeroPadding2D(3) >> Conv("conv_1", 64, 7, 2) >> Pool() >> Conv("conv_2", 64) >> Conv("conv_3", 192, 3) >> Pool();
        foreach (var block in InceptionBlocks)
        {
            if (block.Pool) x = x >> Pool();
            var name = "inception_" + block.Name;
            x = new Concatenate().Apply(x >> Conv(name + "_1", block.One), x >> Conv(name + "_3r", block.ThreeReduced) >> Conv(name + "_3", block.Three, 3),
                x >> Conv(name + "_5r", block.FiveReduced) >> Conv(name + "_5", block.Five, 5), x >> Pool(1) >> Conv(name + "_p", block.Pooled));
        }
        return new(image, x >> new GlobalAveragePooling2D() >> new Dense(1000, "softmax") { Name = "classes" });

        static Conv2D Conv(string name, int filters, int size = 1, int stride = 1) => new(filters, size, "relu") { Strides = stride, Padding = stride == 1 ? "same" : "valid", Name = name };
        static MaxPooling2D Pool(int stride = 2) => new(3) { Strides = stride, Padding = "same" };
    }

    internal static Model Lstm()
    {
        var words = K.Input([200], "words", DType.Int32);
        return new(words, words >> new Embedding(Words, 128) { Name = "embedding" } >> new LSTM(128) { Name = "lstm" } >> new Dense(1, "sigmoid") { Name = "dense" });
    }

    /// <summary>Neural collaborative filtering (He and others, 2017): towers over 64-wide embeddings beside a product of others.</summary>
    internal static Model Ncf()
    {
        Variable user = K.Input([], "user", DType.Int32), item = K.Input([], "item", DType.Int32);
        var x = new Concatenate().Apply(user >> new Embedding(Users, 64) { Name = "mlp_user" }, item >> new Embedding(Items, 64) { Name = "mlp_item" });
        foreach (var units in NcfTowers) x = x >> new Dense(units, "relu") { Name = $"dense_{units}" };
        var factors = new Multiply().Apply(user >> new Embedding(Users, 64) { Name = "mf_user" }, item >> new Embedding(Items, 64) { Name = "mf_item" });
        return new((Variable[])[user, item], new Concatenate().Apply(x, factors) >> new Dense(1, "sigmoid") { Name = "prediction" });
    }

    /// <summary>Four blocks of width 256 with 4 heads over 128 words, normalised behind, and the mean of what comes out.</summary>
    internal static Model Transformer()
    {
        Variable words = K.Input([128], "words_in", DType.Int32), places = K.Input([128], "places_in", DType.Int32);
        var x = new Add().Apply(words >> new Embedding(Vocabulary, 256) { Name = "words" }, places >> new Embedding(512, 256) { Name = "places" }) >> Norm("norm");
        for (var i = 1; i <= 4; i++)
        {
            x = new Add().Apply(x, new MultiHeadAttention(4, 64) { Name = $"attention_{i}" }.Apply(x, x)) >> Norm($"norm_{i}a");
            x = new Add().Apply(x, x >> new Dense(1024, "gelu") { Name = $"wide_{i}" } >> new Dense(256) { Name = $"narrow_{i}" }) >> Norm($"norm_{i}b");
        }
        return new((Variable[])[words, places], x >> new GlobalAveragePooling1D() >> new Dense(2, "softmax") { Name = "classes" });

        static LayerNormalization Norm(string name) => new(epsilon: 1e-5) { Name = name };
    }
}
