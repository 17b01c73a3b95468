using System.Formats.Tar;
using System.IO.Compression;

namespace Zoo.Keras.Datasets;

/// <summary>Reads CIFAR's archives: pickled batches of pictures, plane by plane.</summary>
internal static class CifarFiles
{
    internal const string Mirror = "https://www.cs.toronto.edu/~kriz/";
    const int Side = 32, Channels = 3, Plane = Side * Side;

    /// <summary>Pictures as uint8 [n, 32, 32, 3] and labels as uint8 [n, 1] of batches, one after the other.</summary>
    internal static (NDArray X, NDArray Y)[] Read(string archive, string[][] parts, string labels)
    {
        var files = Unpack(archive, [.. parts.SelectMany(p => p)]);
        return Array.ConvertAll(parts, part => Join(Array.ConvertAll(part, name => Batch(files.GetValueOrDefault(name) ?? throw new InvalidDataException($"{archive} holds no {name}. Expected the official archive."), $"{archive}: {name}", labels))));
    }

    static Dictionary<string, byte[]> Unpack(string archive, string[] names)
    {
        var found = new Dictionary<string, byte[]>();
        using var plain = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        using var tar = new TarReader(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            if (!names.Contains(entry.Name) || entry.DataStream is not { } data) continue;
            using var whole = new MemoryStream();
            data.CopyTo(whole);
            found[entry.Name] = whole.ToArray();
        }
        return found;
    }

    static (NDArray X, NDArray Y) Batch(byte[] file, string name, string labels)
    {
        if (Pickle.Load(file, name) is not Dictionary<string, object?> batch || batch.GetValueOrDefault("data") is not NDArray { DType: DType.UInt8, Shape: { Rank: 2 } shape } data || shape[1] != Channels * Plane
            || batch.GetValueOrDefault(labels) is not List<object?> classes || classes.Count != shape[0])
            throw new InvalidDataException($"{name} is no batch of CIFAR. Expected a dictionary with data (uint8 [n, {Channels * Plane}]) and {labels}.");
        var count = classes.Count;
        var pictures = NDArray.Zeros([count, Side, Side, Channels], DType.UInt8);
        var from = data.AsSpan<byte>();
        var to = pictures.AsSpan<byte>();
        for (var i = 0; i < count; i++)
            for (var c = 0; c < Channels; c++)
            {
                var plane = from.Slice((i * Channels + c) * Plane, Plane);
                for (var p = 0; p < Plane; p++) to[(i * Plane + p) * Channels + c] = plane[p];
            }
        return (pictures, NDArray.From(classes.Select(c => checked((byte)(long)c!)).ToArray(), [count, 1]));
    }

    static (NDArray, NDArray) Join((NDArray X, NDArray Y)[] batches) => (Training.Loops.Join(Array.ConvertAll(batches, b => b.X)), Training.Loops.Join(Array.ConvertAll(batches, b => b.Y)));
}
