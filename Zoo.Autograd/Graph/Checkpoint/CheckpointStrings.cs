using System.Buffers.Binary;

namespace Zoo.Autograd.Graph;

/// <summary>How a checkpoint holds a tensor of strings: the lengths, a checksum of these, then all bytes. Checksums see a length as four bytes, or eight where it needs them.</summary>
internal static class CheckpointStrings
{
    internal static (byte[] Bytes, uint Crc) Write(NDArray value)
    {
        var (to, lengths) = (new MemoryStream(), 0u);
        foreach (var text in value.AsSpan<byte[]>())
        {
            SortedTable.Put(to, text.Length);
            lengths = Length(lengths, text.Length);
        }
        var check = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(check, Crc32C.Mask(lengths));
        to.Write(check);
        var crc = Crc32C.Of(check, lengths);
        foreach (var text in value.AsSpan<byte[]>())
        {
            to.Write(text);
            crc = Crc32C.Of(text, crc);
        }
        return (to.ToArray(), crc);
    }

    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    internal static NDArray Read(byte[] bytes, Shape shape, uint check, string name)
    {
        var (texts, at, crc) = (new byte[shape.Elements][], 0, 0u);
        var lengths = new int[texts.Length];
        long all = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            var length = SortedTable.Varint(bytes, ref at, name);
            if (length < 0 || (all += length) > bytes.Length) throw SortedTable.Bad(name, "its strings are longer than it is");
            lengths[i] = (int)length;
            crc = Length(crc, length);
        }
        if (bytes.Length - at - 4 != all) throw SortedTable.Bad(name, $"its strings have {bytes.Length - at - 4} bytes, their lengths add up to {all}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) != Crc32C.Mask(crc)) throw SortedTable.Bad(name, "the checksum of its lengths is wrong");
        crc = Crc32C.Of(bytes.AsSpan(at), crc);
        if (Crc32C.Mask(crc) != check) throw SortedTable.Bad(name, "its checksum is wrong");
        at += 4;
        for (var i = 0; i < texts.Length; at += lengths[i++]) texts[i] = bytes.AsSpan(at, lengths[i]).ToArray();
        return NDArray.From(texts, shape);
    }

    static uint Length(uint crc, long length)
    {
        Span<byte> word = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(word, length);
        return Crc32C.Of(length <= uint.MaxValue ? word[..4] : word, crc);
    }
}
