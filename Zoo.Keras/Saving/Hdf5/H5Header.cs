namespace Zoo.Keras.Saving;

/// <summary>One message of an object header.</summary>
readonly record struct H5Message(int Kind, bool Shared, byte[] Body)
{
    public const int Dataspace = 1, LinkInfo = 2, Datatype = 3, Link = 6, ExternalFiles = 7, Layout = 8, Filters = 11, Attribute = 12, Continuation = 16, SymbolTable = 17, AttributeInfo = 21;
}

/// <summary>Reads object headers of both generations into a flat list of messages.</summary>
static class H5Header
{
    const int LargestBlock = 64 << 20;

    public static List<H5Message> Read(H5Reader file, ulong address)
    {
        var messages = new List<H5Message>();
        var blocks = new Queue<(ulong At, ulong Size, bool First)>();
        var seen = new HashSet<ulong>();
        var start = file.Bytes(address, 16, "an object header");
        var c = new H5Cursor(start, "an object header");
        var modern = start.AsSpan(0, 4).SequenceEqual("OHDR"u8);
        var tracked = false;
        if (modern)
        {
            c.Skip(4);
            if (c.U8() != 2) throw H5Reader.Damaged($"the object header at {address} has an unknown version");
            var flags = c.U8();
            tracked = (flags & 4) != 0;
            var before = 6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0);
            var sizeOfSize = 1 << (flags & 3);
            var size = new H5Cursor(file.Bytes(address + (ulong)before, sizeOfSize, "an object header"), "an object header").Unsigned(sizeOfSize);
            blocks.Enqueue((address + (ulong)(before + sizeOfSize), size, true));
        }
        else
        {
            if (c.U8() != 1) throw H5Reader.Damaged($"there is no object header at {address}");
            c.Skip(7);
            blocks.Enqueue((address + 16, c.U32(), true));
        }
        while (blocks.TryDequeue(out var block))
        {
            if (!seen.Add(block.At) || block.Size > LargestBlock) throw H5Reader.Damaged($"the object header at {address} continues in a loop or without end");
            var skip = modern && !block.First;
            var body = new H5Cursor(file.Bytes(block.At, (long)block.Size, "an object header"), $"the object header at {address}");
            if (skip)
            {
                body.Signature("OCHK");
                if (body.Left < 4) throw H5Reader.Damaged($"a continuation of the object header at {address} is too short");
            }
            var tail = skip ? 4 : 0;    // a checksum ends each later block of the second generation
            var prefix = modern ? (tracked ? 6 : 4) : 8;
            while (body.Left - tail >= prefix) Message(body, modern, tracked, messages, blocks);
        }
        return messages;
    }

    static void Message(H5Cursor c, bool modern, bool tracked, List<H5Message> into, Queue<(ulong, ulong, bool)> blocks)
    {
        int kind = modern ? c.U8() : c.U16();
        int size = c.U16(), flags = c.U8();
        if (!modern) c.Skip(3);
        else if (tracked) c.Skip(2);
        var message = new H5Message(kind, (flags & 2) != 0, c.Take(size).ToArray());
        if (kind == 0) return;
        if (kind != H5Message.Continuation)
        {
            into.Add(message);
            return;
        }
        var next = new H5Cursor(message.Body, "a continuation");
        blocks.Enqueue((next.U64(), next.U64(), false));
    }
}
