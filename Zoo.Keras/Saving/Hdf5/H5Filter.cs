using System.IO.Compression;

namespace Zoo.Keras.Saving;

/// <summary>One step that packed a chunk: deflate, shuffle or a checksum.</summary>
sealed record H5Filter(int Id, int Parameter)
{
    const int Deflate = 1, Shuffle = 2, Checksum = 3;

    public static List<H5Filter> Parse(H5Cursor c, string path)
    {
        int version = c.U8(), count = c.U8();
        if (version is not (1 or 2)) throw H5Reader.Damaged($"the filters of '{path}' have version {version}");
        if (version == 1) c.Skip(6);
        var filters = new List<H5Filter>();
        for (var i = 0; i < count; i++)
        {
            int id = c.U16();
            int name = version == 1 || id >= 256 ? c.U16() : 0;
            c.Skip(2);
            int values = c.U16();
            c.Skip(version == 1 ? (name + 7) & ~7 : name);
            var parameter = 0;
            for (var k = 0; k < values; k++)
            {
                var value = (int)c.U32();
                if (k == 0) parameter = value;
            }
            if (version == 1 && values % 2 == 1) c.Skip(4);
            if (id is not (Deflate or Shuffle or Checksum)) throw H5Reader.Unsupported($"filter {id} on '{path}'");
            filters.Add(new(id, parameter));
        }
        return filters;
    }

    /// <summary>The bytes before this step; never more than a chunk and its checksum have.</summary>
    public byte[] Undo(byte[] bytes, int chunkSize) => Id switch
    {
        Deflate => Inflate(bytes, chunkSize),
        Shuffle => Unshuffle(bytes),
        _ => bytes.Length >= 4 ? bytes[..^4] : throw H5Reader.Damaged("a chunk has no checksum"),
    };

    static byte[] Inflate(byte[] bytes, int chunkSize)
    {
        try
        {
            using var stream = new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress);
            var result = new byte[chunkSize + 4];
            var n = stream.ReadAtLeast(result, result.Length, throwOnEndOfStream: false);
            return result[..n];
        }
        catch (InvalidDataException e) { throw new ModelFileException($"the HDF5 data are damaged: a chunk does not unpack ({e.Message}). Expected deflate data. Save or download the file again.", e); }
    }

    byte[] Unshuffle(byte[] bytes)
    {
        if (Parameter < 1 || Parameter > bytes.Length) return bytes;
        var result = bytes.ToArray();
        var elements = bytes.Length / Parameter;
        for (var b = 0; b < Parameter; b++)
            for (var i = 0; i < elements; i++) result[i * Parameter + b] = bytes[b * elements + i];
        return result;
    }
}
