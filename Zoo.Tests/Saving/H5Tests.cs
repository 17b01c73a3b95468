using System.Text;
using NUnit.Framework;
using PureHDF;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;
using Zoo.Tests.Goldens;
using H5Dataset = Zoo.Keras.Saving.H5Dataset;
using H5Group = Zoo.Keras.Saving.H5Group;

namespace Zoo.Tests.Saving;

public class H5Tests
{
    const string Models = "goldens/models/models.zip", Layers = "goldens/layers/layers.zip";

    internal static H5Group Read(byte[] bytes) => H5Reader.Read(H5Source.Of(bytes), "test.h5");

    internal static byte[] Write(H5Group root)
    {
        var stream = new MemoryStream();
        H5Writer.Write(root, stream);
        return stream.ToArray();
    }

    static H5Group Sample()
    {
        var root = new H5Group();
        root.Attributes["keras_version"] = "3.15.1";
        var vars = root.Group("layers/dense/vars");
        vars.Attributes["name"] = "größe";
        vars.Attributes["long"] = new string('x', 200_000);
        vars.Attributes["names"] = new[] { "a", "", "ccc" };
        vars.Attributes["int"] = NDArray.From(new[] { 7L }, Shape.Scalar);
        vars.Attributes["floats"] = NDArray.From(new[] { 1.5f, -2 }, [2]);
        vars.Attributes["flag"] = NDArray.From(new[] { true }, Shape.Scalar);
        vars.Add("f32", NDArray.From(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]));
        vars.Add("f64", NDArray.From(new[] { Math.PI }, Shape.Scalar));
        vars.Add("f16", NDArray.From(new[] { (Half)1.5, (Half)2 }, [2]));
        vars.Add("bf16", NDArray.From(new[] { (BFloat16)1.5f, (BFloat16)(-3f) }, [2]));
        vars.Add("i8", NDArray.From(new sbyte[] { -1, 2 }, [2]));
        vars.Add("u8", NDArray.From(new byte[] { 1, 255 }, [2]));
        vars.Add("i32", NDArray.From(new[] { -5 }, Shape.Scalar));
        vars.Add("i64", NDArray.From(new[] { long.MinValue, 3 }, [2, 1]));
        vars.Add("u32", NDArray.From(new[] { uint.MaxValue }, [1]));
        vars.Add("truth", NDArray.From(new[] { true, false, true }, [3]));
        vars.Add("text", NDArray.From(new[] { "x", "größe", "" }, [3]));
        vars.Add("empty", NDArray.From(Array.Empty<float>(), [0, 3]));
        return root;
    }

    internal static void AssertSame(H5Node a, H5Node b, string path = "")
    {
        Assert.That(b.GetType(), Is.EqualTo(a.GetType()), path);
        Assert.That(b.Attributes.Keys, Is.EqualTo(a.Attributes.Keys), path);
        foreach (var (name, value) in a.Attributes)
            if (value is NDArray array) AssertSame(array, (NDArray)b.Attributes[name], $"{path}@{name}");
            else Assert.That(b.Attributes[name], Is.EqualTo(value), $"{path}@{name}");
        if (a is H5Dataset x) AssertSame(x.Read(), ((H5Dataset)b).Read(), path);
        if (a is not H5Group group) return;
        Assert.That(((H5Group)b).Children.Keys, Is.EqualTo(group.Children.Keys), path);
        foreach (var (name, child) in group.Children) AssertSame(child, ((H5Group)b).Children[name], $"{path}/{name}");
    }

    static void AssertSame(NDArray a, NDArray b, string path)
    {
        Assert.That(b.DType, Is.EqualTo(a.DType), path);
        Assert.That(b.Shape, Is.EqualTo(a.Shape), path);
        if (a.DType == DType.String) Assert.That(b.ToStrings(), Is.EqualTo(a.ToStrings()), path);
        else Assert.That(b.Bytes.SequenceEqual(a.Bytes), path);
    }

    [Test]
    public void Everything_survives_writing_and_reading()
    {
        var root = Sample();
        var again = Read(Write(root));
        AssertSame(root, again);
    }

    [Test]
    public void Writing_twice_gives_the_same_bytes() => Assert.That(Write(Read(Write(Sample()))), Is.EqualTo(Write(Sample())));

    [Test]
    public void A_group_of_thousands_of_members_is_found_whole([Values(0, 1, 8, 9, 256, 257, 3000)] int members)
    {
        var root = new H5Group();
        for (var i = 0; i < members; i++) root.Group("optimizer/vars").Add($"{i}", NDArray.Scalar(i));
        var bytes = Write(root);
        var again = Read(bytes);
        AssertSame(root, again);
        using var file = H5File.Open(new MemoryStream(bytes), false);
        if (members == 0) return;
        var vars = file.Group("optimizer/vars");
        Assert.That(vars.Children().Count(), Is.EqualTo(members));
        for (var i = 0; i < members; i += 101) Assert.That(vars.Dataset($"{i}").Read<float>(), Is.EqualTo(i));
    }

    [Test]
    public void Another_library_reads_what_we_write()
    {
        using var file = H5File.Open(new MemoryStream(Write(Sample())), false);
        var vars = file.Group("layers/dense/vars");
        Assert.That(file.Attribute("keras_version").Read<string>(), Is.EqualTo("3.15.1"));
        Assert.That(vars.Attribute("name").Read<string>(), Is.EqualTo("größe"));
        Assert.That(vars.Attribute("long").Read<string>(), Has.Length.EqualTo(200_000));
        Assert.That(vars.Attribute("names").Read<string[]>()[2], Is.EqualTo("ccc"));
        Assert.That(vars.Attribute("int").Read<long>(), Is.EqualTo(7));
        Assert.That(vars.Attribute("floats").Read<float[]>(), Is.EqualTo(new[] { 1.5f, -2 }));
        Assert.That(vars.Dataset("f32").Read<float[]>(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(vars.Dataset("f32").Space.Dimensions, Is.EqualTo(new ulong[] { 2, 3 }));
        Assert.That(vars.Dataset("f64").Read<double>(), Is.EqualTo(Math.PI));
        Assert.That(vars.Dataset("f16").Read<Half[]>(), Is.EqualTo(new[] { (Half)1.5, (Half)2 }));
        Assert.That(vars.Dataset("i64").Read<long[]>(), Is.EqualTo(new[] { long.MinValue, 3 }));
        Assert.That(vars.Dataset("truth").Type.Class, Is.EqualTo(H5DataTypeClass.Enumerated));
        Assert.That(vars.Dataset("bf16").Type.Class, Is.EqualTo(H5DataTypeClass.Opaque));
        Assert.That(vars.Dataset("text").Read<string[]>()[1], Is.EqualTo("größe"));
        Assert.That(vars.Dataset("empty").Space.Dimensions, Is.EqualTo(new ulong[] { 0, 3 }));
    }

    [Test]
    public void What_another_library_writes_is_read()
    {
        var vars = new PureHDF.H5Group { ["0"] = new H5Dataset<float[]>([1, 2, 3, 4, 5, 6], fileDims: [2, 3]), ["n"] = new H5Dataset<long>(7L) };
        vars["packed"] = new H5Dataset<float[]>(Enumerable.Range(0, 35).Select(i => (float)i).ToArray(), chunks: [2, 3], fileDims: [5, 7]);
        vars.Attributes["name"] = "größe";
        vars.Attributes["list"] = new[] { "a", "b" };
        var path = Path.GetTempFileName();
        new PureHDF.H5File { ["layers"] = new PureHDF.H5Group { ["vars"] = vars } }.Write(path);
        var root = Read(File.ReadAllBytes(path));
        File.Delete(path);
        var group = (H5Group)root.Find("layers/vars")!;
        Assert.That(group.Attributes["name"], Is.EqualTo("größe"));
        Assert.That(group.Attributes["list"], Is.EqualTo(new[] { "a", "b" }));
        Assert.That(((H5Dataset)group.Children["0"]).Read().ToArray<float>(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(((H5Dataset)group.Children["n"]).Read().ToNumber(), Is.EqualTo(7));
    }

    [Test]
    public void Every_file_that_Keras_wrote_is_read_and_written_again()
    {
        var files = Shared.Entries(Models, ".h5").Select(n => Shared.Entry(Models, n)).ToList();
        files.AddRange(Shared.Entries(Models, ".keras").Select(n => Shared.Inner(Shared.Entry(Models, n), "model.weights.h5")));
        Assert.That(files, Has.Count.GreaterThanOrEqualTo(32));
        foreach (var file in files)
        {
            var root = Read(file);
            AssertSame(root, Read(Write(root)));
        }
    }

    [Test]
    public void Every_layer_golden_is_read()
    {
        using var zip = System.IO.Compression.ZipFile.OpenRead(Shared.File(Layers));
        var datasets = 0;
        foreach (var entry in zip.Entries.Where(e => e.Name == "model.keras"))
        {
            using var stream = entry.Open();
            var bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            Count(Read(Shared.Inner(bytes, "model.weights.h5")));
        }
        Assert.That(datasets, Is.GreaterThan(1000));

        void Count(H5Node node)
        {
            if (node is H5Dataset dataset && dataset.Read().Count >= 0) datasets++;
            if (node is H5Group group) foreach (var child in group.Children.Values) Count(child);
        }
    }

    [Test]
    public void The_legacy_file_has_its_attributes()
    {
        var root = Read(Shared.Entry(Models, "siamese/trained.h5"));
        Assert.That((string)root.Attributes["model_config"], Does.StartWith("{\"class_name\": \"Functional\""));
        Assert.That((string[])root.Find("model_weights")!.Attributes["layer_names"], Has.Member("tower"));
        Assert.That(((H5Dataset)root.Find("model_weights/tower/s1/kernel")!).Shape, Is.EqualTo(Shape.Of(6, 8)));
    }

    [Test]
    public void Damaged_files_give_a_clear_error_and_nothing_else([NUnit.Framework.Range(0, 9)] int part)
    {
        var file = Write(Sample());
        var compact = new H5Group();
        compact.Group("a/b").Add("0", NDArray.From(new float[] { 1, 2 }, [2]));
        byte[][] files = [file, Write(compact)];
        var refused = 0;
        for (var seed = part * 500; seed < part * 500 + 500; seed++)
        {
            var random = new Random(seed);
            var bytes = (byte[])files[seed % files.Length].Clone();
            if (seed % 5 == 0) bytes = bytes[..random.Next(bytes.Length)];
            else
                for (var k = random.Next(1, 5); k > 0; k--)
                    bytes[random.Next(bytes.Length)] = seed % 3 == 0 ? (byte)0xff : (byte)random.Next(256);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try { ReadAll(Read(bytes)); }
            catch (ModelFileException e)
            {
                refused++;
                Assert.That(e.Message, Does.Contain("Expected"), $"seed {seed}");
            }
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 << 20), $"seed {seed}");
        }
        Assert.That(refused, Is.GreaterThan(100));
    }

    static void ReadAll(H5Node node)
    {
        if (node is H5Dataset dataset) dataset.Read();
        if (node is H5Group group) foreach (var child in group.Children.Values) ReadAll(child);
    }

    [Test]
    public void A_foreign_file_says_so() =>
        Assert.That(() => Read(Encoding.ASCII.GetBytes(new string('a', 500))), Throws.TypeOf<ModelFileException>().With.Message.Contains("not an HDF5 file"));
}
