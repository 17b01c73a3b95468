using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Zoo.Spark.Collective;

/// <summary>float32 to bfloat16 and back: the upper half of the bits, rounded to nearest even.</summary>
internal static class Brain
{
    /// <summary>The bits of one number; a NaN stays one.</summary>
    internal static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)(bits >> 16 | 0x40);
        return (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }

    internal static float Widen(ushort half) => BitConverter.UInt32BitsToSingle((uint)half << 16);

    internal static void Encode(ReadOnlySpan<float> from, Span<ushort> to)
    {
        var i = 0;
        for (; i <= from.Length - 2 * Vector<float>.Count; i += 2 * Vector<float>.Count)
            Vector.Narrow(Upper(new(from[i..])), Upper(new(from[(i + Vector<float>.Count)..]))).CopyTo(to[i..]);
        for (; i < from.Length; i++) to[i] = Round(from[i]);
    }

    internal static void Decode(ReadOnlySpan<ushort> from, Span<float> to) => Each(from, to, add: false);

    /// <summary>Adds the numbers to others.</summary>
    internal static void Add(ReadOnlySpan<ushort> from, Span<float> to) => Each(from, to, add: true);

    static void Each(ReadOnlySpan<ushort> from, Span<float> to, bool add)
    {
        var i = 0;
        for (; i <= from.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(from[i..]), out var low, out var high);
            Put(Vector.AsVectorSingle(low << 16), to[i..], add);
            Put(Vector.AsVectorSingle(high << 16), to[(i + Vector<float>.Count)..], add);
        }
        for (; i < from.Length; i++) to[i] = add ? to[i] + Widen(from[i]) : Widen(from[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(Vector<float> value, Span<float> to, bool add) => (add ? new Vector<float>(to) + value : value).CopyTo(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<uint> Upper(Vector<float> value)
    {
        var bits = Vector.AsVectorUInt32(value);
        var rounded = bits + new Vector<uint>(0x7FFF) + (bits >> 16 & Vector<uint>.One);
        var number = Vector.AsVectorUInt32(Vector.Equals(value, value));
        return Vector.ConditionalSelect(number, rounded, bits | new Vector<uint>(0x400000)) >> 16;
    }

    internal static ReadOnlySpan<ushort> Halves(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, ushort>(bytes);
}
