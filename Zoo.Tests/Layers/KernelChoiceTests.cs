using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;

namespace Zoo.Tests.Layers;

/// <summary>Arguments of Keras that no file has: which kernel computes a layer, and the table that an embedding begins with.</summary>
public class KernelChoiceTests
{
    static NDArray Numbers(Shape shape)
    {
        var random = new Random(3);
        var x = NDArray.Zeros(shape, DType.Float32);
        for (var i = 0; i < x.Count; i++) x.SetNumber(i, random.NextDouble() - 0.5);
        return x;
    }

    static (float[] Values, bool Fused) Of(Layer layer, string op)
    {
        layer.Name = "layer";
        Variable x = Input([5, 4], "x");
        Model model = new(x, layer is HeadedAttention ? layer.Apply(x, x) : x >> layer) { Seed = 3 };
        var fused = Autograd.Graph.Topology.Sort([model.Lower(training: false).Outputs[0].Node]).Exists(n => n.Op.Name == op);
        return (model.Predict(Numbers([2, 5, 4])).ToArray<float>(), fused);
    }

    [Test]
    public void KernelsGiveTheSame()
    {
        foreach (var (make, op) in new (Func<bool?, Layer>, string)[]
        {
            (choice => new MultiHeadAttention(2, 3) { FlashAttention = choice }, "_Attention"), (choice => new GroupQueryAttention(3, 2, 1) { FlashAttention = choice }, "_Attention"),
            (choice => new LSTM(3) { UseCudnn = choice, ReturnSequences = true }, "_Lstm"), (choice => new GRU(3) { UseCudnn = choice, GoBackwards = true }, "_Gru"),
        })
        {
            var (free, demanded, refused) = (Of(make(null), op), Of(make(true), op), Of(make(false), op));
            Assert.That((free.Fused, demanded.Fused, refused.Fused), Is.EqualTo((true, true, false)), op);
            Assert.That(demanded.Values, Is.EqualTo(free.Values));
            Assert.That(refused.Values, Is.EqualTo(free.Values).Within(1e-5));
        }
    }

    [Test]
    public void AKernelThatCannotBeIsRefused()
    {
        Variable x = Input([5, 4], "x");
        string Message(Action call) => Assert.Throws<ArgumentException>(() => call())!.Message;
        Assert.That(Message(() => new MultiHeadAttention(2, 3) { FlashAttention = true }.ApplyMany([x, x], ("return_attention_scores", true))), Does.Contain("multi_head_attention").And.Contain("with scores").And.Contain("Leave FlashAttention out"));
        Assert.That(Message(() => new MultiHeadAttention(2, 3) { FlashAttention = true, Dropout = 0.5 }.Apply(x, x)), Does.Contain("dropout of 0.5"));
        Assert.That(Message(() => new GroupQueryAttention(3, 2, 1) { FlashAttention = true, DTypePolicy = "bfloat16" }.Apply(x, x)), Does.Contain("bfloat16"));
        Assert.That(Message(() => new LSTM(3) { UseCudnn = true, Activation = "relu" }.Apply(x)), Does.Contain("relu").And.Contain("Leave UseCudnn out"));
    }

    [Test]
    public void AnEmbeddingBeginsWithItsTable()
    {
        var table = NDArray.From(new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2]);
        foreach (var layer in new[] { new Embedding(3, 2, table), new ReversibleEmbedding(3, 2, table), Keras1.Embedding(3, 2, weights: table), new Embedding(3, 2, table) { LoraRank = 1 } })
        {
            Variable x = Input([2], "x", DType.Int32);
            Model model = new(x, x >> layer);
            var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.keras");
            try
            {
                model.Save(path);
                foreach (var net in new[] { model, Model.Load(path) }) Assert.That(net.Predict(NDArray.From(new[] { 2, 0 }, [1, 2])).ToArray<float>(), Is.EqualTo(new float[] { 5, 6, 1, 2 }));
            }
            finally { File.Delete(path); }
        }
        Variable n = Input([2], "n", DType.Int32);
        Assert.That(Assert.Throws<ShapeException>(() => new Model(n, n >> new Embedding(2, 3, table)).Weights[0].Initialize())!.Message, Does.Contain("[3, 2]").And.Contain("[2, 3]"));
    }
}
