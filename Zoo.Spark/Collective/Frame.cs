using System.Buffers.Binary;

namespace Zoo.Spark.Collective;

/// <summary>The head of what goes over a connection: mark, session, number in the session, what it belongs to, length, and a CRC32C of head and content.</summary>
internal readonly record struct Frame(ulong Session, ulong Number, uint Tag, int Length)
{
    internal const int HeadSize = 32, CheckedSize = 28, MacSize = 32;

    /// <summary>The most bytes of one frame: longer ones are refused before any memory is taken. With its head it is one segment of loopback, where 64 KB were two.</summary>
    internal const int Most = 60 << 10;

    const uint Mark = 0x314F4F5A;   // ZOO1

    internal void Write(Span<byte> head, ReadOnlySpan<byte> content)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(head, Mark);
        BinaryPrimitives.WriteUInt64LittleEndian(head[4..], Session);
        BinaryPrimitives.WriteUInt64LittleEndian(head[12..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], Tag);
        BinaryPrimitives.WriteInt32LittleEndian(head[24..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[CheckedSize..], Check(head, content));
    }

    /// <summary>The head, if it is that of the next frame of this session; else why not.</summary>
    internal static Frame Read(ReadOnlySpan<byte> head, ulong session, ulong number, out string? wrong)
    {
        Frame frame = new(BinaryPrimitives.ReadUInt64LittleEndian(head[4..]), BinaryPrimitives.ReadUInt64LittleEndian(head[12..]), BinaryPrimitives.ReadUInt32LittleEndian(head[20..]), BinaryPrimitives.ReadInt32LittleEndian(head[24..]));
        wrong = BinaryPrimitives.ReadUInt32LittleEndian(head) != Mark ? "it does not begin as one"
            : frame.Session != session ? "it belongs to another session"
            : frame.Number != number ? $"it has the number {frame.Number}, expected {number}"
            : (uint)frame.Length > Most ? $"it claims {(uint)frame.Length} bytes, at most {Most} are allowed" : null;
        return frame;
    }

    internal static bool IsWhole(ReadOnlySpan<byte> head, ReadOnlySpan<byte> content) => BinaryPrimitives.ReadUInt32LittleEndian(head[CheckedSize..]) == Check(head, content);

    static uint Check(ReadOnlySpan<byte> head, ReadOnlySpan<byte> content) => Crc32C.Of(content, Crc32C.Of(head[..CheckedSize]));
}
