using System.Text;

namespace Zoo.Keras.Saving;

/// <summary>Reads the members of a group: symbol tables (h5py's default) and links in the header (newer writers).</summary>
static class H5Links
{
    public static void Read(H5Reader file, List<H5Message> messages, H5Group group, string path, int depth)
    {
        foreach (var message in messages)
        {
            if (message.Shared && message.Kind is H5Message.SymbolTable or H5Message.Link) throw H5Reader.Unsupported($"a shared message in '{path}'");
            var c = new H5Cursor(message.Body, $"the links of '{path}'");
            switch (message.Kind)
            {
                case H5Message.SymbolTable:
                    Table(file, c.U64(), c.U64(), group, path, depth);
                    break;
                case H5Message.Link:
                    Link(file, c, group, path, depth);
                    break;
                case H5Message.LinkInfo:
                    c.Skip(1);
                    c.Skip((c.Unsigned(1) & 1) != 0 ? 8 : 0);
                    if (c.U64() != ulong.MaxValue) throw H5Reader.Unsupported($"densely stored links in '{path}'");
                    break;
            }
        }
    }

    static void Add(H5Reader file, H5Group group, string name, ulong address, string path, int depth)
    {
        var full = path == "/" ? "/" + name : path + "/" + name;
        if (name.Length == 0 || name.Contains('/') || group.Children.ContainsKey(name)) throw H5Reader.Damaged($"'{full}' is no proper name or occurs twice");
        group.Children[name] = file.Object(address, full, depth + 1);
    }

    static void Link(H5Reader file, H5Cursor c, H5Group group, string path, int depth)
    {
        if (c.U8() != 1) throw H5Reader.Damaged($"a link in '{path}' has an unknown version");
        var flags = c.U8();
        var kind = (flags & 8) != 0 ? c.U8() : 0;
        if ((flags & 4) != 0) c.Skip(8);
        if ((flags & 16) != 0) c.Skip(1);
        var length = c.Unsigned(1 << (flags & 3));
        if (length > (ulong)c.Left) throw H5Reader.Damaged($"a link's name in '{path}' has {length} bytes");
        var name = Encoding.UTF8.GetString(c.Take((int)length));
        if (kind != 0) throw H5Reader.Unsupported($"the soft or external link '{path}/{name}'");
        Add(file, group, name, c.U64(), path, depth);
    }

    static void Table(H5Reader file, ulong tree, ulong heap, H5Group group, string path, int depth)
    {
        var h = new H5Cursor(file.Bytes(heap, 32, "a name heap"), "a name heap");
        h.Signature("HEAP");
        h.Skip(4);
        var size = h.U64();
        h.Skip(8);
        var at = h.U64();
        if (size > int.MaxValue) throw H5Reader.Damaged($"the names of '{path}' take {size} bytes");
        var names = file.Bytes(at, (long)size, "a name heap");
        Node(file, tree, -1, names, [], group, path, depth);
    }

    static void Node(H5Reader file, ulong address, int level, byte[] names, HashSet<ulong> seen, H5Group group, string path, int depth)
    {
        if (!seen.Add(address)) throw H5Reader.Damaged($"the index of '{path}' runs in a loop");
        var c = new H5Cursor(file.Bytes(address, 24, "an index"), $"the index of '{path}'");
        c.Signature("TREE");
        if (c.U8() != 0) throw H5Reader.Damaged($"the index of '{path}' is not one of names");
        int here = c.U8(), entries = c.U16();
        if (level >= 0 && here != level) throw H5Reader.Damaged($"the index of '{path}' mixes its levels");
        c = new H5Cursor(file.Bytes(address + 24, entries * 16L, "an index"), $"the index of '{path}'");
        for (var i = 0; i < entries; i++)
        {
            c.Skip(8);
            var child = c.U64();
            if (here > 0) Node(file, child, here - 1, names, seen, group, path, depth);
            else Leaf(file, child, names, seen, group, path, depth);
        }
    }

    static void Leaf(H5Reader file, ulong address, byte[] names, HashSet<ulong> seen, H5Group group, string path, int depth)
    {
        if (!seen.Add(address)) throw H5Reader.Damaged($"the index of '{path}' runs in a loop");
        var c = new H5Cursor(file.Bytes(address, 8, "an index"), $"the index of '{path}'");
        c.Signature("SNOD");
        c.Skip(2);
        int entries = c.U16();
        c = new H5Cursor(file.Bytes(address + 8, entries * 40L, "an index"), $"the index of '{path}'");
        for (var i = 0; i < entries; i++)
        {
            var place = c.U64();
            var header = c.U64();
            var kind = c.U32();
            c.Skip(20);
            if (place >= (ulong)names.Length) throw H5Reader.Damaged($"a name in '{path}' lies outside its heap");
            var rest = names.AsSpan((int)place);
            var end = rest.IndexOf((byte)0);
            if (end < 0) throw H5Reader.Damaged($"a name in '{path}' has no end");
            var name = Encoding.UTF8.GetString(rest[..end]);
            if (kind == 2) throw H5Reader.Unsupported($"the soft link '{path}/{name}'");
            Add(file, group, name, header, path, depth);
        }
    }
}
