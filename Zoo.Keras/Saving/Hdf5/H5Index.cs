namespace Zoo.Keras.Saving;

/// <summary>The members of a group as a symbol table: a heap of names and a tree over leaves of entries.</summary>
sealed class H5Index(List<H5Index.Entry> entries)
{
    /// <summary>A leaf holds twice this many entries, a node of the tree twice that many children; written in the superblock.</summary>
    public const int LeafHalf = 4, NodeHalf = 16;

    const int LeafSize = 8 + 2 * LeafHalf * 40, NodeSize = 24 + 2 * NodeHalf * 16 + 8;

    /// <summary>A member: its name, where its header is, and for a group where its own tree and names are (else -1).</summary>
    public readonly record struct Entry(byte[] Name, long Header, long Tree, long Names);

    readonly long[] places = new long[entries.Count];

    /// <summary>Where the tree begins, known after <see cref="Nodes"/>.</summary>
    public long Root { get; private set; }

    /// <summary>The heap of names, which is written at <paramref name="address"/>.</summary>
    public H5Bytes Names(long address)
    {
        var names = new H5Bytes().U64(0);
        for (var i = 0; i < entries.Count; i++)
        {
            places[i] = names.Length;
            names.Raw(entries[i].Name).Raw([0]).Pad();
        }
        return new H5Bytes().Raw("HEAP"u8).U32(0).U64(names.Length).U64(1).U64(address + 32).Append(names);
    }

    /// <summary>The leaves and above them the nodes, written one after another from <paramref name="address"/>; the root is last.</summary>
    public List<H5Bytes> Nodes(long address)
    {
        var written = new List<H5Bytes>();
        var children = new List<(long Address, long LastName)>();
        for (var i = 0; i < entries.Count; i += 2 * LeafHalf)
        {
            var n = Math.Min(2 * LeafHalf, entries.Count - i);
            children.Add((address, places[i + n - 1]));
            written.Add(Leaf(i, n));
            address += LeafSize;
        }
        for (var level = 0; level == 0 || children.Count > 1; level++)
        {
            var above = new List<(long, long)>();
            var first = address;
            var nodes = Math.Max(1, (children.Count + 2 * NodeHalf - 1) / (2 * NodeHalf));
            for (var k = 0; k < nodes; k++)
            {
                var from = k * 2 * NodeHalf;
                var part = children.GetRange(from, Math.Min(2 * NodeHalf, children.Count - from));
                var b = new H5Bytes().Raw("TREE"u8).Raw([0, (byte)level]).U16(part.Count);
                b.U64(k == 0 ? -1 : address - NodeSize).U64(k == nodes - 1 ? -1 : address + NodeSize).U64(from == 0 ? 0 : children[from - 1].LastName);
                foreach (var (child, last) in part) b.U64(child).U64(last);
                written.Add(b.Raw(new byte[NodeSize - b.Length]));
                above.Add((address, part.Count == 0 ? 0 : part[^1].LastName));
                address += NodeSize;
            }
            Root = address - NodeSize;
            children = above;
        }
        return written;
    }

    H5Bytes Leaf(int from, int count)
    {
        var b = new H5Bytes().Raw("SNOD"u8).Raw([1, 0]).U16(count);
        for (var i = from; i < from + count; i++)
        {
            var group = entries[i].Tree >= 0;
            b.U64(places[i]).U64(entries[i].Header).U32(group ? 1 : 0).U32(0);
            b.U64(group ? entries[i].Tree : 0).U64(group ? entries[i].Names : 0);
        }
        return b.Raw(new byte[LeafSize - b.Length]);
    }
}
