using System.Globalization;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Goldens;
using Zoo.Tests.Saving;
using static Zoo.Keras.K;

namespace Zoo.Tests.Layers;

/// <summary>Vectors of words from GloVe's text files.</summary>
public class WordEmbeddingTests : InFolder
{
    string Written(params string[] lines)
    {
        File.WriteAllLines(At("vectors.txt"), lines);
        return At("vectors.txt");
    }

    string Small() => Written("the 0.5 -1 2", "cat 1 0 0", ". . . 3 4 0", "naïve -0.25 1e-3 7");

    [Test]
    public void WordsAreNumberedFromOneAndUnknownOnesAreZeros()
    {
        var file = Small();
        Assert.That(WordEmbedding.GetWordIndex(file), Is.EquivalentTo(new Dictionary<string, int> { ["the"] = 1, ["cat"] = 2, [". . ."] = 3, ["naïve"] = 4 }), "a word may hold spaces");
        Assert.That(WordEmbedding.PrepareEmbedding(file).ToArray<float>(), Is.EqualTo(new float[] { 0, 0, 0, 0.5f, -1, 2, 1, 0, 0, 3, 4, 0, -0.25f, 1e-3f, 7 }));
        var mine = new Dictionary<string, int> { ["cat"] = 3, ["dog"] = 1, [". . ."] = 2 };
        var table = WordEmbedding.PrepareEmbedding(file, mine, normalize: true);
        Assert.That(table.ToArray<float>(), Is.EqualTo(new float[] { 0, 0, 0, 0, 0, 0, 0.6f, 0.8f, 0, 1, 0, 0 }).Within(1e-7));
        var drawn = WordEmbedding.PrepareEmbedding(file, mine, randomizeUnknown: true);
        Assert.That(drawn.ToArray<float>()[3..6], Has.All.InRange(-1, 1).And.None.EqualTo(0));
        Assert.That(drawn.ToArray<float>(), Is.EqualTo(WordEmbedding.PrepareEmbedding(file, mine, randomizeUnknown: true).ToArray<float>()), "the same at each call");
    }

    [Test]
    public void TheLayerIsFrozenUnlessToldAndASavedModelNeedsNoFile()
    {
        var file = Small();
        var x = Input([2], dtype: DType.Int32);
        Model model = new(x, x >> new WordEmbedding(file, new Dictionary<string, int> { ["the"] = 2, ["cat"] = 1 }) >> new Flatten() >> new Dense(1));
        Assert.That(model.TrainableWeights.Select(w => w.Path), Is.EqualTo(new[] { "dense/kernel", "dense/bias" }));
        Assert.That(new Model(x, x >> new WordEmbedding(file, trainable: true)).TrainableWeights, Has.Count.EqualTo(1));
        model.Compile(new SGD(0.1), "mse");
        var words = NDArray.From(new[,] { { 1, 2 }, { 0, 1 } });
        model.Fit(words, NDArray.Full([2, 1], 1), epochs: 2, verbose: 0);
        Assert.That(model.Weights[0].Value.ToArray<float>(), Is.EqualTo(new float[] { 0, 0, 0, 1, 0, 0, 0.5f, -1, 2 }), "as the file says, after training");
        model.Save(At("m.keras"));
        File.Delete(file);
        var again = Model.Load(At("m.keras"));
        Assert.That(again.Predict(words).ToArray<float>(), Is.EqualTo(model.Predict(words).ToArray<float>()));
        Assert.That(again.ToJson(), Does.Contain("zoo>WordEmbedding"));
        Assert.That(again.TrainableWeights.Select(w => w.Path), Is.EqualTo(new[] { "dense/kernel", "dense/bias" }));
    }

    [Test]
    public void DamagedFilesAndNumbersAreExplained()
    {
        Assert.That(() => WordEmbedding.PrepareEmbedding(Written("the 1 2", "cat 1 x")), Throws.TypeOf<InvalidDataException>().With.Message.Contains("line 2").And.Message.Contains("'x'"));
        Assert.That(() => WordEmbedding.PrepareEmbedding(Written("the 1 2", "cat 1")), Throws.TypeOf<InvalidDataException>().With.Message.Contains("line 2").And.Message.Contains("others have 2"));
        Assert.That(() => WordEmbedding.PrepareEmbedding(Small(), new Dictionary<string, int> { ["the"] = 0 }), Throws.ArgumentException.With.Message.Contains("from 1"));
        Assert.That(() => WordEmbedding.PrepareEmbedding(Small(), new Dictionary<string, int> { ["dog"] = 1 }), Throws.TypeOf<InvalidDataException>().With.Message.Contains("no vector"));
        Assert.That(() => WordEmbedding.PrepareEmbedding(Written()), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => new WordEmbedding(At("absent.txt")), Throws.TypeOf<FileNotFoundException>());
    }

    [Test]
    public void TheSampleOfGloveIsRead()
    {
        var file = Shared.File("data/glove_sample/glove.6B.50d.txt");
        var index = WordEmbedding.GetWordIndex(file);
        var table = WordEmbedding.PrepareEmbedding(file);
        var lines = File.ReadAllLines(file);
        Assert.That(table.Shape, Is.EqualTo(Shape.Create([lines.Length + 1, 50])));
        foreach (var line in lines)
        {
            var parts = line.Split(' ');
            var numbers = parts[^50..].Select(p => float.Parse(p, CultureInfo.InvariantCulture));
            var word = string.Join(' ', parts[..^50]);
            Assert.That(Enumerable.Range(0, 50).Select(i => (float)table[index[word], i]), Is.EqualTo(numbers), word);
        }
    }
}
