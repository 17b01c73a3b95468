using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Saving;

public class KerasArchiveTests : InFolder
{
    const string Models = "goldens/models/models.zip";
    static H5Group Weights(int size = 3)
    {
        var root = new H5Group();
        root.Group("layers/dense/vars").Add("0", NDArray.Zeros([size]));
        return root;
    }

    void Save(string path, H5Group weights) =>
        KerasArchive.Write(path, new() { ["keras_version"] = "3.15.1" }, new() { ["class_name"] = "Sequential" }, weights, [new("layers/text/vocabulary.txt", "a\nb"u8.ToArray())]);

    [Test]
    public void What_is_written_is_read()
    {
        Save(At("m.keras"), Weights());
        using var archive = KerasArchive.Open(At("m.keras"));
        Assert.That(archive.Metadata()["keras_version"], Is.EqualTo("3.15.1"));
        Assert.That(archive.Config()["class_name"], Is.EqualTo("Sequential"));
        H5Tests.AssertSame(Weights(), archive.Weights());
        Assert.That(archive.Assets(), Is.EqualTo(new[] { "layers/text/vocabulary.txt" }));
        Assert.That(archive.Asset("layers/text/vocabulary.txt"), Is.EqualTo("a\nb"u8.ToArray()));
    }

    [Test]
    public void Large_weights_are_read_from_a_temporary_file()
    {
        Save(At("m.keras"), Weights(1000));
        using var archive = KerasArchive.Open(At("m.keras"));
        H5Tests.AssertSame(Weights(1000), archive.Weights(inMemory: 0));
    }

    [Test]
    public void The_container_is_that_of_Keras()
    {
        var golden = Shared.Entry(Models, "lenet/trained.keras");
        File.WriteAllBytes(At("golden.keras"), golden);
        using (var archive = KerasArchive.Open(At("golden.keras")))
            KerasArchive.Write(At("ours.keras"), archive.Metadata(), archive.Config(), archive.Weights(), []);
        var ours = File.ReadAllBytes(At("ours.keras"));
        Assert.That(Shared.Inner(ours, "config.json"), Is.EqualTo(Shared.Inner(golden, "config.json")));
        Assert.That(Shared.Inner(ours, "metadata.json"), Is.EqualTo(Shared.Inner(golden, "metadata.json")));
        using var a = new ZipArchive(new MemoryStream(golden));
        using var b = new ZipArchive(new MemoryStream(ours));
        Assert.That(b.Entries.Select(e => e.FullName), Is.EqualTo(a.Entries.Select(e => e.FullName)));
        Assert.That(b.Entries.Select(e => e.ExternalAttributes), Is.EqualTo(a.Entries.Select(e => e.ExternalAttributes)));
        Assert.That(b.Entries.Select(e => (e.Length, e.CompressedLength)).All(e => e.Length == e.CompressedLength), "stored, not packed");
        Assert.That(BitConverter.ToUInt16(ours, 8), Is.Zero, "the method of the first entry is 'stored'");
    }

    [Test]
    public void Every_cut_is_an_error()
    {
        Save(At("m.keras"), Weights());
        var bytes = File.ReadAllBytes(At("m.keras"));
        for (var n = 0; n < bytes.Length; n += 7)
        {
            File.WriteAllBytes(At("cut.keras"), bytes[..n]);
            Assert.That(() => Load(At("cut.keras")), Throws.TypeOf<ModelFileException>(), $"{n} bytes");
        }
    }

