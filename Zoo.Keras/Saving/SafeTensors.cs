using System.Buffers.Binary;
using System.Text;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Reads and writes safetensors files: named arrays, each with its type and shape.</summary>
public static class SafeTensors
{
    const int LargestHeader = 100 << 20;
    const string Metadata = "__metadata__";

    static readonly (string Name, DType DType)[] Types =
    [
        ("F32", DType.Float32), ("F64", DType.Float64), ("F16", DType.Float16), ("BF16", DType.BFloat16), ("BOOL", DType.Bool),
        ("I8", DType.Int8), ("I16", DType.Int16), ("I32", DType.Int32), ("I64", DType.Int64),
        ("U8", DType.UInt8), ("U16", DType.UInt16), ("U32", DType.UInt32), ("U64", DType.UInt64), ("C64", DType.Complex64),
    ];

    /// <summary>Reads all arrays of a file.</summary>
    /// <exception cref="ModelFileException">The file is truncated, foreign or uses a type that arrays cannot hold.</exception>
    public static Dictionary<string, NDArray> Load(string path)
    {
        using var stream = File.OpenRead(path);
        return Load(stream, path);
    }

    /// <summary>Reads all arrays from a seekable stream.</summary>
    /// <param name="stream">Positioned at the beginning of the data.</param>
    /// <param name="name">How messages call the data.</param>
    /// <exception cref="ModelFileException">The data are truncated, foreign or use a type that arrays cannot hold.</exception>
    public static Dictionary<string, NDArray> Load(Stream stream, string name = "safetensors") => Load(stream, name, []);

    /// <summary>Reads all arrays of a file, and the texts of its metadata.</summary>
    internal static Dictionary<string, NDArray> Load(string path, out Dictionary<string, string> metadata)
    {
        using var stream = File.OpenRead(path);
        return Load(stream, path, metadata = []);
    }

    static Dictionary<string, NDArray> Load(Stream stream, string name, Dictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ModelFileException Bad(string what) => new($"{name}: {what}. Expected a safetensors file. Save or download it again.");
        var left = stream.Length - stream.Position;
        var prefix = new byte[8];
        if (left < 8) throw Bad($"it has {left} bytes");
        stream.ReadExactly(prefix);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (size > LargestHeader || (long)size > left - 8) throw Bad($"its header announces {size} bytes of {left - 8}");
        var header = new byte[size];
        stream.ReadExactly(header);
        if (Json.Parse(header, name) is not Dictionary<string, object?> entries) throw Bad("its header is no JSON object");
        var data = stream.Position;
        var length = stream.Length - data;
        var arrays = new Dictionary<string, NDArray>(entries.Count);
        foreach (var (key, value) in entries)
        {
            if (key == Metadata)
            {
                foreach (var (entryName, text) in value as Dictionary<string, object?> ?? [])
                    if (text is string t) metadata[entryName] = t;
                continue;
            }
            if (value is not Dictionary<string, object?> entry || entry.GetValueOrDefault("dtype") is not string type
                || entry.GetValueOrDefault("shape") is not List<object?> dims || entry.GetValueOrDefault("data_offsets") is not List<object?> offsets
                || offsets is not [long start, long end] || !dims.TrueForAll(d => d is >= 0L and <= int.MaxValue))
                throw Bad($"the entry '{key}' has no dtype, shape or offsets");
            var dtype = Array.Find(Types, t => t.Name == type).DType;
            if (dtype == DType.Invalid) throw Bad($"the entry '{key}' has the type {type}, which arrays cannot hold");
            var count = dims.Aggregate(System.Numerics.BigInteger.One, (n, d) => n * (long)d!);
            if (start < 0 || end < start || end > length || count * dtype.Size() != end - start || count > Array.MaxLength)
                throw Bad($"the entry '{key}' of {count} elements of {dtype.Size()} bytes lies at {start} to {end} of {length} bytes");
            var array = NDArray.Zeros(Shape.Create([.. dims.Select(d => (long)d!)]), dtype);
            stream.Position = data + start;
            stream.ReadExactly(array.Bytes);
            arrays.Add(key, array);
        }
        return arrays;
    }

    /// <summary>Writes arrays to a file, which is replaced only when the new one is whole.</summary>
    /// <exception cref="ModelFileException">The file cannot be written, or an array holds strings.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, NDArray>> arrays) => Save(path, arrays, null);

    /// <summary>Writes arrays to a file, with texts as its metadata.</summary>
    internal static void Save(string path, IEnumerable<KeyValuePair<string, NDArray>> arrays, Dictionary<string, string>? metadata) => AtomicFile.Write(path, stream => Save(stream, arrays, metadata));

    /// <summary>Writes arrays to a stream.</summary>
    /// <exception cref="ModelFileException">An array holds strings.</exception>
    public static void Save(Stream stream, IEnumerable<KeyValuePair<string, NDArray>> arrays) => Save(stream, arrays, null);

    static void Save(Stream stream, IEnumerable<KeyValuePair<string, NDArray>> arrays, Dictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(arrays);
        var header = new Dictionary<string, object?>();
        if (metadata is not null) header[Metadata] = metadata.ToDictionary(m => m.Key, m => (object?)m.Value);
        var all = arrays.ToList();
        long at = 0;
        foreach (var (name, array) in all)
        {
            var type = Array.Find(Types, t => t.DType == array.DType).Name
                ?? throw new ModelFileException($"SafeTensors.Save: '{name}' holds {array.DType.Name()}, which the format cannot. Expected numbers or truth values.");
            var size = array.Count * (long)array.DType.Size();
            header[name] = new Dictionary<string, object?>
            {
                ["dtype"] = type,
                ["shape"] = array.Shape.Select(d => (object?)d).ToList(),
                ["data_offsets"] = new List<object?> { at, at + size },
            };
            at += size;
        }
        var text = Encoding.UTF8.GetBytes(Json.Write(header));
        var padded = (text.Length + 7) & ~7;
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)padded);
        stream.Write(prefix);
        stream.Write(text);
        stream.Write(Encoding.ASCII.GetBytes(new string(' ', padded - text.Length)));
        foreach (var (_, array) in all) stream.Write(array.Bytes);
    }
}
