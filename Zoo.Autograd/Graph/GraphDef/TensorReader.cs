using System.Numerics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>
/// TensorFlow's tensors as arrays. A few values may stand for many (the last one fills the rest), so what all tensors of one file may grow to is
/// limited: a small file must not take all memory.
/// </summary>
internal sealed class TensorReader
{
    /// <summary>The bytes that repeated values of one file may take beyond those the file holds.</summary>
    internal const long MaxFilled = 256L << 20;
    long filled;

    /// <summary>A tensor of a message of its own.</summary>
    /// <exception cref="GraphException">It is none.</exception>
    internal static NDArray Parse(byte[] message)
    {
        try
        {
            return new TensorReader().Read(TensorProto.Parser.ParseFrom(message));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GraphException($"{e.Message}", e);
        }
    }

    internal NDArray Read(TensorProto from)
    {
        var dtype = AttrReader.Type(from.Dtype);
        if (dtype is DType.Resource or DType.Variant) throw new GraphException($"a tensor of {dtype.Name()} cannot be read. Expected numbers, truth values or strings.");
        var shape = AttrReader.Shape(from.TensorShape ?? new());
        if (!shape.IsKnown) throw new GraphException($"a tensor has the shape {shape}. Expected a known size for each dimension.");
        Int128 count = 1;
        foreach (var d in shape) count = Int128.Min(count * d, long.MaxValue);
        var size = dtype == DType.String ? IntPtr.Size + 24 : dtype.Size();
        if (count * size > int.MaxValue) throw new GraphException($"a tensor of {dtype.Name()} {shape} takes more than 2 GB. Expected less: one array holds no more.");
        var n = (int)count;
        if (from.TensorContent.Length > 0) return Content(from.TensorContent, dtype, shape, n);
        var given = Given(from, dtype);
        if (given > n) throw new GraphException($"a tensor of {dtype.Name()} {shape} has {given} values. Expected at most {n}.");
        filled += (long)(n - given) * size;
        if (filled > MaxFilled) throw new GraphException($"its tensors grow by more than {MaxFilled >> 20} MB: the one of {dtype.Name()} {shape} is given by {given} values. Expected files that hold their values.");
        var to = NDArray.Zeros(shape, dtype);
        if (given > 0) Values(from, dtype, to, given);
        return to;
    }

    static NDArray Content(ByteString content, DType dtype, Shape shape, int n)
    {
        if (dtype == DType.String) throw new GraphException("a tensor of strings has them as plain bytes. Expected string_val.");
        if (content.Length != (long)n * dtype.Size()) throw new GraphException($"a tensor of {dtype.Name()} {shape} has {content.Length} bytes. Expected {(long)n * dtype.Size()}.");
        var to = NDArray.Zeros(shape, dtype);
        content.Span.CopyTo(to.Bytes);
        if (dtype == DType.Bool && content.Span.ContainsAnyExceptInRange((byte)0, (byte)1)) throw new GraphException("a tensor of bool has bytes other than 0 and 1.");
        return to;
    }

    static int Given(TensorProto from, DType dtype) => dtype switch
    {
        DType.Float32 => from.FloatVal.Count,
        DType.Float64 => from.DoubleVal.Count,
        DType.Int64 => from.Int64Val.Count,
        DType.Bool => from.BoolVal.Count,
        DType.String => from.StringVal.Count,
        DType.Float16 or DType.BFloat16 => from.HalfVal.Count,
        DType.Complex64 => from.ScomplexVal.Count / 2,
        DType.Complex128 => from.DcomplexVal.Count / 2,
        DType.UInt32 => from.Uint32Val.Count,
        DType.UInt64 => from.Uint64Val.Count,
        _ => from.IntVal.Count,
    };

    static void Values(TensorProto from, DType dtype, NDArray to, int given)
    {
        switch (dtype)
        {
            case DType.Float32: Fill<float, float>(from.FloatVal, to.AsSpan<float>(), v => v); break;
            case DType.Float64: Fill<double, double>(from.DoubleVal, to.AsSpan<double>(), v => v); break;
            case DType.Int64: Fill<long, long>(from.Int64Val, to.AsSpan<long>(), v => v); break;
            case DType.UInt64: Fill<ulong, ulong>(from.Uint64Val, to.AsSpan<ulong>(), v => v); break;
            case DType.UInt32: Fill<uint, uint>(from.Uint32Val, to.AsSpan<uint>(), v => v); break;
            case DType.Bool: Fill<bool, bool>(from.BoolVal, to.AsSpan<bool>(), v => v); break;
            case DType.String: Fill<ByteString, byte[]>(from.StringVal, to.AsSpan<byte[]>(), v => v.ToByteArray()); break;
            case DType.Float16 or DType.BFloat16: Fill<int, ushort>(from.HalfVal, MemoryMarshal.Cast<byte, ushort>(to.Bytes), v => (ushort)v); break;
            case DType.Int32: Fill<int, int>(from.IntVal, to.AsSpan<int>(), v => v); break;
            case DType.Int16 or DType.UInt16: Fill<int, ushort>(from.IntVal, MemoryMarshal.Cast<byte, ushort>(to.Bytes), v => (ushort)v); break;
            case DType.Int8 or DType.UInt8: Fill<int, byte>(from.IntVal, to.Bytes, v => (byte)v); break;
            case DType.Complex64: Pairs(from.ScomplexVal, MemoryMarshal.Cast<byte, float>(to.Bytes), given); break;
            case DType.Complex128: Pairs(from.DcomplexVal, MemoryMarshal.Cast<byte, double>(to.Bytes), given); break;
        }
    }

    static void Fill<T, TTo>(RepeatedField<T> from, Span<TTo> to, Func<T, TTo> convert)
    {
        for (var i = 0; i < from.Count; i++) to[i] = convert(from[i]);
        if (to.Length > from.Count) to[from.Count..].Fill(to[from.Count - 1]);
    }

    static void Pairs<T>(RepeatedField<T> from, Span<T> to, int given) where T : INumber<T>
    {
        for (var i = 0; i < 2 * given; i++) to[i] = from[i];
        for (var i = 2 * given; i < to.Length; i++) to[i] = to[i - 2];
    }
}
