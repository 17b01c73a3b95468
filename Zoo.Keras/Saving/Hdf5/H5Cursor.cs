using System.Buffers.Binary;
using System.Text;

namespace Zoo.Keras.Saving;

/// <summary>Reads little-endian fields one after another; running off the end is a damaged file, not a crash.</summary>
sealed class H5Cursor(byte[] bytes, string what)
{
    int at;

    public int Left => bytes.Length - at;

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Left) throw H5Reader.Damaged($"{what} ends after {bytes.Length} bytes, {count} more were announced at {at}");
        var span = bytes.AsSpan(at, count);
        at += count;
        return span;
    }

    public void Skip(int count) => Take(count);

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A number of 1, 2, 4 or 8 bytes.</summary>
    public ulong Unsigned(int size) => size switch { 1 => U8(), 2 => U16(), 4 => U32(), _ => U64() };

    /// <summary>Text up to a zero byte, which is consumed.</summary>
    public string Text()
    {
        var end = bytes.AsSpan(at).IndexOf((byte)0);
        if (end < 0) throw H5Reader.Damaged($"a name in {what} has no end");
        var text = Encoding.UTF8.GetString(Take(end));
        at++;
        return text;
    }

    public void Signature(string expected)
    {
        var found = Take(4);
        if (!found.SequenceEqual(Encoding.ASCII.GetBytes(expected))) throw H5Reader.Damaged($"{what} does not begin with '{expected}'");
    }
}
