using System.Text;

namespace Zoo.Keras.Saving;

/// <summary>How elements are stored: the part of HDF5's datatypes that arrays and names of models use.</summary>
sealed class H5Type
{
    public enum Form { Number, FixedText, Text, Opaque, Other }

    public required Form Kind { get; init; }

    /// <summary>Bytes of one stored element.</summary>
    public required int Size { get; init; }

    public DType DType { get; init; }

    public bool BigEndian { get; init; }

    /// <summary>Why the elements cannot be read, where they cannot.</summary>
    public string? Reason { get; init; }

    public static H5Type Parse(H5Cursor c, int depth = 0)
    {
        var head = c.U8();
        int version = head >> 4, kind = head & 15;
        var bits = c.U8() | c.U8() << 8 | c.U8() << 16;
        var size = c.U32();
        if (version is 0 or > 3 || size is 0 or > int.MaxValue || depth > 8)
            throw H5Reader.Damaged($"a datatype has version {version}, class {kind} and {size} bytes");
        var big = (bits & 1) != 0;
        H5Type Other(string reason) => new() { Kind = Form.Other, Size = (int)size, Reason = reason };
        switch (kind)
        {
            case 0:
                c.Skip(4);
                var signed = (bits & 8) != 0;
                var whole = (size, signed) switch
                {
                    (1, true) => DType.Int8,
                    (1, false) => DType.UInt8,
                    (2, true) => DType.Int16,
                    (2, false) => DType.UInt16,
                    (4, true) => DType.Int32,
                    (4, false) => DType.UInt32,
                    (8, true) => DType.Int64,
                    (8, false) => DType.UInt64,
                    _ => DType.Invalid,
                };
                return whole == DType.Invalid ? Other($"integers of {size} bytes") : new() { Kind = Form.Number, Size = (int)size, DType = whole, BigEndian = big };
            case 1:
                c.Skip(5);
                int exponent = c.U8(), mantissaAt = c.U8(), mantissa = c.U8();
                c.Skip(4);
                var real = (size, exponent, mantissa, mantissaAt) switch
                {
                    (2, 5, 10, 0) => DType.Float16,
                    (2, 8, 7, 0) => DType.BFloat16,
                    (4, 8, 23, 0) => DType.Float32,
                    (8, 11, 52, 0) => DType.Float64,
                    _ => DType.Invalid,
                };
                return real == DType.Invalid ? Other($"floating-point numbers of {size} bytes with {mantissa} bits of mantissa")
                    : new() { Kind = Form.Number, Size = (int)size, DType = real, BigEndian = big };
            case 3:
                return new() { Kind = Form.FixedText, Size = (int)size, DType = DType.String };
            case 5:
                c.Skip(Math.Min(bits & 0xff, c.Left));
                return new() { Kind = Form.Opaque, Size = (int)size, Reason = $"opaque elements of {size} bytes" };
            case 8:
                return Enumeration(c, bits & 0xffff, version, (int)size, depth);
            case 9:
                if ((bits & 15) != 1) return Other("lists of varying length");
                return new() { Kind = Form.Text, Size = (int)size, DType = DType.String };
            default:
                return Other($"HDF5 datatype class {kind}");
        }
    }

    /// <summary>A truth value is the enumeration FALSE, TRUE of bytes; another enumeration is read as its integers.</summary>
    static H5Type Enumeration(H5Cursor c, int members, int version, int size, int depth)
    {
        var number = Parse(c, depth + 1);
        if (number.Kind != Form.Number || number.Size != size) throw H5Reader.Damaged("an enumeration is not one of integers");
        var names = new List<string>();
        for (var i = 0; i < members; i++)
        {
            var before = c.Left;
            names.Add(c.Text());
            if (version < 3) c.Skip((8 - (before - c.Left) % 8) % 8);
        }
        var truth = size == 1 && names is ["FALSE", "TRUE"];
        return truth ? new() { Kind = Form.Number, Size = 1, DType = DType.Bool } : number;
    }

    /// <summary>The datatype message that Keras' library writes for elements of a dtype.</summary>
    public static byte[] Encode(DType dtype)
    {
        switch (dtype)
        {
            case DType.Float32: return Float(4, 31, 23, 8, 127);
            case DType.Float64: return Float(8, 63, 52, 11, 1023);
            case DType.Float16: return Float(2, 15, 10, 5, 15);
            case DType.Bool:
                return [0x18, 2, 0, 0, 1, 0, 0, 0, .. Whole(1, true), .. "FALSE\0\0\0TRUE\0\0\0\0"u8, 0, 1];
            case DType.BFloat16: return [0x15, 0, 0, 0, 2, 0, 0, 0];
            case DType.String: return [0x19, 1, 1, 0, 16, 0, 0, 0, .. Whole(1, false)];
            case DType.Int8 or DType.Int16 or DType.Int32 or DType.Int64: return Whole(dtype.Size(), true);
            case DType.UInt8 or DType.UInt16 or DType.UInt32 or DType.UInt64: return Whole(dtype.Size(), false);
            default: throw new ModelFileException($"HDF5: elements of {dtype.Name()} cannot be stored. Expected numbers, truth values or strings. Convert the array first.");
        }
    }

    static byte[] Whole(int size, bool signed) => [0x10, (byte)(signed ? 8 : 0), 0, 0, (byte)size, 0, 0, 0, 0, 0, (byte)(size * 8), 0];

    static byte[] Float(int size, int sign, int mantissa, int exponent, int bias) =>
    [
        0x11, 0x20, (byte)sign, 0, (byte)size, 0, 0, 0, 0, 0, (byte)(size * 8), 0,
        (byte)mantissa, (byte)exponent, 0, (byte)mantissa, (byte)bias, (byte)(bias >> 8), 0, 0,
    ];

    /// <summary>One fixed-length string without its padding.</summary>
    public static string Trim(ReadOnlySpan<byte> stored)
    {
        var end = stored.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? stored.TrimEnd((byte)' ') : stored[..end]);
    }
}
