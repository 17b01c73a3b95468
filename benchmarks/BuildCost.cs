using System.Diagnostics;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Benchmarks;

/// <summary>What it takes to build models, before any engine sees them: the graph with names and shapes, and the weights' first values.</summary>
internal static class BuildCost
{
    internal static void Run(int rounds)
    {
        Tell("functional model of 40 layers", rounds, () => Forty(), _ => { });
        Tell("transformer of BERT-base's size", Math.Min(rounds, 5), () => Bert(), model => _ = model.Weights.Count);
        Tell("transformer of BERT-base's size, with its weights' first values", Math.Min(rounds, 5), () => Bert(), model => model.InitializeWeights());
    }

    static void Tell(string what, int rounds, Func<Model> build, Action<Model> after)
    {
        var times = new List<double>();
        for (var r = 0; r < rounds; r++)
        {
            var start = Stopwatch.GetTimestamp();
            after(build());
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            GC.Collect();
        }
        Console.WriteLine($"{what}: first {times[0]:F1} ms, median of {rounds} {times.Order().ElementAt(rounds / 2):F1} ms, lowest {times.Min():F1} ms");
    }

    static Model Forty()
    {
        var x = K.Input([32, 32, 3]);
        var y = x;
        for (var i = 0; i < 12; i++) y = y >> new Conv2D(16, 3) { Padding = "same" } >> new BatchNormalization() >> new Activation("relu");
        return new(x, y >> new GlobalAveragePooling2D() >> new Dropout(0.5) >> new Dense(10, "softmax"));
    }

    static Model Bert(int layers = 12, int width = 768, int heads = 12, int vocabulary = 30522, int length = 128)
    {
        Variable ids = K.Input([length], "ids", DType.Int32), places = K.Input([length], "places", DType.Int32), kinds = K.Input([length], "kinds", DType.Int32);
        var x = new Add().Apply(ids >> new Embedding(vocabulary, width), places >> new Embedding(512, width), kinds >> new Embedding(2, width)) >> new LayerNormalization(epsilon: 1e-12) >> new Dropout(0.1);
        for (var i = 0; i < layers; i++)
        {
            var attended = new MultiHeadAttention(heads, width / heads) { Dropout = 0.1 }.Apply(x, x) >> new Dropout(0.1);
            x = new Add().Apply(x, attended) >> new LayerNormalization(epsilon: 1e-12);
            x = new Add().Apply(x, x >> new Dense(4 * width, "gelu") >> new Dense(width) >> new Dropout(0.1)) >> new LayerNormalization(epsilon: 1e-12);
        }
        return new((Variable[])[ids, places, kinds], x[.., 0] >> new Dense(width, "tanh"));
    }
}
