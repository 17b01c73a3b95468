using System.Numerics;

namespace Zoo.Keras.Saving;

/// <summary>Reads datasets: what they are at once, their elements when asked.</summary>
static class H5Array
{
    const int MostDimensions = 32;

    public static H5Dataset Dataset(H5Reader file, List<H5Message> messages, string path)
    {
        byte[] Body(int kind, string what)
        {
            var message = messages.Find(m => m.Kind == kind);
            if (message.Shared) throw H5Reader.Unsupported($"a shared {what} in '{path}'");
            return message.Body ?? throw H5Reader.Damaged($"'{path}' has no {what}");
        }
        if (messages.Exists(m => m.Kind == H5Message.ExternalFiles)) throw H5Reader.Unsupported($"data in another file for '{path}'");
        var type = H5Type.Parse(new H5Cursor(Body(H5Message.Datatype, "datatype"), $"the datatype of '{path}'"));
        var shape = Space(new H5Cursor(Body(H5Message.Dataspace, "shape"), $"the shape of '{path}'"));
        var filters = messages.Exists(m => m.Kind == H5Message.Filters) ? H5Filter.Parse(new H5Cursor(Body(H5Message.Filters, "filter list"), $"the filters of '{path}'"), path) : [];
        if (type.Kind == H5Type.Form.Opaque && type.Size == 2 && IsBFloat16(file, messages, path))
            type = new() { Kind = H5Type.Form.Number, Size = 2, DType = DType.BFloat16 };
        var layout = Body(H5Message.Layout, "layout");
        return new(shape ?? Shape.Unknown, type.Reason is null ? type.DType : DType.Invalid, () =>
        {
            try { return new H5Data(file, type, shape, filters, path).Read(layout); }
            catch (ModelFileException e) { throw new ModelFileException($"'{path}': {e.Message}", e); }
        });
    }

    /// <summary>Keras stores bfloat16 as two opaque bytes and says so in an attribute.</summary>
    static bool IsBFloat16(H5Reader file, List<H5Message> messages, string path)
    {
        var probe = new H5Group();
        foreach (var message in messages)
            if (message.Kind == H5Message.Attribute) H5Attributes.Read(file, message, probe, path);
        return probe.Attributes.GetValueOrDefault("dtype") is "bfloat16";
    }

    /// <summary>A dataspace; null where it says that there is no value at all.</summary>
    public static Shape? Space(H5Cursor c)
    {
        int version = c.U8(), rank = c.U8();
        c.Skip(1);
        var kind = c.U8();
        if (version is not (1 or 2) || rank > MostDimensions) throw H5Reader.Damaged($"a shape has version {version} and {rank} dimensions");
        if (version == 1) c.Skip(4);
        else if (kind == 2) return null;
        var dims = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            var size = c.U64();
            dims[i] = size <= int.MaxValue ? (long)size : throw H5Reader.Damaged($"a dimension has the size {size}");
        }
        return Shape.Create(dims);
    }

    /// <summary>The number of elements, which must fit one array.</summary>
    public static long Count(Shape shape, int elementSize, string what)
    {
        BigInteger count = 1;
        foreach (var d in shape.Dims) count *= d;
        return count * elementSize <= Array.MaxLength ? (long)count
            : throw H5Reader.Damaged($"{what} announces {count} elements of {elementSize} bytes, more than one array can hold");
    }

    /// <summary>Stored bytes to numbers of this machine.</summary>
    public static void Decode(ReadOnlySpan<byte> stored, NDArray into, H5Type type)
    {
        if (into.DType == DType.Bool)
        {
            var truth = into.AsSpan<bool>();
            for (var i = 0; i < truth.Length; i++) truth[i] = stored[i] != 0;
            return;
        }
        stored.CopyTo(into.Bytes);
        if (type.BigEndian) Swap(into.Bytes, type.Size);
    }

    public static void Swap(Span<byte> bytes, int size)
    {
        for (var i = 0; i + size <= bytes.Length; i += size) bytes.Slice(i, size).Reverse();
    }
}
