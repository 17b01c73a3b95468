using NUnit.Framework;
using Zoo.Autograd;

namespace Zoo.Tests.Cluster;

/// <summary>CRC-32C, by its definition.</summary>
[Category("Cluster")]
internal sealed class ChecksumTests
{
    [Test]
    public void ChecksumsAreThoseOfTheDefinition([Values(0, 1, 7, 8, 511, 512, 768, 6143, 6144, 6145, 12_288, 20_003)] int length, [Values(0u, 0xDEADBEEFu)] uint before)
    {
        var bytes = new byte[length + 3];
        new Random(length).NextBytes(bytes);
        var expected = ~before;
        foreach (var b in bytes.AsSpan(3))
        {
            expected ^= b;
            for (var bit = 0; bit < 8; bit++) expected = expected >> 1 ^ ((expected & 1) != 0 ? 0x82F63B78 : 0);
        }
        Assert.That(Crc32C.Of(bytes.AsSpan(3), before), Is.EqualTo(~expected));
    }

    [Test]
    public void TheChecksumOfNineDigits() => Assert.That(Crc32C.Of("123456789"u8), Is.EqualTo(0xE3069283));
}
