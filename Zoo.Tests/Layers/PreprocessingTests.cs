using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Saving;

namespace Zoo.Tests.Layers;

/// <summary>Vocabularies, borders and means that are found in data, kept in files, and used in training on strings.</summary>
public class PreprocessingTests
{
    static readonly NDArray texts = NDArray.From(new[] { "The cat sat.", "The dog ran!", "the cat ran", "A dog; a cat" });

    [Test]
    public void TheMostFrequentWordsComeFirstAndTiesGoBackwards()
    {
        var layer = new TextVectorization { MaxTokens = 7 };
        layer.Adapt(texts);
        Assert.That(layer.GetVocabulary(), Is.EqualTo(new[] { "", "[UNK]", "the", "cat", "ran", "dog", "a" }));
        var lookup = new IntegerLookup { MaskToken = 0 };
        lookup.Adapt((NDArray)new long[,] { { 5, 0, 7 }, { 7, 3, 5 }, { 9, 7, 0 } });
        Assert.That(lookup.GetVocabulary(includeSpecialTokens: false), Is.EqualTo(new[] { "7", "5", "9", "3" }));
    }

    [Test]
    public void RareWordsWeighMore()
    {
        var layer = new StringLookup { OutputMode = "tf_idf" };
        layer.Adapt(NDArray.From(new[] { "a", "b", "a", "c", "a", "a" }, [3, 2]));
        var x = K.Input([2], "x", DType.String);
        var found = new Model(x, layer.Apply(x)).Predict(NDArray.From(new[] { "a", "c", "z", "a" }, [2, 2]));
        double common = Math.Log(1 + 3 / 4.0), rare = Math.Log(1 + 3 / 2.0);   // log(1 + documents / (1 + those with the word))
        Assert.That(found.ToArray<float>(), Is.EqualTo(new[] { 0, common, rare, 0, (common + 2 * rare) / 3, common, 0, 0 }).Within(1e-6));   // [UNK] a c b
    }

    [Test]
    public void BordersAndMeansAreFound()
    {
        var bins = new Discretization(numBins: 4);
        bins.Adapt((NDArray)new[] { -1.5f, 1, 3.4f, .5f, 0, 3, 1.3f, 0 });
        Assert.That(bins.BinBoundaries, Has.Length.EqualTo(3).And.Ordered);
        var norm = new Normalization();
        norm.Adapt([new[,] { { 0f, 7, 4 }, { 2, 9, 6 } }, new[,] { { 0f, 7, 4 }, { 2, 9, 6 } }]);
        var x = K.Input([3], "x");
        Assert.That(new Model(x, norm.Apply(x)).Predict(new[,] { { 0f, 7, 4 } }).ToArray<float>(), Is.EqualTo(new[] { -1f, -1, -1 }).Within(1e-6));
    }

    [Test]
    public void AFoundVocabularySurvivesAFile([Values("int", "tf_idf")] string mode)
    {
        var layer = new TextVectorization { OutputMode = mode };
        layer.Adapt(texts);
        var x = K.Input([1], "x", DType.String);
        var model = new Model(x, layer.Apply(x));
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.keras");
        try
        {
            model.Save(path);
            var again = Model.Load(path);
            Assert.That(again.Predict(texts.Reshape([4, 1])).HoldsTheSame(model.Predict(texts.Reshape([4, 1]))));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void AModelLearnsFromStrings([Values("embedded", "tensorflow")] string engine)
    {
        var layer = new TextVectorization { OutputSequenceLength = 4 };
        layer.Adapt(texts);
        var x = K.Input([1], "x", DType.String);
        var y = x >> layer >> new Embedding(12, 8) >> new GlobalAveragePooling1D() >> new Dense(1, "sigmoid");
        var model = new Model(x, y);
        model.Compile(new Adam(0.1), "binary_crossentropy", engine: TestEngines.Get(engine).Name);
        var labels = (NDArray)new[,] { { 1f }, { 0 }, { 1 }, { 0 } };
        model.Fit(texts.Reshape([4, 1]), labels, batchSize: 3, epochs: 30, verbose: 0);
        Assert.That(model.Evaluate(texts.Reshape([4, 1]), labels)["loss"], Is.LessThan(0.3));
    }
}
