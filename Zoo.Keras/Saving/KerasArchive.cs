using System.IO.Compression;
using System.Text;

namespace Zoo.Keras.Saving;

/// <summary>The <c>.keras</c> container: a zip of metadata.json, config.json, model.weights.h5 and, where a layer has some, assets.</summary>
sealed class KerasArchive : IDisposable
{
    public const string MetadataName = "metadata.json", ConfigName = "config.json", WeightsName = "model.weights.h5", AssetsFolder = "assets/";

    // What Keras writes is stored, not packed; another tool may have packed it again, but never this well.
    const long LargestText = 512L << 20, BombFloor = 64L << 20, BombRatio = 100, InMemory = 256L << 20;
    const int MostEntries = 100_000;

    readonly string path;
    readonly ZipArchive zip;
    H5Source? weights;

    KerasArchive(string path, ZipArchive zip) => (this.path, this.zip) = (path, zip);

    /// <summary>Opens a file and checks its table of contents.</summary>
    /// <exception cref="ModelFileException">It is truncated, hostile or something else.</exception>
    public static KerasArchive Open(string path)
    {
        FileStream stream;
        try { stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"Load: '{path}' cannot be opened: {e.Message} Expected a .keras file. Check the path.", e);
        }
        try
        {
            var start = new byte[8];
            var n = stream.ReadAtLeast(start, 8, throwOnEndOfStream: false);
            if (n == 8 && start.AsSpan().SequenceEqual(H5Reader.Signature))
                throw new ModelFileException($"Load: '{path}' is an HDF5 file, not a .keras archive. Expected a zip with {ConfigName} and {WeightsName}. Use LoadWeights for weights files.");
            if (n < 4 || !start.AsSpan(0, 2).SequenceEqual("PK"u8))
                throw new ModelFileException($"Load: '{path}' is not a .keras archive. Expected a zip with {ConfigName} and {WeightsName}. Check the path and the download.");
            stream.Position = 0;
            var archive = new KerasArchive(path, Guard(path, () => new ZipArchive(stream, ZipArchiveMode.Read)));
            Guard(path, archive.CheckContents);
            return archive;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    bool CheckContents()
    {
        if (zip.Entries.Count > MostEntries) throw Bad($"it has {zip.Entries.Count} entries", $"at most {MostEntries}");
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in zip.Entries)
        {
            var name = entry.FullName;
            if (name.Length == 0 || name.Contains('\\') || name.Contains(':') || name.Contains('\0') || name.StartsWith('/') || name.Split('/').Contains(".."))
                throw Bad($"the entry '{name}' points out of the archive", "relative names");
            if (!seen.Add(name)) throw Bad($"the entry '{name}' occurs twice", "each name once");
            if (entry.Length > BombFloor && entry.Length / BombRatio > entry.CompressedLength)
                throw Bad($"the entry '{name}' unpacks {entry.CompressedLength} bytes to {entry.Length}", $"at most {BombRatio} times as much");
        }
        foreach (var needed in (string[])[ConfigName, WeightsName])
            if (zip.GetEntry(needed) is null) throw Bad($"the entry '{needed}' is missing", $"{MetadataName}, {ConfigName} and {WeightsName}");
        return true;
    }

    ModelFileException Bad(string what, string expected) => new($"Load: '{path}': {what}. Expected {expected}, as Keras writes it. Save or download the file again.");

