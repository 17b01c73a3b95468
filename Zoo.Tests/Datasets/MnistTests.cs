using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras.Datasets;

namespace Zoo.Tests.Datasets;

[Category("Data")]
internal sealed class MnistTests
{
    [Test]
    public void LoadGivesAllPicturesAndLabels()
    {
        ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) mnist;
        try
        {
            mnist = Mnist.Load();
        }
        catch (IOException e) when (e.Message.Contains("nor to be had", StringComparison.Ordinal))   // no network, no npm, no folder: said by DataFolder
        {
            Assert.Ignore(e.Message);
            return;
        }
        foreach (var ((x, y), count) in new[] { (mnist.Train, 60000), (mnist.Test, 10000) })
        {
            Assert.That((x.DType, y.DType), Is.EqualTo((DType.UInt8, DType.UInt8)));
            Assert.That((x.Count, y.Count), Is.EqualTo((count * 28 * 28, count)));
            Assert.That((x.Shape[0], x.Shape[1], x.Shape[2]), Is.EqualTo(((long)count, 28L, 28L)));
        }
        Assert.That(mnist.Train.Y.ToArray<byte>()[..5], Is.EqualTo(new byte[] { 5, 0, 4, 1, 9 }));
        Assert.That(mnist.Test.Y.ToArray<byte>().Distinct().Order(), Is.EqualTo(Enumerable.Range(0, 10)));
    }
}
