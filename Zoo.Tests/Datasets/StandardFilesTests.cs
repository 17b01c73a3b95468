using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras.Datasets;
using Zoo.Tests.Saving;

namespace Zoo.Tests.Datasets;

/// <summary>The standard data sets from small files in the form of the real ones.</summary>
public sealed class StandardFilesTests : InFolder
{
    static readonly TextSequences.Options Plain = new(null, 0, null, 113, 1, 2, 3);

    static byte[] Npy(string descr, string shape, byte[] data)
    {
        var header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}";
        header = header.PadRight((header.Length + 11 + 63) / 64 * 64 - 11) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.ASCII.GetBytes(header), .. data];
    }

    static byte[] Of<T>(params T[] values) where T : struct => System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(values).ToArray();

    string Npz(string name, params (string Key, byte[] Npy)[] arrays)
    {
        using var zip = ZipFile.Open(At(name), ZipArchiveMode.Create);
        foreach (var (key, npy) in arrays)
        {
            using var entry = zip.CreateEntry($"{key}.npy").Open();
            entry.Write(npy);
        }
        return At(name);
    }

    /// <summary>As printed by NumPy's documentation and countless programs: numpy.random.seed(n); numpy.random.permutation(10).</summary>
    [TestCase(0u, new[] { 2, 8, 4, 9, 1, 6, 7, 3, 0, 5 }), TestCase(42u, new[] { 8, 1, 5, 0, 7, 2, 9, 4, 3, 6 })]
    public void TheOrderIsNumPys(uint seed, int[] order) => Assert.That(new NumpyRandom(seed).Order(10), Is.EqualTo(order));

    [Test]
    public void TypesOfNumPysFiles()
    {
        var path = Npz("t.npz", ("f", Npy("<f8", "2, 2", Of(1.5, 2, 3, 4))), ("b", Npy(">i2", "3,", [0, 1, 1, 0, 255, 255])), ("s", Npy("|u1", "", [7])), ("t", Npy("|b1", "2,", [1, 0])));
        Assert.That(Keys(path, "f", "b", "s", "t"), Is.EqualTo(new[] { "float64 [2, 2] {1.5, 2, 3, 4}", "int16 [3] {1, 256, -1}", "uint8 [] {7}", "bool [2] {1, 0}" }));
        Assert.That(Assert.Throws<InvalidDataException>(() => Keys(path, "x"))!.Message, Does.Contain("f.npy, b.npy").And.Contain("x.npy"));
        foreach (var bad in new[] { Npy("<f8", "2, 2", Of(1.0)), Npy("<U8", "1,", new byte[32]), Npy("<f8", "-1,", []), "no array at all"u8.ToArray(), Npy("<f8", "9223372036854775807, 9223372036854775807", []) })
            Assert.Throws<InvalidDataException>(() => Keys(Npz($"{Guid.NewGuid():N}.npz", ("x", bad)), "x"));
        File.WriteAllBytes(At("torn.npz"), File.ReadAllBytes(path)[..100]);
        Assert.Throws<InvalidDataException>(() => Keys(At("torn.npz"), "f"));

        static string[] Keys(string path, params string[] keys) => Array.ConvertAll(keys, k => Zoo.Keras.Datasets.Npy.Numbers(path, k).ToString());
    }

    static byte[] Lists => Npy("|O", "3,", Convert.FromBase64String(PickleTests.Objects3));   // [1, 2, 300], [4], [70000, -5]

    [Test]
    public void ImdbAsKerasGivesIt()
    {
        var path = Npz("imdb.npz", ("x_train", Lists), ("y_train", Npy("<i8", "3,", Of(10L, 11, 12))), ("x_test", Lists), ("y_test", Npy("<i8", "3,", Of(20L, 21, 22))));
        var random = new NumpyRandom(113);
        int[][] lists = [[1, 4, 5, 303], [1, 7], [1, 70003, -2]];
        var (first, second) = (random.Order(3), random.Order(3));
        var (train, test) = Imdb.Read(path, Plain with { OovChar = null, SkipTop = -10, NumWords = 100_000 });
        Assert.That((train.X, train.Y.ToArray<long>()), Is.EqualTo((first.Select(i => lists[i]), first.Select(i => 10L + i))));
        Assert.That((test.X, test.Y.ToArray<long>()), Is.EqualTo((second.Select(i => lists[i]), second.Select(i => 20L + i))));
        Assert.That(Imdb.Read(path, Plain with { NumWords = 300, SkipTop = 2 }).Train.X.OrderBy(x => x.Length).First(), Is.EqualTo(new[] { 2, 7 }), "the mark of the beginning is a frequent word too, as with Keras");
        Assert.That(Imdb.Read(path, Plain with { NumWords = 300 }).Train.X.Single(x => x.Length == 4), Is.EqualTo(new[] { 1, 4, 5, 2 }));
        Assert.That(Imdb.Read(path, Plain with { MaxLen = 3 }).Train is { X: [[1, 2]], Y.Count: 1 }, "without numWords the largest number is one too many, as with Keras");
        Assert.That(Assert.Throws<ArgumentException>(() => Imdb.Read(path, Plain with { MaxLen = 1 }))!.Message, Does.Contain("maxLen 1"));
    }

    [Test]
    public void ReutersIsSplit()
    {
        var path = Npz("reuters.npz", ("x", Lists), ("y", Npy("<i8", "3,", Of(3L, 4, 5))));
        var (train, test) = Reuters.Read(path, 0.4, Plain with { StartChar = null, IndexFrom = 0 });
        Assert.That((train.X.Length, test.X.Length), Is.EqualTo((1, 2)));
        Assert.That(new NumpyRandom(113).Order(3).Select(i => 3L + i), Is.EqualTo(train.Y.ToArray<long>().Concat(test.Y.ToArray<long>())));
        Assert.That(Reuters.LabelNames, Has.Count.EqualTo(46).And.Unique);
    }

    [Test]
    public void HousesAreShuffledAndSplit()
    {
        var path = Npz("h.npz", ("x", Npy("<f8", "5, 2", Of(0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9))), ("y", Npy("<f8", "5,", Of(0.0, 2, 4, 6, 8))));
        var (train, test) = HousingData.Read("H", path, 0.2, 113);
        Assert.That((train.X.Shape, train.Y.Shape, test.X.Shape, test.Y.Shape), Is.EqualTo((Shape.Create([4, 2]), Shape.Create([4]), Shape.Create([1, 2]), Shape.Create([1]))));
        Assert.That(train.Y.ToArray<double>().Concat(test.Y.ToArray<double>()), Is.EqualTo(new NumpyRandom(113).Order(5).Select(i => 2.0 * i)));
        for (var i = 0; i < 4; i++) Assert.That(train.X[i, 0], Is.EqualTo(train.Y[i]), "rows stay together");
        Assert.That(HousingData.Read("H", path, 0, 113, rows: 3).Train.X.Shape[0], Is.EqualTo(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => HousingData.Read("H", path, 1, 113));
    }

    [Test]
    public void CifarPicturesAreTurnedPixelByPixel()
    {
        byte[] planes = [.. Enumerable.Range(0, 3072).Select(i => (byte)(i / 1024 * 100 + i % 50))];
        byte[] Batch(byte label, string key) => [0x80, 2, (byte)'}', (byte)'(', .. Text(key), (byte)']', (byte)'K', label, (byte)'a', .. Text("data"), .. Array(planes), (byte)'u', (byte)'.'];
        static byte[] Text(string text) => [(byte)'U', (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
        static byte[] Array(byte[] raw) =>
        [
            .. Encoding.Latin1.GetBytes("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\u0085U\u0001b\u0087R(K\u0001K\u0001M\0\u000c\u0086cnumpy\ndtype\nU\u0002u1K\0K\u0001\u0087R(K\u0003U\u0001|NNNJ\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff\u00ff\u00ffK\0tb\u0089T"),
            .. BitConverter.GetBytes(raw.Length), .. raw, (byte)'t', (byte)'b',
        ];
        var ten = Tar("c10.tar.gz", [.. Enumerable.Range(1, 5).Select(i => ($"cifar-10-batches-py/data_batch_{i}", Batch((byte)i, "labels"))), ("cifar-10-batches-py/test_batch", Batch(9, "labels"))]);
        var (train, test) = Cifar10.Read(ten);
        Assert.That((train.X.Shape, train.Y.ToString()), Is.EqualTo((Shape.Create([5, 32, 32, 3]), "uint8 [5, 1] {1, 2, 3, 4, 5}")));
        Assert.That((test.X[0, 1, 2, 0], test.X[0, 1, 2, 1], test.X[0, 1, 2, 2], test.Y[0, 0]), Is.EqualTo((34.0, (1024 + 34) % 50 + 100.0, (2048 + 34) % 50 + 200.0, 9.0)));
        var hundred = Tar("c100.tar.gz", ("cifar-100-python/train", Batch(1, "coarse_labels")), ("cifar-100-python/test", Batch(2, "coarse_labels")));
        Assert.That(Cifar100.Read(() => hundred, "coarse").Test.Y[0, 0], Is.EqualTo(2));
        Assert.That(Assert.Throws<InvalidDataException>(() => Cifar100.Read(() => hundred, "fine"))!.Message, Does.Contain("fine_labels"));
        Assert.That(Assert.Throws<InvalidDataException>(() => Cifar10.Read(hundred))!.Message, Does.Contain("data_batch_1"));
        Assert.Throws<ArgumentException>(() => Cifar100.Load("all"));
    }

    string Tar(string name, params (string Name, byte[] Data)[] files)
    {
        using var packed = new GZipStream(File.Create(At(name)), CompressionLevel.Fastest);
        using var tar = new TarWriter(packed);
        foreach (var (file, data) in files) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(data) });
        return At(name);
    }

    [Test]
    public void FilesOfBytesWithTheirSizes()
    {
        byte[] idx = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
        File.WriteAllBytes(At("a"), idx);
        using (var packed = new GZipStream(File.Create(At("a.gz")), CompressionLevel.Fastest)) packed.Write(idx);
        foreach (var name in new[] { "a", "a.gz" }) Assert.That(IdxFile.Read(At(name)).ToString(), Is.EqualTo("uint8 [2, 3] {1, 2, 3, 4, 5, 6}"));
        for (var length = 0; length < idx.Length; length++)
        {
            File.WriteAllBytes(At("b"), idx[..length]);
            Assert.Throws<InvalidDataException>(() => IdxFile.Read(At("b")));
        }
    }
}