    static T Guard<T>(string path, Func<T> read)
    {
        try { return read(); }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new ModelFileException($"Load: '{path}' is a damaged zip: {e.Message} Expected a whole .keras file. Save or download it again.", e);
        }
    }

    /// <summary>The configuration of the model.</summary>
    public Dictionary<string, object?> Config() => Text(ConfigName);

    /// <summary>The version of Keras and the date; empty where the file lacks it.</summary>
    public Dictionary<string, object?> Metadata() => zip.GetEntry(MetadataName) is null ? [] : Text(MetadataName);

    Dictionary<string, object?> Text(string name) =>
        Json.Parse(Bytes(name, LargestText), $"Load: '{path}', {name}") as Dictionary<string, object?> ?? throw Bad($"{name} is not an object", "a JSON object");

    /// <summary>The names of the assets, such as vocabularies, without their folder.</summary>
    public IEnumerable<string> Assets() => zip.Entries.Where(e => e.FullName.StartsWith(AssetsFolder, StringComparison.Ordinal) && e.Name.Length > 0).Select(e => e.FullName[AssetsFolder.Length..]);

    /// <summary>One asset.</summary>
    public byte[] Asset(string name) => Bytes(AssetsFolder + name, LargestText);

    byte[] Bytes(string name, long limit) => Guard(path, () =>
    {
        var entry = zip.GetEntry(name) ?? throw Bad($"the entry '{name}' is missing", "it");
        if (entry.Length > limit) throw Bad($"the entry '{name}' has {entry.Length} bytes", $"at most {limit}");
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        if (stream.ReadByte() >= 0) throw Bad($"the entry '{name}' is longer than it says", $"{entry.Length} bytes");
        return Crc32.Of(bytes) == entry.Crc32 ? bytes : throw Bad($"the bytes of '{name}' do not have their checksum", "undamaged bytes");
    });

    /// <summary>The tree of weights; its arrays are read while the archive is open.</summary>
    /// <param name="inMemory">Up to this size they are read from memory, above it from a temporary file.</param>
    public H5Group Weights(long inMemory = InMemory)
    {
        var entry = zip.GetEntry(WeightsName)!;
        weights ??= entry.Length <= inMemory ? H5Source.Of(Bytes(WeightsName, InMemory)) : Guard(path, () => Unpacked(entry));
        return H5Reader.Read(weights, $"Load: '{path}', {WeightsName}");
    }

    H5Source Unpacked(ZipArchiveEntry entry)
    {
        var temporary = Path.GetTempFileName();
        try
        {
            using (var from = entry.Open())
            using (var to = File.Create(temporary))
            {
                var buffer = new byte[1 << 20];
                uint checksum = 0;
                for (int n; (n = from.Read(buffer)) > 0;)
                {
                    if (to.Length + n > entry.Length) throw Bad($"the entry '{entry.FullName}' is longer than it says", $"{entry.Length} bytes");
                    to.Write(buffer, 0, n);
                    checksum = Crc32.Of(buffer.AsSpan(0, n), checksum);
                }
                if (checksum != entry.Crc32) throw Bad($"the bytes of '{entry.FullName}' do not have their checksum", "undamaged bytes");
            }
            return H5Source.Open(temporary, deleteOnClose: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public void Dispose()
    {
        weights?.Dispose();
        zip.Dispose();
    }

    /// <summary>Writes a file as Keras does: stored entries in its order. The old file stays whole until the new one is.</summary>
    public static void Write(string path, Dictionary<string, object?> metadata, Dictionary<string, object?> config, H5Group weights, IEnumerable<KeyValuePair<string, byte[]>> assets) =>
        AtomicFile.Write(path, stream =>
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            var zero = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            Entry(zip, MetadataName, zero, s => s.Write(Encoding.UTF8.GetBytes(Json.Write(metadata))));
            Entry(zip, ConfigName, zero, s => s.Write(Encoding.UTF8.GetBytes(Json.Write(config))));
            Entry(zip, WeightsName, DateTimeOffset.Now, s => H5Writer.Write(weights, s));
            foreach (var (name, bytes) in assets) Entry(zip, AssetsFolder + name, DateTimeOffset.Now, s => s.Write(bytes));
        });

    static void Entry(ZipArchive zip, string name, DateTimeOffset time, Action<Stream> write)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = time;
        entry.ExternalAttributes = 0x180 << 16;     // rw-------, as Python's zipfile marks entries made in memory
        using var stream = entry.Open();
        using var buffered = new BufferedStream(stream, 1 << 16);
        write(buffered);
    }
}
