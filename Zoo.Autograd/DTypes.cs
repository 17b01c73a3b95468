using System.Numerics;

namespace Zoo.Autograd;

/// <summary>What is known about each <see cref="DType"/>: its name, size, .NET type.</summary>
public static class DTypes
{
    sealed record Row(DType DType, string Name, int Size, Type Clr);

    static readonly Row[] Table =
    [
        new(DType.Float32, "float32", 4, typeof(float)), new(DType.Float64, "float64", 8, typeof(double)),
        new(DType.Int32, "int32", 4, typeof(int)), new(DType.UInt8, "uint8", 1, typeof(byte)),
        new(DType.Int16, "int16", 2, typeof(short)), new(DType.Int8, "int8", 1, typeof(sbyte)),
        new(DType.String, "string", 0, typeof(byte[])), new(DType.Complex64, "complex64", 8, typeof(Complex64)),
        new(DType.Int64, "int64", 8, typeof(long)), new(DType.Bool, "bool", 1, typeof(bool)),
        new(DType.BFloat16, "bfloat16", 2, typeof(BFloat16)), new(DType.UInt16, "uint16", 2, typeof(ushort)),
        new(DType.Complex128, "complex128", 16, typeof(Complex)), new(DType.Float16, "float16", 2, typeof(Half)),
        new(DType.Resource, "resource", 0, typeof(object)), new(DType.Variant, "variant", 0, typeof(object)),
        new(DType.UInt32, "uint32", 4, typeof(uint)), new(DType.UInt64, "uint64", 8, typeof(ulong)),
    ];

    static readonly Row?[] ByNumber = Index();

    static Row?[] Index()
    {
        var byNumber = new Row?[24];
        foreach (var row in Table) byNumber[(int)row.DType] = row;
        return byNumber;
    }

    /// <summary>Keras' name of the type, such as <c>float32</c>.</summary>
    public static string Name(this DType dtype) => ByNumber[(int)dtype]?.Name ?? "invalid";

    /// <summary>Bytes of one element; 0 for strings and handles.</summary>
    public static int Size(this DType dtype) => ByNumber[(int)dtype]?.Size ?? 0;

    /// <summary>The .NET type that holds one element.</summary>
    public static Type ClrType(this DType dtype) => ByNumber[(int)dtype]?.Clr!;

    /// <summary>Whether the type is a real floating-point type.</summary>
    public static bool IsFloat(this DType dtype) =>
        dtype is DType.Float32 or DType.Float64 or DType.Float16 or DType.BFloat16;

    /// <summary>Whether the type is a floating-point type of 16 bits.</summary>
    internal static bool IsHalf(this DType dtype) => dtype is DType.Float16 or DType.BFloat16;

    /// <summary>Whether the type is an integer (truth values are not).</summary>
    public static bool IsInteger(this DType dtype) =>
        dtype is DType.Int8 or DType.Int16 or DType.Int32 or DType.Int64
            or DType.UInt8 or DType.UInt16 or DType.UInt32 or DType.UInt64;

    /// <summary>Whether the type is complex.</summary>
    public static bool IsComplex(this DType dtype) => dtype is DType.Complex64 or DType.Complex128;

    /// <summary>The type whose name is given.</summary>
    /// <exception cref="ArgumentException">No type has that name; the message lists all.</exception>
    public static DType Parse(string name)
    {
        foreach (var row in Table)
            if (row.Name == name) return row.DType;
        throw new ArgumentException($"dtype: '{name}' is not a dtype. Expected one of {string.Join(", ", Table.Select(r => r.Name))}.");
    }

    /// <summary>The type of tensors that hold elements of a .NET type.</summary>
    /// <exception cref="ArgumentException">Tensors cannot hold that type.</exception>
    public static DType Of(Type clr)
    {
        if (clr == typeof(string)) return DType.String;
        foreach (var row in Table)
            if (row.Clr == clr) return row.DType;
        if (clr.IsArray)
            throw new ArgumentException($"dtype: an array of arrays ({clr.Name}[]) has no one shape. Expected a rectangular one: {clr.GetElementType()!.Name}[,]. Copy the rows into it, or NDArray.From(flat, [rows, columns]).");
        throw new ArgumentException($"dtype: tensors do not hold {clr.Name}. Expected a number, bool or string type. Convert the array first.");
    }
}
