using System.Buffers.Binary;

namespace Zoo.Keras.Saving;

/// <summary>Little-endian bytes being put together; places that name a string heap are filled in when the heaps have addresses.</summary>
sealed class H5Bytes
{
    readonly List<byte> bytes = [];
    readonly List<(int At, int Collection)> heaps = [];

    public int Length => bytes.Count;

    public H5Bytes Raw(ReadOnlySpan<byte> raw)
    {
        bytes.AddRange(raw);
        return this;
    }

    public H5Bytes U16(int value) => Raw([(byte)value, (byte)(value >> 8)]);

    public H5Bytes U32(long value) => U16((int)(value & 0xffff)).U16((int)(value >> 16 & 0xffff));

    public H5Bytes U64(long value) => U32(value).U32(value >> 32);

    /// <summary>The address that says that there is none.</summary>
    public H5Bytes Undefined() => U64(-1);

    /// <summary>Zeros up to a multiple of eight bytes.</summary>
    public H5Bytes Pad() => Raw(new byte[-Length & 7]);

    /// <summary>Other bytes with their open places.</summary>
    public H5Bytes Append(H5Bytes other)
    {
        foreach (var (at, collection) in other.heaps) heaps.Add((Length + at, collection));
        bytes.AddRange(other.bytes);
        return this;
    }

    /// <summary>A string as a reference into the heap.</summary>
    public H5Bytes Text(byte[] text, H5Heap heap)
    {
        if (text.Length == 0) return Raw(new byte[16]);
        var (collection, index) = heap.Add(text);
        U32(text.Length);
        heaps.Add((Length, collection));
        return U64(0).U32(index);
    }

    public byte[] ToArray(IReadOnlyList<long> heapAddresses)
    {
        var result = bytes.ToArray();
        foreach (var (at, collection) in heaps) BinaryPrimitives.WriteInt64LittleEndian(result.AsSpan(at), heapAddresses[collection]);
        return result;
    }
}
