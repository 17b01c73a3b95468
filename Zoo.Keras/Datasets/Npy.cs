using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Zoo.Keras.Datasets;

/// <summary>Reads NumPy's files: <c>.npz</c> archives of arrays, of numbers or of objects that <see cref="Pickle"/> reads.</summary>
internal static partial class Npy
{
    /// <summary>An array of numbers of an archive.</summary>
    internal static NDArray Numbers(string path, string key) => Entry(path, key) as NDArray ?? throw new InvalidDataException($"{path}: '{key}' is an array of objects. Expected numbers.");

    /// <summary>An array of lists of whole numbers of an archive.</summary>
    internal static int[][] Sequences(string path, string key)
    {
        if (Entry(path, key) is not object?[] rows) throw new InvalidDataException($"{path}: '{key}' is an array of numbers. Expected lists.");
        return Array.ConvertAll(rows, row => row switch
        {
            List<object?> list => list.Select(v => v is long n ? checked((int)n) : throw new InvalidDataException($"{path}: '{key}' holds {v ?? "None"} in a list. Expected whole numbers.")).ToArray(),
            NDArray array => [.. Enumerable.Range(0, array.Count).Select(i => (int)array.Number(i))],
            _ => throw new InvalidDataException($"{path}: '{key}' holds {row ?? "None"}. Expected lists of whole numbers."),
        });
    }

    static object? Entry(string path, string key)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var entry = zip.GetEntry($"{key}.npy") ?? throw new InvalidDataException($"it holds {string.Join(", ", zip.Entries.Select(e => e.FullName))}. Expected {key}.npy.");
            using var stream = entry.Open();
            using var whole = new MemoryStream();
            stream.CopyTo(whole);
            return Read(whole.ToArray(), $"{path}: {key}");
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    internal static object? Read(byte[] file, string name)
    {
        var wide = file.Length > 6 && file[6] >= 2;
        var begin = wide ? 12 : 10;
        if (file.Length < begin || !IsMagic(file)) throw new InvalidDataException($"{name} is no NumPy array. Expected its first bytes to be 93 4e 55 4d 50 59.");
        var size = wide ? BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(8)) : BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        if (size < 0 || size > file.Length - begin) throw new InvalidDataException($"{name}: its header announces {size} bytes of {file.Length - begin}. Expected a whole file.");
        var header = Encoding.UTF8.GetString(file, begin, size);
        var found = Header().Match(header);
        if (!found.Success) throw new InvalidDataException($"{name}: its header is {header.Trim()}. Expected descr, fortran_order and shape of a plain type.");
        var dims = found.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(d => long.Parse(d, CultureInfo.InvariantCulture)).ToArray();
        var rest = file.AsSpan(begin + size).ToArray();
        if (!found.Groups["descr"].Value.EndsWith('O')) return Numbers(found.Groups["descr"].Value, dims, found.Groups["fortran"].Value == "True", rest);
        return Pickle.Load(rest, name);
    }

    static bool IsMagic(byte[] file) => file[0] == 0x93 && file.AsSpan(1, 5).SequenceEqual("NUMPY"u8);

    /// <summary>An array of numbers from its bytes.</summary>
    internal static NDArray Numbers(string descr, long[] dims, bool fortran, byte[] raw)
    {
        var dtype = descr.TrimStart('<', '>', '|', '=') switch
        {
            "f2" => DType.Float16,
            "f4" => DType.Float32,
            "f8" => DType.Float64,
            "i1" => DType.Int8,
            "i2" => DType.Int16,
            "i4" => DType.Int32,
            "i8" => DType.Int64,
            "u1" => DType.UInt8,
            "u2" => DType.UInt16,
            "u4" => DType.UInt32,
            "u8" => DType.UInt64,
            "b1" => DType.Bool,
            _ => throw new InvalidDataException($"arrays of the type {descr} are not read. Expected numbers or truth values."),
        };
        var (count, size) = (dims.Aggregate(System.Numerics.BigInteger.One, (n, d) => n * d), dtype.Size());
        if (dims.Any(d => d < 0) || count * size != raw.Length) throw new InvalidDataException($"an array of {string.Join(" x ", dims)} elements of {size} bytes has {raw.Length} bytes. Expected {count * size}.");
        if (fortran && dims.Length > 1) throw new InvalidDataException("an array lies column by column. Expected row by row: save numpy.ascontiguousarray of it.");
        var result = NDArray.Zeros(Shape.Create(dims), dtype);
        raw.CopyTo(result.Bytes);
        if (descr.StartsWith('>'))
            for (var i = 0; i < raw.Length; i += size) result.Bytes.Slice(i, size).Reverse();
        return result;
    }

    [GeneratedRegex(@"^\{(?=.*'descr': '(?<descr>[<>|=]?[a-zA-Z]\d*)')(?=.*'fortran_order': (?<fortran>True|False))(?=.*'shape': \((?<shape>[\d, ]*)\)).*\}\s*$")]
    private static partial Regex Header();
}
