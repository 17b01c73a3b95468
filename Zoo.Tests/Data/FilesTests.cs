using System.IO.Compression;
using NUnit.Framework;
using SkiaSharp;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Data;

/// <summary>Tables, texts and pictures in files that the tests write.</summary>
internal sealed class FilesTests
{
    string root = "";

    [SetUp]
    public void Make() => root = Directory.CreateTempSubdirectory("zoo-files-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(root, recursive: true);

    string Write(string name, string text)
    {
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    void Picture(string name, int height, int width, Func<int, int, SKColor> color, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) bitmap.SetPixel(x, y, color(y, x));
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        using var data = bitmap.Encode(format, 95);
        data.SaveTo(file);
    }

    [Test]
    public void TablesAreReadWithQuotesLineEndsAndPacked()
    {
        var text = "name,size,\"a \"\"b\"\"\"\r\nx,1.5,\"one, two\"\n\n\"y\nz\",-2e3,\n";
        var path = Write("t.csv", text);
        using (var packed = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest)) packed.Write(System.Text.Encoding.UTF8.GetBytes(text));
        foreach (var file in new[] { path, path + ".gz" })
        {
            var rows = Dataset.FromCsv(file).ToList();
            Assert.That(rows.Select(r => (r["name"], r.Number("size"), r["a \"b\""], r.Line)), Is.EqualTo(new[] { ("x", 1.5f, "one, two", 2), ("y\nz", -2000f, "", 4) }));
            Assert.That(rows[0].Columns, Is.EqualTo(new[] { "name", "size", "a \"b\"" }));
        }
        Assert.That(Dataset.FromCsv(Write("u.csv", "1;2\n3;4"), header: false, separator: ';').Map(r => r.Numbers()).Batch(2).Single().ToArray<float>(), Is.EqualTo(new[] { 1f, 2, 3, 4 }));
        Assert.That(Dataset.FromTextLines(path + ".gz").First(), Is.EqualTo("name,size,\"a \"\"b\"\"\""));
    }

    [Test]
    public void WhatIsWrongWithATableIsSaidWithItsLine()
    {
        Assert.That(Assert.Throws<FormatException>(() => Dataset.FromCsv(Write("a.csv", "a,b\n1,2\n3\n")).ToList())!.Message, Does.Contain("a.csv(3)").And.Contain("1 fields"));
        Assert.That(Assert.Throws<FormatException>(() => Dataset.FromCsv(Write("b.csv", "a,b\n\"1,2\n")).ToList())!.Message, Does.Contain("b.csv(2)").And.Contain("quote"));
        var row = Dataset.FromCsv(Write("c.csv", "a,b\n1,x\n")).Single();
        Assert.That(Assert.Throws<FormatException>(() => row.Number("b"))!.Message, Does.Contain("c.csv(2)").And.Contain("'x'").And.Contain("column b"));
        Assert.That(Assert.Throws<KeyNotFoundException>(() => _ = row["c"])!.Message, Does.Contain("a, b"));
        Assert.Throws<FormatException>(() => Dataset.FromCsv(Write("d.csv", "a,a\n1,2\n")).ToList());
        Assert.Throws<FileNotFoundException>(() => Dataset.FromCsv(Path.Combine(root, "absent.csv")));
    }

    [Test]
    public void APictureIsResizedAsTensorFlowDoes([Values("bilinear", "nearest")] string interpolation, [Values(3, 5, 12)] int height, [Values(4, 7)] int width)
    {
        Picture("p.png", 6, 5, (y, x) => new((byte)(y * 40), (byte)(x * 50), (byte)((y * 7 + x * 13) % 256)));
        var read = Images.Read(Path.Combine(root, "p.png"), height, width, interpolation: interpolation);
        var whole = Images.Read(Path.Combine(root, "p.png"));
        Assert.That(whole[2, 3, 0], Is.EqualTo(80).And.EqualTo(whole[2, 1, 0]));
        Sequential resizing = [new Resizing(height, width) { Interpolation = interpolation, InputShape = [6, 5, 3] }];
        var expected = resizing.Predict(whole.Reshape([1, 6, 5, 3]));
        Assert.That(read.Shape, Is.EqualTo(Shape.Create([height, width, 3])));
        Assert.That(read.ToArray<float>(), Is.EqualTo(expected.ToArray<float>()).Within(1e-3));
    }

