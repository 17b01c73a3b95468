using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;

namespace Zoo.Autograd;

/// <summary>
/// A tensor in the host's memory: a dtype, a shape and a flat row-major array. What Fit and Predict take and what Predict returns.
/// Nothing has to be disposed. Arrays of any rank convert implicitly; flat ones are not copied.
/// </summary>
public sealed partial class NDArray
{
    NDArray(DType dtype, Shape shape, Array data, int offset) => (DType, Shape, Data, Offset) = (dtype, shape, data, offset);

    /// <summary>The type of the elements.</summary>
    public DType DType { get; }

    /// <summary>The dimensions; all known.</summary>
    public Shape Shape { get; }

    /// <summary>The flat array that holds the elements: <c>float[]</c> for float32, <c>byte[][]</c> for strings, ….</summary>
    internal Array Data { get; }

    /// <summary>Index of the first element in <see cref="Data"/>.</summary>
    internal int Offset { get; }

    /// <summary>The number of elements.</summary>
    public int Count => (int)Shape.Elements;

    /// <summary>An array over a flat .NET array, which is used as it is, not copied.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    public static NDArray From<T>(T[] data, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!shape.IsKnown || shape.Elements != data.Length)
            throw new ShapeException($"NDArray: {data.Length} elements do not fill the shape {shape}. Expected a shape of {data.Length} elements.") { Actual = shape };
        if (data is string[] text) return new(DType.String, shape, Utf8(text), 0);
        return new(DTypes.Of(typeof(T)), shape, data, 0);
    }

    /// <summary>An array from a .NET array of any rank; a flat one is not copied.</summary>
    public static NDArray From(Array array)
    {
        ArgumentNullException.ThrowIfNull(array);
        var element = array.GetType().GetElementType()!;
        var shape = new long[array.Rank];
        for (var i = 0; i < shape.Length; i++) shape[i] = array.GetLength(i);
        if (element == typeof(string))
            return new(DType.String, Shape.Create(shape), Utf8(array.Cast<string?>()), 0);
        var dtype = DTypes.Of(element);
        if (array.Rank == 1) return new(dtype, Shape.Create(shape), array, 0);
        var flat = Array.CreateInstance(element, array.Length);
        MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(array), Buffer.ByteLength(array))
            .CopyTo(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(flat), Buffer.ByteLength(flat)));
        return new(dtype, Shape.Create(shape), flat, 0);
    }

    static byte[][] Utf8(IEnumerable<string?> texts) =>
        [.. texts.Select((text, i) => Encoding.UTF8.GetBytes(text ?? throw new ArgumentNullException(nameof(texts), $"NDArray: the string {i} in row-major order is null. Expected a text; an empty one is \"\".")))];

    /// <summary>An array with the elements of a tensor of System.Numerics.Tensors; copied.</summary>
    public static NDArray From<T>(Tensor<T> tensor)
    {
        var dims = new long[tensor.Rank];
        for (var i = 0; i < dims.Length; i++) dims[i] = tensor.Lengths[i];
        var flat = new T[checked((int)tensor.FlattenedLength)];
        tensor.FlattenTo(flat);
        return From(flat, Shape.Create(dims));
    }

    /// <summary>An array of zeros (empty strings).</summary>
    public static NDArray Zeros(Shape shape, DType dtype = DType.Float32)
    {
        var n = checked((int)shape.Elements);
        if (dtype != DType.String) return new(dtype, shape, Array.CreateInstance(dtype.ClrType(), n), 0);
        var text = new byte[n][];
        Array.Fill(text, []);
        return new(dtype, shape, text, 0);
    }

    /// <summary>An array of which every element is <paramref name="value"/>.</summary>
    public static NDArray Full(Shape shape, double value, DType dtype = DType.Float32)
    {
        var result = Zeros(shape, dtype);
        for (var i = 0; i < result.Count; i++) result.SetNumber(i, value);
        return result;
    }

    /// <summary>A value of no plain type, such as a list of tensors.</summary>
    internal static NDArray Variant(object value) => new(DType.Variant, Shape.Scalar, new[] { value }, 0);

    /// <summary>The value that <see cref="Variant"/> took.</summary>
    internal T Held<T>() where T : class => (Data as object[])?[Offset] as T ?? throw new InvalidCastException($"NDArray: the {DType.Name()} {Shape} holds no {typeof(T).Name}.");

    /// <summary>A single number.</summary>
    public static NDArray Scalar(double value, DType dtype = DType.Float32) => Full(Shape.Scalar, value, dtype);

    /// <summary>The elements, in row-major order, without a copy.</summary>
    /// <exception cref="InvalidCastException">The elements are of another type.</exception>
    public Span<T> AsSpan<T>() => Data is T[] typed
        ? typed.AsSpan(Offset, Count)
        : throw new InvalidCastException($"NDArray: the elements are {DType.Name()}, not {typeof(T).Name}. Ask for {DType.ClrType().Name}, or convert with Cast.");

    /// <summary>The bytes of the elements, without a copy. Not for strings.</summary>
    internal Span<byte> Bytes => DType.Size() == 0
        ? throw new InvalidCastException($"NDArray: elements of {DType.Name()} are not plain bytes.")
        : MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(Data), Data.Length * DType.Size()).Slice(Offset * DType.Size(), Count * DType.Size());

    /// <summary>The elements as a new flat array of their own type.</summary>
    public T[] ToArray<T>() => AsSpan<T>().ToArray();

    /// <summary>One number as a double, by its index on every axis: <c>scores[0, 3]</c>. Setting it converts it to the array's type.</summary>
    /// <exception cref="ArgumentException">There is not one index for each axis.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is beyond its axis.</exception>
    public double this[params ReadOnlySpan<int> index]
    {
        get => Number(Place(index));
        set => SetNumber(Place(index), value);
    }

    int Place(ReadOnlySpan<int> index)
    {
        if (index.Length != Shape.Rank) throw new ArgumentException($"NDArray: {index.Length} indices were given for the shape {Shape}. Expected one for each axis: {Shape.Rank}. Rows(start, count) takes rows.", nameof(index));
        var place = 0;
        for (var i = 0; i < index.Length; i++)
            place = index[i] >= 0 && index[i] < Shape[i] ? place * (int)Shape[i] + index[i]
                : throw new ArgumentOutOfRangeException(nameof(index), $"NDArray: the index {index[i]} of axis {i} is beyond the shape {Shape}. Expected 0 to {Shape[i] - 1}.");
        return place;
    }

    /// <summary>One number as a double, by its place in row-major order.</summary>
    public double Number(int index)
    {
        index += Offset;
        // By dtype, not by the array's type: to the runtime a uint[] is an int[] too.
        return DType switch
        {
            DType.Float32 => ((float[])Data)[index],
            DType.Float64 => ((double[])Data)[index],
            DType.Int32 => ((int[])Data)[index],
            DType.Int64 => ((long[])Data)[index],
            DType.UInt8 => ((byte[])Data)[index],
            DType.Bool => ((bool[])Data)[index] ? 1 : 0,
            DType.Int8 => ((sbyte[])Data)[index],
            DType.Int16 => ((short[])Data)[index],
            DType.UInt16 => ((ushort[])Data)[index],
            DType.UInt32 => ((uint[])Data)[index],
            DType.UInt64 => ((ulong[])Data)[index],
            DType.Float16 => (double)((Half[])Data)[index],
            DType.BFloat16 => ((BFloat16[])Data)[index],
            _ => throw new InvalidCastException($"NDArray: an element of {DType.Name()} is not a number."),
        };
    }

    internal void SetNumber(int index, double value)
    {
        index += Offset;
        switch (DType)
        {
            case DType.Float32: ((float[])Data)[index] = (float)value; break;
            case DType.Float64: ((double[])Data)[index] = value; break;
            case DType.Complex64: ((Complex64[])Data)[index] = new((float)value, 0); break;
            case DType.Complex128: ((System.Numerics.Complex[])Data)[index] = value; break;
            case DType.Int32: ((int[])Data)[index] = double.ConvertToIntegerNative<int>(value); break;
            case DType.Int64: ((long[])Data)[index] = double.ConvertToIntegerNative<long>(value); break;
            case DType.UInt8: ((byte[])Data)[index] = (byte)value; break;
            case DType.Bool: ((bool[])Data)[index] = value != 0; break;
            case DType.Int8: ((sbyte[])Data)[index] = (sbyte)value; break;
            case DType.Int16: ((short[])Data)[index] = (short)value; break;
            case DType.UInt16: ((ushort[])Data)[index] = (ushort)value; break;
            case DType.UInt32: ((uint[])Data)[index] = (uint)value; break;
            case DType.UInt64: ((ulong[])Data)[index] = (ulong)value; break;
            case DType.Float16: ((Half[])Data)[index] = (Half)value; break;
            case DType.BFloat16: ((BFloat16[])Data)[index] = (BFloat16)(float)value; break;
            default: throw new InvalidCastException($"NDArray: an element of {DType.Name()} is not a number.");
        }
    }

    /// <summary>The only element as a double.</summary>
    /// <exception cref="ShapeException">There are more elements, or none.</exception>
    public double ToNumber() => Count == 1 ? Number(0)
        : throw new ShapeException($"NDArray: an array of shape {Shape} is not one number. Expected exactly one element.") { Actual = Shape };

    /// <summary>The same numbers in another type; truncated towards zero for integers. The same array where the type is already right.</summary>
    public NDArray Cast(DType dtype)
    {
        if (dtype == DType) return this;
        var result = Zeros(Shape, dtype);
        switch (DType, dtype)
        {
            case (DType.Float64, DType.Float32): TensorPrimitives.ConvertTruncating<double, float>(AsSpan<double>(), result.AsSpan<float>()); break;
            case (DType.UInt8, DType.Float32): TensorPrimitives.ConvertTruncating<byte, float>(AsSpan<byte>(), result.AsSpan<float>()); break;
            case (DType.Int32, DType.Int64): TensorPrimitives.ConvertTruncating<int, long>(AsSpan<int>(), result.AsSpan<long>()); break;
            case (DType.Int64, DType.UInt64) or (DType.UInt64, DType.Int64): Bytes.CopyTo(result.Bytes); break;   // a double would not hold them
            case var (from, to) when from.IsComplex() || to.IsComplex():
                for (var i = 0; i < Count; i++) result.SetComplex(i, ComplexNumber(i));
                break;
            default:
                for (var i = 0; i < Count; i++) result.SetNumber(i, Number(i));
                break;
        }
        return result;
    }

    /// <summary>The same elements in another shape; shares the memory. One dimension may be <see cref="Dim.Any"/>.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    public NDArray Reshape(Shape shape)
    {
        var target = shape.ToArray();
        var free = Array.IndexOf(target, Dim.Any);
        if (free >= 0)
        {
            target[free] = 1;
            var rest = Shape.Create(target).Elements;
            target[free] = rest == 0 ? 0 : Count / rest;
        }
        var known = Shape.Create(target);
        return known.Elements == Count ? new(DType, known, Data, Offset)
            : throw new ShapeException($"NDArray: {Shape} has {Count} elements and does not reshape to {shape}.") { Expected = shape, Actual = Shape };
    }

    /// <summary>Rows <paramref name="start"/> up to start + <paramref name="count"/> of the first axis; shares the memory.</summary>
    public NDArray Rows(int start, int count)
    {
        if (Shape.Rank == 0 || start < 0 || count < 0 || start + count > Shape[0])
            throw new ShapeException($"NDArray: rows {start} to {start + count} do not exist in {Shape}.") { Actual = Shape };
        var row = Shape[0] == 0 ? 0 : Count / (int)Shape[0];
        return new(DType, Shape.With(0, count), Data, Offset + start * row);
    }

    /// <summary>A copy of some rows of the first axis, in the order in which they are named.</summary>
    public NDArray Rows(ReadOnlySpan<int> rows)
    {
        var picked = new NDArray(DType, Rows(0, 0).Shape.With(0, rows.Length), Array.CreateInstance(Data.GetType().GetElementType()!, Shape[0] == 0 ? 0 : rows.Length * (Count / (int)Shape[0])), 0);
        for (var i = 0; i < rows.Length; i++) picked.Put(i, Rows(rows[i], 1));
        return picked;
    }

    /// <summary>Copies an array into a row of the first axis.</summary>
    internal void Put(int row, NDArray from)
    {
        if (from.DType != DType || from.Count * (int)Shape[0] != Count) throw new ShapeException($"NDArray: {from.DType.Name()} {from.Shape} is no row of {DType.Name()} {Shape}.") { Actual = from.Shape };
        Array.Copy(from.Data, from.Offset, Data, Offset + row * from.Count, from.Count);
    }

    /// <summary>A copy with memory of its own.</summary>
    public NDArray Clone()
    {
        var copy = Array.CreateInstance(Data.GetType().GetElementType()!, Count);
        Array.Copy(Data, Offset, copy, 0, Count);
        return new(DType, Shape, copy, 0);
    }

    /// <summary>Whether another array has the same elements, bit for bit, in the same shape.</summary>
    internal bool HoldsTheSame(NDArray other)
    {
        if (DType != other.DType || Shape != other.Shape) return false;
        if (DType != DType.String) return Bytes.SequenceEqual(other.Bytes);
        for (var i = 0; i < Count; i++)
            if (!AsSpan<byte[]>()[i].AsSpan().SequenceEqual(other.AsSpan<byte[]>()[i])) return false;
        return true;
    }

    /// <summary>The elements as strings.</summary>
    public string[] ToStrings() => Array.ConvertAll(ToArray<byte[]>(), Encoding.UTF8.GetString);

    /// <inheritdoc/>
    public override string ToString()
    {
        var shown = Math.Min(Count, 8);
        var values = Enumerable.Range(0, shown).Select(i => DType == DType.String
            ? Encoding.UTF8.GetString(((byte[][])Data)[Offset + i])
            : DType.IsComplex() ? Data.GetValue(Offset + i)!.ToString() : Number(i).ToString("G6", CultureInfo.InvariantCulture));
        return $"{DType.Name()} {Shape} {{{string.Join(", ", values)}{(Count > shown ? ", …" : "")}}}";
    }

    /// <summary>Wraps a flat array without copying.</summary>
    public static implicit operator NDArray(Array array) => From(array);
}
