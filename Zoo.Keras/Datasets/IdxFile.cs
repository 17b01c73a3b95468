using System.Buffers.Binary;
using System.IO.Compression;

namespace Zoo.Keras.Datasets;

/// <summary>Reads the files of MNIST and its kin: bytes with their sizes before them; a <c>.gz</c> file is unpacked.</summary>
internal static class IdxFile
{
    internal static NDArray Read(string path)
    {
        using var whole = new MemoryStream();
        using (var file = File.OpenRead(path))
        using (Stream plain = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file) plain.CopyTo(whole);
        var bytes = whole.ToArray();
        var axes = bytes.Length >= 4 && bytes is [0, 0, 8, ..] ? bytes[3] : throw new InvalidDataException($"{path} is no file of bytes in the IDX format. Expected it to begin with 00 00 08. Delete it, and it is fetched again.");
        var begin = 4 + 4 * axes;
        long[] dims = bytes.Length < begin ? [] : [.. Enumerable.Range(0, axes).Select(i => (long)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 + 4 * i)))];
        if (bytes.Length < begin || dims.Aggregate(System.Numerics.BigInteger.One, (n, d) => n * d) != bytes.Length - begin) throw new InvalidDataException($"{path}: {bytes.Length} bytes do not hold {string.Join(" x ", dims)}. Expected a whole file. Delete it, and it is fetched again.");
        return NDArray.From(bytes[begin..], Shape.Create(dims));
    }
}