    [Test]
    public void AspectRatiosAreKeptAsKerasKeepsThem([Values] bool crop)
    {
        Picture("wide.png", 4, 8, (y, x) => new((byte)(x * 30), 100, 0));
        var read = Images.Read(Path.Combine(root, "wide.png"), 4, 4, cropToAspectRatio: crop, padToAspectRatio: !crop);
        if (crop) Assert.That(Enumerable.Range(0, 4).Select(x => read[0, x, 0]), Is.EqualTo(new double[] { 60, 90, 120, 150 }), "the middle, as it is");
        else Assert.That(Enumerable.Range(0, 4).Select(y => read[y, 1, 1]), Is.EqualTo(new double[] { 0, 100, 100, 0 }), "black above and below");
    }

    [Test]
    public void GreyOpacityAndScaledDecoding()
    {
        Picture("c.png", 2, 2, (_, _) => new(200, 100, 50, 128));
        Assert.That(Images.Read(Path.Combine(root, "c.png"), channels: 1)[0, 0, 0], Is.EqualTo(Math.Round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)));
        Assert.That(Images.Read(Path.Combine(root, "c.png"), channels: 4).ToArray<float>()[..4], Is.EqualTo(new float[] { 200, 100, 50, 128 }));
        Picture("big.jpg", 400, 600, (y, x) => new((byte)(x / 3), (byte)(y / 2), 128), SKEncodedImageFormat.Jpeg);
        var (slow, fast) = (Images.Read(Path.Combine(root, "big.jpg"), 100, 150), Images.Read(Path.Combine(root, "big.jpg"), 100, 150, scaledDecoding: true));
        Assert.That(fast.ToArray<float>(), Is.EqualTo(slow.ToArray<float>()).Within(6), "the same picture");
    }

    [Test]
    public void DamagedPicturesAreErrorsNotCrashes()
    {
        Picture("whole.jpg", 64, 64, (y, x) => new((byte)(x * 4), (byte)(y * 4), 99), SKEncodedImageFormat.Jpeg);
        var bytes = File.ReadAllBytes(Path.Combine(root, "whole.jpg"));
        Assert.That(Assert.Throws<InvalidDataException>(() => Images.Decode(bytes[..(bytes.Length / 2)], "half.jpg"))!.Message, Does.Contain("half.jpg"));
        Assert.Throws<InvalidDataException>(() => Images.Decode([1, 2, 3], "three bytes"));
        var random = new Random(4);
        for (var i = 0; i < 200; i++)
        {
            var spoiled = (byte[])bytes.Clone();
            for (var k = 0; k < 5; k++) spoiled[random.Next(spoiled.Length)] = (byte)random.Next(256);
            try { Images.Decode(spoiled, "spoiled"); }
            catch (InvalidDataException e) { Assert.That(e.Message, Does.Contain("spoiled")); }
        }
    }

    [Test]
    public void FoldersOfPicturesBecomeBatches()
    {
        foreach (var (name, red) in new[] { ("cats/b.png", 10), ("cats/a.png", 20), ("dogs/in/c.jpg", 30), ("dogs/d.bmp.txt", 0) })
            if (name.EndsWith("txt", StringComparison.Ordinal)) Write(name, "no picture");
            else Picture(name, 5, 4, (_, _) => new((byte)red, 0, 0), name.EndsWith("jpg", StringComparison.Ordinal) ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png);
        var data = Dataset.ImageDatasetFromDirectory(root, shuffle: false, imageSize: (2, 3), batchSize: 2);
        Assert.That(data.ClassNames, Is.EqualTo(new[] { "cats", "dogs" }));
        Assert.That(data.FilePaths.Select(f => Path.GetRelativePath(root, f)), Is.EqualTo(new[] { Path.Combine("cats", "a.png"), Path.Combine("cats", "b.png"), Path.Combine("dogs", "in", "c.jpg") }));
        var batches = data.ToList();
        Assert.That(batches.Select(b => (b.X.Shape.ToString(), b.Y!.ToString())), Is.EqualTo(new[] { ("[2, 2, 3, 3]", "int32 [2] {0, 0}"), ("[1, 2, 3, 3]", "int32 [1] {1}") }));
        Assert.That((batches[0].X[0, 0, 0, 0], batches[0].X[1, 1, 2, 0]), Is.EqualTo((20, 10)));
        Assert.That(Dataset.ImageDatasetFromDirectory(root, labelMode: "categorical", classNames: ["dogs", "cats"], shuffle: false, batchSize: 3).Single().Y!.ToArray<float>(), Is.EqualTo(new float[] { 0, 1, 0, 1, 1, 0 }), "labels by classNames, files by paths");
        Assert.That(Dataset.ImageDatasetFromDirectory(root, labelMode: "binary", shuffle: false, batchSize: 3).Single().Y!.ToString(), Is.EqualTo("float32 [3, 1] {0, 0, 1}"));
        Assert.That(Dataset.ImageDatasetFromDirectory(root, labels: null, colorMode: "grayscale", shuffle: false, batchSize: null).First() is { Y: null, X.Shape: var shape } ? shape.ToString() : "", Is.EqualTo("[256, 256, 1]"));
        Assert.That(Dataset.ImageDatasetFromDirectory(root, labelList: [7, 8, 9], shuffle: false).Single().Y!.ToArray<int>(), Is.EqualTo(new[] { 7, 8, 9 }));
        var error = Assert.Throws<DatasetException>(() =>
        {
            File.WriteAllText(Path.Combine(root, "cats", "a.png"), "torn");
            Dataset.ImageDatasetFromDirectory(root).ToList();
        })!;
        Assert.That(error.Message, Does.Contain("a.png"));
    }

    [Test]
    public void SubsetsShareNothing()
    {
        for (var i = 0; i < 20; i++) Write($"{(i % 2 == 0 ? "neg" : "pos")}/{i}.txt", $"text {i}");
        string[] Texts(string subset) => [.. Dataset.TextDatasetFromDirectory(root, validationSplit: 0.3, subset: subset, seed: 5, batchSize: 4).SelectMany(b => b.X.ToStrings())];
        string[] training = Texts("training"), validation = Texts("validation");
        Assert.That((training.Length, validation.Length, training.Intersect(validation).Count()), Is.EqualTo((14, 6, 0)));
        Assert.That(Texts("training"), Is.EqualTo(training), "the same seed, the same order");
        var all = Dataset.TextDatasetFromDirectory(root, batchSize: 20, maxLength: 6);
        Assert.That(all.First().X.ToStrings().Order(), Is.Not.EqualTo(all.First().X.ToStrings()).And.All.StartsWith("text "));
        foreach (var (x, y) in all)
            for (var i = 0; i < 20; i++) Assert.That(x.ToStrings()[i], Has.Length.EqualTo(6));
    }

    [Test]
    public void ArgumentsThatDoNotFitAreSaid()
    {
        Write("a/1.txt", "x");
        Write("b/1.txt", "é€");
        Assert.That(Dataset.TextDatasetFromDirectory(Path.Combine(root, "b"), labels: null, maxLength: 4).Single().X.ToStrings(), Is.EqualTo(new[] { "é" }), "no half characters");
        Assert.That(Assert.Throws<ArgumentException>(() => Dataset.TextDatasetFromDirectory(root, validationSplit: 0.5, subset: "training"))!.Message, Does.Contain("seed"));
        Assert.That(Assert.Throws<ArgumentException>(() => Dataset.TextDatasetFromDirectory(root, classNames: ["a", "c"]))!.Message, Does.Contain("a, b"));
        Assert.That(Assert.Throws<ArgumentException>(() => Dataset.ImageDatasetFromDirectory(root))!.Message, Does.Contain(".png"));
        Assert.Throws<ArgumentException>(() => Dataset.ImageDatasetFromDirectory(root, colorMode: "cmyk"));
        Assert.Throws<ArgumentException>(() => Dataset.TextDatasetFromDirectory(root, labelMode: "ints"));
        Assert.Throws<ArgumentException>(() => Dataset.TextDatasetFromDirectory(root, labelList: [1]));
        Assert.Throws<DirectoryNotFoundException>(() => Dataset.ImageDatasetFromDirectory(Path.Combine(root, "absent")));
    }

    /// <summary>Photos as they are: all can be read, and the two ways of decoding agree.</summary>
    [Test, Category("Data")]
    public void RealPhotosAreRead()
    {
        var photos = Dataset.ImageDatasetFromDirectory(Shared.File("data/flowers"), imageSize: (64, 64), shuffle: false, scaledDecoding: true);
        Assert.That(photos.ClassNames, Has.Count.EqualTo(5));
        Assert.That(photos.Sum(b => (int)b.X.Shape[0]), Is.EqualTo(photos.FilePaths.Count).And.EqualTo(200));
    }
}
