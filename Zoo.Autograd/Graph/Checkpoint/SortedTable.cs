using System.Buffers.Binary;

namespace Zoo.Autograd.Graph;

/// <summary>A file of sorted keys and values in LevelDB's table format, which the index of a TensorFlow checkpoint has.</summary>
internal static class SortedTable
{
    const ulong Magic = 0xdb4775248b80fb57;
    const int Footer = 48, Trailer = 5;

    /// <summary>All entries, in the order of their keys.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    internal static List<(byte[] Key, byte[] Value)> Read(byte[] file, string name)
    {
        if (file.Length < Footer || BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(^8..)) != Magic) throw Bad(name, "it does not end as a table does");
        var at = file.Length - Footer;
        Handle(file, ref at, name);   // leads to filters, of which checkpoints have none
        var entries = new List<(byte[], byte[])>();
        foreach (var (_, handle) in Block(file, Handle(file, ref at, name), name))
        {
            var place = 0;
            entries.AddRange(Block(file, Handle(handle, ref place, name), name));
        }
        return entries;
    }

    static (long Offset, long Size) Handle(byte[] from, ref int at, string name) => (Varint(from, ref at, name), Varint(from, ref at, name));

    static List<(byte[] Key, byte[] Value)> Block(byte[] file, (long Offset, long Size) place, string name)
    {
        if (place.Offset < 0 || place.Size < 4 || place.Offset > file.Length - Footer || place.Size > file.Length - Footer - place.Offset - Trailer) throw Bad(name, $"a block of {place.Size} bytes at {place.Offset} lies outside of it");
        var block = file.AsSpan((int)place.Offset, (int)place.Size + Trailer).ToArray();
        var end = (int)place.Size;
        if (BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(end + 1)) != Crc32C.Mask(Crc32C.Of(block.AsSpan(0, end + 1)))) throw Bad(name, $"the checksum of the block at {place.Offset} is wrong");
        if (block[end] > 1) throw Bad(name, $"the block at {place.Offset} is compressed in a way that is not known ({block[end]})");
        if (block[end] == 1)
        {
            block = Snappy.Decompress(block.AsSpan(0, end), name);
            if ((end = block.Length) < 4) throw Bad(name, "a block is too short");
        }
        var restarts = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(end - 4));
        if (restarts > (uint)(end - 4) / 4) throw Bad(name, $"a block names {restarts} restarts");
        end -= 4 + 4 * (int)restarts;
        var entries = new List<(byte[], byte[])>();
        byte[] key = [];
        for (var at = 0; at < end;)
        {
            long shared = Varint(block, ref at, name), own = Varint(block, ref at, name), length = Varint(block, ref at, name);
            if (shared < 0 || shared > key.Length || own < 0 || length < 0 || own > end - at || length > end - at - own) throw Bad(name, "an entry lies outside of its block");
            key = [.. key.AsSpan(0, (int)shared), .. block.AsSpan(at, (int)own)];
            at += (int)own;
            entries.Add((key, block.AsSpan(at, (int)length).ToArray()));
            at += (int)length;
        }
        return entries;
    }

    /// <summary>A table of entries whose keys are sorted byte by byte: one block, no key shortened.</summary>
    internal static void Write(Stream to, IReadOnlyList<(byte[] Key, byte[] Value)> entries)
    {
        var (data, empty) = (Put(to, entries), Put(to, []));
        var index = Put(to, [(entries.Count == 0 ? [] : entries[^1].Key, Handle(data))]);
        var footer = new byte[Footer];
        Span<byte> handles = [.. Handle(empty), .. Handle(index)];
        handles.CopyTo(footer);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(40), Magic);
        to.Write(footer);
    }

    static byte[] Handle((long Offset, long Size) place)
    {
        var bytes = new MemoryStream();
        Put(bytes, place.Offset);
        Put(bytes, place.Size);
        return bytes.ToArray();
    }

    static (long Offset, long Size) Put(Stream to, IReadOnlyList<(byte[] Key, byte[] Value)> entries)
    {
        var block = new MemoryStream();
        var restarts = new List<int>();
        foreach (var (key, value) in entries)
        {
            restarts.Add((int)block.Length);
            Put(block, 0);
            Put(block, key.Length);
            Put(block, value.Length);
            block.Write(key);
            block.Write(value);
        }
        if (restarts.Count == 0) restarts.Add(0);
        var word = new byte[4];
        foreach (var number in restarts.Append(restarts.Count))
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, number);
            block.Write(word);
        }
        var place = (to.Position, block.Length);
        block.WriteByte(0);
        BinaryPrimitives.WriteUInt32LittleEndian(word, Crc32C.Mask(Crc32C.Of(block.GetBuffer().AsSpan(0, (int)block.Length))));
        block.Write(word);
        block.WriteTo(to);
        return place;
    }

    /// <summary>An integer of seven bits a byte.</summary>
    internal static void Put(Stream to, long number)
    {
        for (var rest = (ulong)number; ; rest >>= 7)
        {
            to.WriteByte((byte)(rest < 128 ? rest : rest | 128));
            if (rest < 128) return;
        }
    }

    /// <summary>The same read.</summary>
    internal static long Varint(ReadOnlySpan<byte> from, ref int at, string name)
    {
        ulong number = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= from.Length) break;
            var b = from[at++];
            number |= (ulong)(b & 127) << shift;
            if (b < 128) return (long)number;
        }
        throw Bad(name, "a number in it has no end");
    }

    internal static InvalidDataException Bad(string name, string what) => new($"checkpoint: '{name}': {what}. Expected a whole checkpoint of TensorFlow (prefix.index and its data files). Copy or save it again.");
}
