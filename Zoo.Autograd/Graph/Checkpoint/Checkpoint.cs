using System.Globalization;
using System.Text;
using Google.Protobuf;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>A checkpoint of TensorFlow: tensors by name. <c>prefix.index</c> says of each where its bytes stand in <c>prefix.data-00000-of-00001</c>, and their checksum.</summary>
internal sealed class Checkpoint
{
    readonly SortedDictionary<string, BundleEntryProto> entries = new(StringComparer.Ordinal);
    readonly string prefix;
    readonly int shards;

    /// <exception cref="InvalidDataException">The index is missing or damaged.</exception>
    internal Checkpoint(string prefix)
    {
        this.prefix = prefix;
        var index = prefix + ".index";
        foreach (var (key, value) in SortedTable.Read(Reading(index, () => File.ReadAllBytes(index)), index))
            if (key.Length > 0) entries[Encoding.UTF8.GetString(key)] = Message(BundleEntryProto.Parser, value, index);
            else
            {
                var header = Message(BundleHeaderProto.Parser, value, index);
                if (header.Endianness != BundleHeaderProto.Types.Endianness.Little) throw SortedTable.Bad(index, "its numbers begin with their highest byte");
                shards = header.NumShards;
            }
        if (shards < 1) throw SortedTable.Bad(index, "it does not say how many data files there are");
    }

    /// <summary>The names of its tensors.</summary>
    internal IReadOnlyCollection<string> Names => entries.Keys;

    /// <summary>How many data files it has.</summary>
    internal int Shards => shards;

    internal IEnumerable<KeyValuePair<string, BundleEntryProto>> Entries => entries;

