using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Summary;
using static Zoo.Keras.K;

namespace Zoo.Tests.Summary;

internal sealed class SummaryTests
{
    static string[] Lines(Model model, bool expandNested = false, bool showTrainable = false)
    {
        var text = new StringWriter();
        model.Summary(text, expandNested, showTrainable);
        return [.. text.ToString().Split('\n').Select(l => l.TrimEnd())];
    }

    /// <summary>The cells of the rows below the head.</summary>
    static string[][] Cells(string[] lines) =>
        [.. lines.Where(l => l.StartsWith('│') || l.StartsWith('|')).Select(l => l.Split('│', '|')[1..^1].Select(c => c.Trim()).ToArray())];

    [Test]
    public void LayersInARowHaveThreeColumns()
    {
        Sequential lenet = [new Conv2D(20, 5) { InputShape = [28, 28, 1] }, new MaxPooling2D(2), new Flatten(), new Dense(10, "softmax")];
        var lines = Lines(lenet);
        Assert.That(lines[0], Is.EqualTo("Model: sequential"));
        Assert.That(Cells(lines), Is.EqualTo(new string[][]
        {
            ["conv2d (Conv2D)", "[?, 24, 24, 20]", "520"],
            ["max_pooling2d (MaxPooling2D)", "[?, 12, 12, 20]", "0"],
            ["flatten (Flatten)", "[?, 2880]", "0"],
            ["dense (Dense)", "[?, 10]", "28,810"],
        }));
        Assert.That(lines, Does.Contain("Total params: 29,330 (114.57 KB)").And.Contain("Trainable params: 29,330 (114.57 KB)").And.Contain("Non-trainable params: 0 (0.00 B)"));
    }

    [Test]
    public void BranchesSayWhereInputsComeFrom()
    {
        var (a, b) = (Input([4], "a"), Input([4], "b"));
        var shared = new Dense(3) { Name = "shared" };
        var (left, right) = (shared.Apply(a), shared.Apply(b));
        var model = new Model([a, b], (left - right) >> new Dense(1));
        var cells = Cells(Lines(model));
        Assert.That(cells.Single(c => c[0] == "shared (Dense)"), Is.EqualTo(new[] { "shared (Dense)", "[?, 3]", "15", "a[0][0], b[0][0]" }));
        Assert.That(cells.Single(c => c[0].StartsWith("sub", StringComparison.Ordinal))[3], Is.EqualTo("shared[0][0], shared[1][0]"));
        Assert.That(Lines(model), Does.Contain("Total params: 19 (76.00 B)"));
    }

    [Test]
    public void ModelsWithinAreExpandedOnRequest()
    {
        var image = Input([4]);
        var tower = new Model(image, image >> new Dense(3) >> new Dense(2)) { Name = "tower" };
        tower.Trainable = false;
        Sequential model = [tower, new Dense(1)];
        Assert.That(Cells(Lines(model)).Select(c => c[0]), Is.EqualTo(new[] { "tower (Model)", "dense (Dense)" }));
        var rows = Cells(Lines(model, expandNested: true, showTrainable: true));
        Assert.That(rows.Select(c => c[0]).Where(c => c.StartsWith('└')).ToArray(), Has.Length.EqualTo(3).And.One.EqualTo("└ dense_1 (Dense)"));
        Assert.That(rows[0], Is.EqualTo(new[] { "tower (Model)", "[?, 2]", "23", "no" }));
        Assert.That(rows[^1][^1], Is.EqualTo("yes"));
        Assert.That(Lines(model), Does.Contain("Trainable params: 3 (12.00 B)").And.Contain("Non-trainable params: 23 (92.00 B)"));
    }

    [Test]
    public void AModelWithoutDataSaysThatItsWeightsAreNotMade()
    {
        Sequential model = [new Dense(3), new Dense(2)];
        var lines = Lines(model);
        Assert.That(Cells(lines)[1], Is.EqualTo(new[] { "dense_1 (Dense)", "?", "0 (unbuilt)" }).Or.EqualTo(new[] { "dense (Dense)", "?", "0 (unbuilt)" }));
        Assert.That(lines, Has.One.Contains("Not all weights"));
        model.Predict(NDArray.Zeros([1, 4]));
        Assert.That(Cells(Lines(model))[1], Is.EqualTo(new[] { "dense_1 (Dense)", "[?, 2]", "8" }));
    }

    [Test]
    public void ASubclassListsItsLayers()
    {
        var model = new Two();
        Assert.That(Cells(Lines(model)).Select(c => c[2]), Is.All.EqualTo("0 (unbuilt)"));
        model.Predict(NDArray.Zeros([1, 4]));
        Assert.That(Cells(Lines(model)).Select(c => c[2]), Is.EqualTo(new[] { "15", "8" }));
    }

    sealed class Two : Model
    {
        readonly Dense first = new(3), second = new(2);

        protected override Variable Call(Variable x) => x >> first >> second;
    }

    [TestCase(0, "0.00 B"), TestCase(1023, "1023.00 B"), TestCase(1536, "1.50 KB"), TestCase(5L << 40, "5.00 TB")]
    public void SizesHaveUnits(long bytes, string text) => Assert.That(SummaryTable.Size(bytes), Is.EqualTo(text));
}
