using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Saving;

public class SafeTensorsTests
{
    static Dictionary<string, NDArray> Sample() => new()
    {
        ["a"] = NDArray.From(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]),
        ["b"] = NDArray.From(new[] { true, false }, [2]),
        ["half"] = NDArray.From(new[] { (Half)1.5 }, Shape.Scalar),
        ["n"] = NDArray.From(new[] { long.MaxValue }, [1, 1]),
        ["none"] = NDArray.From(Array.Empty<double>(), [0, 4]),
    };

    static byte[] Bytes()
    {
        var stream = new MemoryStream();
        SafeTensors.Save(stream, Sample());
        return stream.ToArray();
    }

    [Test]
    public void Arrays_survive()
    {
        var again = SafeTensors.Load(new MemoryStream(Bytes()));
        Assert.That(again.Keys, Is.EquivalentTo(Sample().Keys));
        foreach (var (name, array) in Sample())
        {
            Assert.That(again[name].DType, Is.EqualTo(array.DType), name);
            Assert.That(again[name].Shape, Is.EqualTo(array.Shape), name);
            Assert.That(again[name].Bytes.SequenceEqual(array.Bytes), name);
        }
    }

    [Test]
    public void Goldens_are_read()
    {
        var arrays = SafeTensors.Load(new MemoryStream(Shared.Entry("goldens/models/models.zip", "siamese/data.safetensors")));
        Assert.That(arrays, Does.ContainKey("adam_loss"));
        Assert.That(arrays["adam_loss"].Shape, Is.EqualTo(Shape.Of(20)));
        Assert.That(SafeTensors.Load(Shared.File("goldens/families/optimizers.safetensors")), Has.Count.GreaterThan(100));
    }

    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""")]
    [TestCase("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""")]
    [TestCase("""{"a":{"shape":[1],"data_offsets":[0,4]}}""")]
    [TestCase("""[1]""")]
    public void Lies_in_the_header_are_errors(string header)
    {
        var bytes = new byte[8 + header.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        Encoding.UTF8.GetBytes(header, bytes.AsSpan(8));
        Assert.That(() => SafeTensors.Load(new MemoryStream(bytes), "x"), Throws.TypeOf<ModelFileException>().With.Message.Contains("Expected"));
    }

    [Test]
    public void Every_cut_is_an_error()
    {
        var bytes = Bytes();
        for (var n = 0; n < bytes.Length; n++)
            Assert.That(() => SafeTensors.Load(new MemoryStream(bytes[..n])), Throws.TypeOf<ModelFileException>(), $"{n}");
    }
}