    [Test]
    public void Changed_bytes_are_errors_or_harmless()
    {
        Save(At("m.keras"), Weights());
        var bytes = File.ReadAllBytes(At("m.keras"));
        var refused = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var changed = (byte[])bytes.Clone();
            for (var k = random.Next(1, 4); k > 0; k--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(At("changed.keras"), changed);
            try
            {
                Load(At("changed.keras"));
            }
            catch (ModelFileException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(200));
    }

    [Test]
    public void A_changed_weight_is_noticed()
    {
        Save(At("m.keras"), Weights(1000));
        var bytes = File.ReadAllBytes(At("m.keras"));
        bytes[bytes.Length - 2500] ^= 1;
        File.WriteAllBytes(At("m.keras"), bytes);
        Assert.That(() => Load(At("m.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("checksum"));
    }

    [Test]
    public void The_checksum_is_that_of_zip()
    {
        Assert.That(Crc32.Of("123456789"u8), Is.EqualTo(0xCBF43926));
        Assert.That(Crc32.Of("6789"u8, Crc32.Of("12345"u8)), Is.EqualTo(0xCBF43926));
    }

    static void Load(string path)
    {
        using var archive = KerasArchive.Open(path);
        archive.Config();
        archive.Metadata();
        ((H5Dataset)(archive.Weights().Find("layers/dense/vars/0") ?? throw new ModelFileException("no weights"))).Read();
    }

    [TestCase("../evil", "out of the archive")]
    [TestCase("/etc/passwd", "out of the archive")]
    [TestCase("a/../../b", "out of the archive")]
    [TestCase("..\\evil", "out of the archive")]
    [TestCase("C:evil", "out of the archive")]
    [TestCase("config.json", "twice")]
    [TestCase(null, "missing")]
    public void Hostile_and_foreign_zips_are_refused(string? extra, string message)
    {
        using (var zip = ZipFile.Open(At("x.keras"), ZipArchiveMode.Create))
            foreach (var name in extra is null ? ["readme.txt"] : new[] { "config.json", "model.weights.h5", extra })
                using (var stream = zip.CreateEntry(name).Open()) stream.WriteByte((byte)'{');
        Assert.That(() => KerasArchive.Open(At("x.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains(message).And.Message.Contains("Expected"));
    }

    [Test]
    public void Bombs_are_refused_before_they_unpack()
    {
        using (var zip = ZipFile.Open(At("x.keras"), ZipArchiveMode.Create))
        {
            using (var stream = zip.CreateEntry("config.json").Open()) stream.WriteByte((byte)'{');
            using var weights = zip.CreateEntry("model.weights.h5", CompressionLevel.SmallestSize).Open();
            for (var i = 0; i < 100; i++) weights.Write(new byte[1 << 20]);
        }
        Assert.That(() => KerasArchive.Open(At("x.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("unpacks"));
    }

    [Test]
    public void An_entry_that_lies_about_its_size_is_refused()
    {
        using (var zip = ZipFile.Open(At("x.keras"), ZipArchiveMode.Create))
        {
            using (var stream = zip.CreateEntry("config.json").Open()) stream.Write(Encoding.ASCII.GetBytes(new string(' ', 5000) + "{}"));
            using (var stream = zip.CreateEntry("model.weights.h5").Open()) stream.WriteByte(1);
        }
        var bytes = File.ReadAllBytes(At("x.keras"));
        var table = bytes.AsSpan().LastIndexOf("config.json"u8) - 46;     // its line in the table of contents
        BitConverter.TryWriteBytes(bytes.AsSpan(table + 24), 10);
        File.WriteAllBytes(At("x.keras"), bytes);
        Assert.That(() =>
        {
            using var archive = KerasArchive.Open(At("x.keras"));
            archive.Config();
        }, Throws.TypeOf<ModelFileException>());
    }

    [Test]
    public void Other_files_say_what_they_are()
    {
        File.WriteAllBytes(At("a.keras"), H5Tests.Write(Weights()));
        Assert.That(() => KerasArchive.Open(At("a.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("LoadWeights"));
        File.WriteAllText(At("b.keras"), "hello, this is text");
        Assert.That(() => KerasArchive.Open(At("b.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("not a .keras archive"));
        Assert.That(() => KerasArchive.Open(At("none.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("cannot be opened"));
    }

    [Test]
    public void A_failed_save_leaves_the_old_file_and_nothing_else()
    {
        Save(At("m.keras"), Weights());
        var before = File.ReadAllBytes(At("m.keras"));
        Assert.That(() => AtomicFile.Write(At("m.keras"), s =>
        {
            s.Write(new byte[1000]);
            throw new IOException("No space left on device");
        }), Throws.TypeOf<ModelFileException>().With.Message.Contains("No space left"));
        Assert.That(() => AtomicFile.Write(At("m.keras"), _ => throw new InvalidOperationException("a bug")), Throws.InvalidOperationException);
        Assert.That(File.ReadAllBytes(At("m.keras")), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(Folder), Has.Length.EqualTo(1));
    }
}
