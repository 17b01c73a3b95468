namespace Zoo.Autograd.Graph;

/// <summary>Snappy, in which TensorFlow compressed the indices of checkpoints up to version 1.x: pieces of text, and copies of what came before.</summary>
internal static class Snappy
{
    /// <summary>A block may grow to this; TensorFlow's have 256 kB.</summary>
    const int Most = 16 << 20;

    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    internal static byte[] Decompress(ReadOnlySpan<byte> from, string name)
    {
        var at = 0;
        var size = SortedTable.Varint(from, ref at, name);
        if (size is < 0 or > Most) throw SortedTable.Bad(name, $"a block claims {size} bytes");
        var (to, done) = (new byte[size], 0);
        while (at < from.Length)
        {
            int tag = from[at++], extra = (tag & 3) switch { 0 => Math.Max(0, (tag >> 2) - 59), 1 => 1, 2 => 2, _ => 4 };
            if (extra > from.Length - at) throw SortedTable.Bad(name, "a compressed block ends too early");
            long number = 0;
            for (var i = 0; i < extra; i++) number |= (long)from[at++] << 8 * i;
            var length = (tag & 3) switch { 0 => (extra == 0 ? tag >> 2 : number) + 1, 1 => (tag >> 2 & 7) + 4, _ => (tag >> 2) + 1 };
            if ((tag & 3) == 1) number |= (long)(tag >> 5) << 8;
            if (length > to.Length - done || ((tag & 3) == 0 ? length > from.Length - at : number == 0 || number > done)) throw SortedTable.Bad(name, "a compressed block copies from outside of it");
            if ((tag & 3) == 0)
            {
                from.Slice(at, (int)length).CopyTo(to.AsSpan(done));
                at += (int)length;
                done += (int)length;
            }
            else
                for (var last = done + length; done < last; done++) to[done] = to[done - number];   // it may read what it has just written
        }
        return done == to.Length ? to : throw SortedTable.Bad(name, $"a compressed block gives {done} of {to.Length} bytes");
    }
}