    /// <summary>A tensor.</summary>
    /// <exception cref="InvalidDataException">There is none of this name, or its bytes are damaged.</exception>
    internal NDArray Read(string name)
    {
        if (!entries.TryGetValue(name, out var entry)) throw SortedTable.Bad(prefix, $"it has no tensor '{name}'; the nearest names are {string.Join(", ", Nearest.To(name, entries.Keys))}");
        if (entry.Slices.Count > 0) throw SortedTable.Bad(prefix, $"the tensor '{name}' is stored in {entry.Slices.Count} pieces, not whole");
        try
        {
            var (dtype, shape) = (AttrReader.Type(entry.Dtype), AttrReader.Shape(entry.Shape ?? new()));
            if (dtype is DType.Resource or DType.Variant || !shape.IsKnown) throw SortedTable.Bad(prefix, $"the tensor '{name}' is {dtype.Name()} {shape}");
            Int128 count = 1;
            foreach (var d in shape) count = Int128.Min(count * d, long.MaxValue);
            if (dtype == DType.String ? count > entry.Size : count * dtype.Size() != entry.Size) throw SortedTable.Bad(prefix, $"the tensor '{name}', {dtype.Name()} {shape}, has {entry.Size} bytes");
            var bytes = Bytes(name, entry);
            if (dtype == DType.String) return CheckpointStrings.Read(bytes, shape, entry.Crc32C, $"{prefix}: {name}");
            if (Crc32C.Mask(Crc32C.Of(bytes)) != entry.Crc32C) throw SortedTable.Bad(prefix, $"the checksum of the tensor '{name}' is wrong");
            if (dtype == DType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1)) throw SortedTable.Bad(prefix, $"the tensor '{name}' has truth values other than 0 and 1");
            var to = NDArray.Zeros(shape, dtype);
            bytes.CopyTo(to.Bytes);
            return to;
        }
        catch (GraphException e)
        {
            throw SortedTable.Bad(prefix, $"the tensor '{name}': {e.Message.TrimEnd('.')}");
        }
    }

    byte[] Bytes(string name, BundleEntryProto entry)
    {
        if (entry.ShardId < 0 || entry.ShardId >= shards) throw SortedTable.Bad(prefix, $"the tensor '{name}' is in data file {entry.ShardId} of {shards}");
        var path = DataFile(prefix, entry.ShardId, shards);
        return Reading(path, () =>
        {
            using var file = File.OpenRead(path);
            if (entry.Offset < 0 || entry.Size < 0 || entry.Size > file.Length || entry.Offset > file.Length - entry.Size) throw SortedTable.Bad(path, $"the tensor '{name}' of {entry.Size} bytes at {entry.Offset} lies beyond its {file.Length} bytes");
            var bytes = new byte[entry.Size];
            file.Position = entry.Offset;
            file.ReadExactly(bytes);
            return bytes;
        });
    }

    /// <summary>Writes a checkpoint: the data beside their place and renamed, the index last, so that what has an index is whole.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    internal static void Write(string prefix, IEnumerable<(string Name, NDArray Value)> tensors)
    {
        var found = new SortedDictionary<string, BundleEntryProto>(StringComparer.Ordinal);
        Replace(DataFile(prefix, 0, 1), to =>
        {
            foreach (var (name, value) in tensors)
            {
                var entry = new BundleEntryProto { Dtype = (DataType)value.DType, Shape = AttrWriter.Write(value.Shape), Offset = to.Position };
                if (name.Length == 0 || !found.TryAdd(name, entry)) throw new InvalidDataException($"checkpoint: '{prefix}': the name '{name}' is {(name.Length == 0 ? "empty" : "given twice")}. Expected a name of its own for each tensor.");
                var (bytes, crc) = value.DType == DType.String ? CheckpointStrings.Write(value) : (value.Bytes.ToArray(), Crc32C.Of(value.Bytes));
                to.Write(bytes);
                (entry.Size, entry.Crc32C) = (bytes.Length, Crc32C.Mask(crc));
            }
        });
        WriteIndex(prefix, 1, found);
    }

    /// <summary>Makes one checkpoint of several: their data files are renamed, their indices become one.</summary>
    internal static void Merge(IReadOnlyList<string> prefixes, string target)
    {
        var parts = prefixes.Select(p => (Prefix: p, Index: new Checkpoint(p))).ToArray();
        var (found, shards, at) = (new SortedDictionary<string, BundleEntryProto>(StringComparer.Ordinal), parts.Sum(p => p.Index.Shards), 0);
        foreach (var (_, index) in parts)
        {
            foreach (var (name, entry) in index.Entries)
            {
                var moved = entry.Clone();
                moved.ShardId += at;
                if (!found.TryAdd(name, moved)) throw new InvalidDataException($"checkpoint: '{target}': the tensor '{name}' is in two of the checkpoints that become one. Expected each in one.");
            }
            at += index.Shards;
        }
        at = 0;
        foreach (var (prefix, index) in parts)
        {
            for (var shard = 0; shard < index.Shards; shard++) File.Move(DataFile(prefix, shard, index.Shards), DataFile(target, at++, shards), overwrite: true);
            File.Delete(prefix + ".index");
        }
        WriteIndex(target, shards, found);
    }

    static void WriteIndex(string prefix, int shards, SortedDictionary<string, BundleEntryProto> entries)
    {
        var rows = entries.Select(e => (Encoding.UTF8.GetBytes(e.Key), e.Value.ToByteArray())).ToList();
        rows.Sort((a, b) => a.Item1.AsSpan().SequenceCompareTo(b.Item1));   // by bytes, which is not the order of chars
        rows.Insert(0, ([], new BundleHeaderProto { NumShards = shards, Version = new() { Producer = 1 } }.ToByteArray()));
        Replace(prefix + ".index", to => SortedTable.Write(to, rows));
    }

    static void Replace(string path, Action<Stream> write)
    {
        var beside = $"{path}.tempstate{Guid.NewGuid():N}";
        try
        {
            using (var stream = File.Create(beside)) write(stream);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    static string DataFile(string prefix, int shard, int shards) => string.Create(CultureInfo.InvariantCulture, $"{prefix}.data-{shard:D5}-of-{shards:D5}");

    static T Message<T>(MessageParser<T> parser, byte[] bytes, string name) where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw SortedTable.Bad(name, $"an entry cannot be read ({e.Message.TrimEnd('.')})");
        }
    }

    static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw SortedTable.Bad(path, e.Message.TrimEnd('.'));
        }
    }
}
