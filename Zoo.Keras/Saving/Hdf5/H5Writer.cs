using System.Text;

namespace Zoo.Keras.Saving;

/// <summary>
/// Writes HDF5 files in the form that h5py writes by default (superblock 0, symbol tables), which every HDF5 library reads. First every part
/// gets its address, then the parts are written one after another: the target need not be seekable and no array is copied.
/// </summary>
/// <remarks>Ours and not a package's: PureHDF writes neither h5py's truth values nor the older form, which h5py and Keras write.</remarks>
sealed class H5Writer
{
    const int SuperblockSize = 96, LargestMessage = 65_528;

    readonly List<(long Address, long Size, Action<Stream, IReadOnlyList<long>> Write)> parts = [];
    readonly H5Heap heap = new();
    long end = SuperblockSize;

    H5Writer() { }

    /// <summary>Writes a tree.</summary>
    public static void Write(H5Group root, Stream to)
    {
        var writer = new H5Writer();
        var (header, tree, names) = writer.Group(root, "");
        var heaps = new List<long>();
        foreach (var collection in writer.heap.Collections()) heaps.Add(writer.Place(collection));
        to.Write(Superblock(header, tree, names, writer.end));
        long at = SuperblockSize;
        foreach (var (address, size, write) in writer.parts)
        {
            Fill(to, address - at);
            write(to, heaps);
            at = address + size;
        }
        Fill(to, writer.end - at);
    }

    static void Fill(Stream to, long gap)
    {
        for (; gap > 0; gap--) to.WriteByte(0);
    }

    long Place(long size, Action<Stream, IReadOnlyList<long>> write)
    {
        var address = end;
        parts.Add((address, size, write));
        end = (end + size + 7) & ~7L;
        return address;
    }

    long Place(H5Bytes bytes) => Place(bytes.Length, (s, heaps) => s.Write(bytes.ToArray(heaps)));

    static byte[] Superblock(long header, long tree, long names, long length) => new H5Bytes()
        .Raw(H5Reader.Signature).Raw([0, 0, 0, 0, 0, 8, 8, 0]).U16(H5Index.LeafHalf).U16(H5Index.NodeHalf).U32(0)
        .U64(0).Undefined().U64(length).Undefined()
        .U64(0).U64(header).U32(1).U32(0).U64(tree).U64(names).ToArray([]);

    (long Header, long Tree, long Names) Group(H5Group group, string path)
    {
        var entries = new List<H5Index.Entry>();
        var members = group.Children.Select(child => (Name: Encoding.UTF8.GetBytes(child.Key), child.Key, Node: child.Value)).ToList();
        members.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        foreach (var (name, text, node) in members)
            if (node is H5Group inner)
            {
                var (header, innerTree, innerNames) = Group(inner, $"{path}/{text}");
                entries.Add(new(name, header, innerTree, innerNames));
            }
            else entries.Add(new(name, Dataset((H5Dataset)node, $"{path}/{text}"), -1, -1));
        var index = new H5Index(entries);
        var names = Place(index.Names(end));
        foreach (var node in index.Nodes(end)) Place(node);
        return (Header([(H5Message.SymbolTable, 0, new H5Bytes().U64(index.Root).U64(names))], group, path), index.Root, names);
    }

    long Dataset(H5Dataset dataset, string path)
    {
        var value = dataset.Read();
        var type = H5Type.Encode(value.DType);
        if (value.DType == DType.BFloat16) dataset.Attributes["dtype"] = "bfloat16";
        long size = value.Count * (long)(value.DType == DType.String ? 16 : value.DType.Size()), data = -1;
        if (size > 0) data = value.DType == DType.String ? Place(Texts(value.AsSpan<byte[]>())) : Place(size, (s, _) => s.Write(value.Bytes));
        return Header(
        [
            (H5Message.Dataspace, 0, Space(value.Shape)),
            (H5Message.Datatype, 1, new H5Bytes().Raw(type)),
            (5, 1, new H5Bytes().Raw([2, 2, 2, 1, 0, 0, 0, 0])),    // the default fill value; space is allocated late
            (H5Message.Layout, 0, new H5Bytes().Raw([3, 1]).U64(data).U64(size)),
        ], dataset, path);
    }

    H5Bytes Texts(ReadOnlySpan<byte[]> texts)
    {
        var b = new H5Bytes();
        foreach (var text in texts) b.Text(text, heap);
        return b;
    }

    /// <summary>A shape and, as h5py does, once more as the largest shape.</summary>
    static H5Bytes Space(Shape shape)
    {
        var b = new H5Bytes().Raw([1, (byte)shape.Rank, (byte)(shape.Rank > 0 ? 1 : 0), 0, 0, 0, 0, 0]);
        for (var pass = 0; pass < 2; pass++)
            foreach (var d in shape.Dims) b.U64(d);
        return b;
    }

    /// <summary>An object header of the first generation with its attributes.</summary>
    long Header(List<(int Kind, byte Flags, H5Bytes Body)> messages, H5Node node, string path)
    {
        foreach (var (name, value) in node.Attributes) messages.Add((H5Message.Attribute, 0, Attribute(name, value, path)));
        var b = new H5Bytes();
        foreach (var (kind, flags, body) in messages)
        {
            body.Pad();
            b.U16(kind).U16(body.Length).Raw([flags, 0, 0, 0]).Append(body);
        }
        return Place(new H5Bytes().Raw([1, 0]).U16(messages.Count).U32(1).U32(b.Length).U32(0).Append(b));
    }

    H5Bytes Attribute(string name, object value, string path)
    {
        var data = new H5Bytes();
        byte[] type;
        Shape shape;
        switch (value)
        {
            case string text:
                (type, shape) = (H5Type.Encode(DType.String), Shape.Scalar);
                data.Text(Encoding.UTF8.GetBytes(text), heap);
                break;
            case string[] texts:
                (type, shape) = (H5Type.Encode(DType.String), [texts.Length]);
                foreach (var text in texts) data.Text(Encoding.UTF8.GetBytes(text), heap);
                break;
            case NDArray numbers when numbers.DType is not (DType.String or DType.BFloat16):
                (type, shape) = (H5Type.Encode(numbers.DType), numbers.Shape);
                data.Raw(numbers.Bytes);
                break;
            default:
                throw new ModelFileException($"HDF5: the attribute '{name}' of '{path}' is a {value.GetType().Name}. Expected a string, strings or numbers.");
        }
        var title = Encoding.UTF8.GetBytes(name);
        var space = Space(shape);
        var b = new H5Bytes().Raw([1, 0]).U16(title.Length + 1).U16(type.Length).U16(space.Length);
        b.Raw(title).Raw([0]).Pad().Raw(type).Pad().Append(space).Append(data);
        return b.Length <= LargestMessage ? b
            : throw new ModelFileException($"HDF5: the attribute '{name}' of '{path}' takes {b.Length} bytes; the format allows {LargestMessage}. Store it as a dataset.");
    }
}
