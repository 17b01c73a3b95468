namespace Zoo.Keras.Saving;

/// <summary>
/// Reads HDF5 files: groups and attributes at once, array elements when asked. Every address, size and count is checked against the file
/// before it is used, so a damaged or hostile file gives a <see cref="ModelFileException"/> and never a crash, a loop or a large allocation.
/// </summary>
/// <remarks>Ours and not a package's, because a file with one changed byte could make PureHDF run for ever or allocate gigabytes.</remarks>
sealed class H5Reader
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10];

    const int DeepestGroup = 64, MostObjects = 1 << 20;

    readonly H5Source source;
    readonly HashSet<ulong> groups = [];
    readonly Dictionary<ulong, byte[][]> heaps = [];
    long text;
    int objects;

    H5Reader(H5Source source) => this.source = source;

    /// <summary>Reads the tree of a file; the source must stay open as long as datasets are read.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="name">How messages call the file.</param>
    public static H5Group Read(H5Source source, string name)
    {
        try { return new H5Reader(source).Root(); }
        catch (ModelFileException e) { throw new ModelFileException($"{name}: {e.Message}", e); }
    }

    internal static ModelFileException Damaged(string what) =>
        new($"the HDF5 data are damaged: {what}. Expected a whole file as Keras or h5py write it. Save or download the file again.");

    internal static ModelFileException Unsupported(string what) =>
        new($"the HDF5 data use {what}, which is not supported here. Expected a file as Keras or h5py write it by default. Save it again with h5py's default settings.");

    internal long Length => source.Length;

    internal byte[] Bytes(ulong address, long count, string what)
    {
        Check(address, count, what);
        var bytes = new byte[count];
        source.Read((long)address, bytes);
        return bytes;
    }

    internal void Into(ulong address, Span<byte> bytes, string what)
    {
        Check(address, bytes.Length, what);
        source.Read((long)address, bytes);
    }

    internal void Check(ulong address, long count, string what)
    {
        if (count < 0 || address > (ulong)source.Length || (ulong)count > (ulong)source.Length - address)
            throw Damaged($"{what} of {count} bytes at {address} lies outside the file, which has {source.Length} bytes");
    }

    H5Group Root()
    {
        if (source.Length < 48 || !Bytes(0, 8, "the signature").AsSpan().SequenceEqual(Signature))
            throw new ModelFileException("this is not an HDF5 file. Expected one as Keras or h5py write it. Check the path and the download.");
        var c = new H5Cursor(Bytes(8, Math.Min(source.Length - 8, 96), "the superblock"), "the superblock");
        var version = c.U8();
        ulong root;
        if (version <= 1)
        {
            c.Skip(4);
            Sizes(c.U8(), c.U8());
            c.Skip(version == 0 ? 9 : 13);
            if (c.U64() != 0) throw Unsupported("a base address");
            c.Skip(24 + 8);
            root = c.U64();
        }
        else if (version <= 3)
        {
            Sizes(c.U8(), c.U8());
            c.Skip(1);
            if (c.U64() != 0) throw Unsupported("a base address");
            c.Skip(16);
            root = c.U64();
        }
        else throw Unsupported($"superblock version {version}");
        return Object(root, "/", 0) as H5Group ?? throw Damaged("the root is not a group");
    }

    static void Sizes(int offsets, int lengths)
    {
        if (offsets != 8 || lengths != 8) throw Unsupported($"addresses of {offsets} and lengths of {lengths} bytes");
    }

    internal H5Node Object(ulong address, string path, int depth)
    {
        if (++objects > MostObjects || depth > DeepestGroup) throw Damaged($"the groups below '{path}' do not end");
        var messages = H5Header.Read(this, address);
        var layout = messages.Find(m => m.Kind == H5Message.Layout);
        H5Node node;
        if (layout.Body is not null) node = H5Array.Dataset(this, messages, path);
        else
        {
            if (!groups.Add(address)) throw Damaged($"the group '{path}' is linked twice");
            var group = new H5Group();
            H5Links.Read(this, messages, group, path, depth);
            node = group;
        }
        foreach (var message in messages)
            if (message.Kind == H5Message.Attribute) H5Attributes.Read(this, message, node, path);
            else if (message.Kind == H5Message.AttributeInfo) H5Attributes.CheckCompact(message, path);
        return node;
    }

    /// <summary>A string of varying length: its length, the address of its heap, its place in that heap.</summary>
    internal byte[] Text(H5Cursor c)
    {
        var length = c.U32();
        var heap = c.U64();
        var index = c.U32();
        if (length == 0 || heap is 0 or ulong.MaxValue) return [];
        if (!heaps.TryGetValue(heap, out var objects)) heaps[heap] = objects = Heap(heap);
        var stored = index < objects.Length ? objects[index] : null;
        if (stored is null || stored.Length < length) throw Damaged($"a string of {length} bytes is missing from the heap at {heap}");
        // One heap entry may be named by many elements: together they may not become much more than the file is.
        if ((text += length) > 16 * source.Length + (1 << 20)) throw Damaged("its strings are far longer together than the file");
        var whole = stored.AsSpan(0, (int)length);
        var end = whole.IndexOf((byte)0);
        return (end < 0 ? whole : whole[..end]).ToArray();
    }

    byte[][] Heap(ulong address)
    {
        var c = new H5Cursor(Bytes(address, 16, "a heap"), "a heap");
        c.Signature("GCOL");
        c.Skip(4);
        var size = c.U64();
        if (size < 16 || size > (ulong)source.Length) throw Damaged($"the heap at {address} has {size} bytes");
        c = new H5Cursor(Bytes(address + 16, (long)size - 16, "a heap"), $"the heap at {address}");
        var objects = new List<byte[]>();
        while (c.Left >= 16)
        {
            int index = c.U16();
            c.Skip(6);
            var length = c.U64();
            if (index == 0) break;
            if (length > (ulong)c.Left) throw Damaged($"an entry of {length} bytes does not fit the heap at {address}");
            while (objects.Count <= index) objects.Add(null!);
            objects[index] = c.Take((int)length).ToArray();
            c.Skip(Math.Min(c.Left, (8 - (int)(length % 8)) % 8));
        }
        return [.. objects];
    }
}
