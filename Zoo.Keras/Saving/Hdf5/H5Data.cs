namespace Zoo.Keras.Saving;

/// <summary>Reads the elements of one dataset: in its header, in one piece, or in chunks.</summary>
sealed class H5Data(H5Reader file, H5Type type, Shape? shape, List<H5Filter> filters, string path)
{
    // Deflate cannot pack better than 1 : 1032; whatever announces more is not data.
    const long MostExpansion = 1100;

    public NDArray Read(byte[] layout)
    {
        if (type.Reason is { } reason) throw H5Reader.Unsupported(reason);
        if (shape is null) throw H5Reader.Damaged("the dataset has no value");
        var count = H5Array.Count(shape, type.Size, "the dataset");
        var size = count * type.Size;
        var c = new H5Cursor(layout, "its layout");
        int version = c.U8(), kind = c.U8();
        if (version is not (3 or 4)) throw H5Reader.Unsupported($"a layout of version {version}");
        if (count == 0) return NDArray.Zeros(shape, type.DType);
        if (kind != 2 && filters.Count > 0) throw H5Reader.Damaged("filters stand on a dataset without chunks");
        switch (kind)
        {
            case 0:
                var inside = c.Take(c.U16());
                return inside.Length >= size ? Decode(inside[..(int)size]) : throw H5Reader.Damaged($"{inside.Length} bytes are stored of {size}");
            case 1:
                ulong at = c.U64(), stored = c.U64();
                if (at == ulong.MaxValue) throw H5Reader.Damaged("its elements were never written");
                if (stored < (ulong)size) throw H5Reader.Damaged($"{stored} bytes are stored of {size}");
                file.Check(at, size, "its data");
                if (type.Kind != H5Type.Form.Number || type.DType == DType.Bool) return Decode(file.Bytes(at, size, "its data"));
                var result = NDArray.Zeros(shape, type.DType);
                file.Into(at, result.Bytes, "its data");
                if (type.BigEndian) H5Array.Swap(result.Bytes, type.Size);
                return result;
            case 2 when version == 3:
                return Decode(Chunked(c, size));
            default:
                throw H5Reader.Unsupported($"data layout {kind} of version {version}");
        }
    }

    NDArray Decode(ReadOnlySpan<byte> bytes)
    {
        if (type.Kind == H5Type.Form.Number)
        {
            var numbers = NDArray.Zeros(shape!, type.DType);
            H5Array.Decode(bytes, numbers, type);
            return numbers;
        }
        var texts = NDArray.Zeros(shape!, DType.String);
        var into = texts.AsSpan<byte[]>();
        var c = new H5Cursor(bytes.ToArray(), "its strings");
        for (var i = 0; i < into.Length; i++)
            into[i] = type.Kind == H5Type.Form.Text ? file.Text(c) : System.Text.Encoding.UTF8.GetBytes(H5Type.Trim(c.Take(type.Size)));
        return texts;
    }

    byte[] Chunked(H5Cursor c, long size)
    {
        var rank = shape!.Rank;
        if (c.U8() != rank + 1) throw H5Reader.Damaged("its chunks have another rank");
        var tree = c.U64();
        var chunk = new long[rank];
        var chunkSize = new System.Numerics.BigInteger(type.Size);
        for (var i = 0; i < rank; i++) chunkSize *= chunk[i] = c.U32();
        if (c.U32() != type.Size || chunkSize.IsZero || chunkSize > int.MaxValue) throw H5Reader.Damaged($"its chunks have {chunkSize} bytes");
        if (tree == ulong.MaxValue) throw H5Reader.Damaged("its elements were never written");
        var chunks = new List<(long[] At, ulong Address, uint Stored, uint Skipped)>();
        Index(tree, -1, rank, [], chunks);
        long stored = 0;
        foreach (var entry in chunks)
        {
            file.Check(entry.Address, entry.Stored, "a chunk");
            stored += entry.Stored;
            if (chunkSize > MostExpansion * (long)entry.Stored) throw H5Reader.Damaged($"a chunk of {entry.Stored} bytes announces {chunkSize}");
        }
        var needed = System.Numerics.BigInteger.One;
        for (var i = 0; i < rank; i++) needed *= (shape.Dims[i] + chunk[i] - 1) / chunk[i];
        if (stored > file.Length || chunks.Count > needed) throw H5Reader.Damaged($"its {chunks.Count} chunks overlap");
        if (size > MostExpansion * stored) throw H5Reader.Damaged($"it announces {size} bytes and stores {stored}");
        var result = new byte[size];
        foreach (var entry in chunks)
        {
            var bytes = file.Bytes(entry.Address, entry.Stored, "a chunk");
            for (var i = filters.Count - 1; i >= 0; i--)
                if ((entry.Skipped >> i & 1) == 0) bytes = filters[i].Undo(bytes, (int)chunkSize);
            if (bytes.Length != chunkSize) throw H5Reader.Damaged($"a chunk has {bytes.Length} bytes instead of {chunkSize}");
            Place(bytes, entry.At, chunk, result);
        }
        return result;
    }

    /// <summary>Copies a chunk to its place, row by row; the chunks at the far edges hang over.</summary>
    void Place(byte[] bytes, long[] at, long[] chunk, byte[] result)
    {
        var dims = shape!.Dims;
        var rank = dims.Length;
        for (var i = 0; i < rank; i++)
            if (at[i] >= dims[i]) throw H5Reader.Damaged("a chunk lies outside the dataset");
        var row = (int)Math.Min(chunk[^1], dims[^1] - at[^1]) * type.Size;
        var index = new long[rank];
        while (true)
        {
            long from = 0, to = 0;
            for (var i = 0; i < rank; i++) (from, to) = (from * chunk[i] + index[i], to * dims[i] + at[i] + index[i]);
            bytes.AsSpan((int)(from * type.Size), row).CopyTo(result.AsSpan((int)(to * type.Size)));
            var axis = rank - 2;
            while (axis >= 0 && (++index[axis] >= chunk[axis] || at[axis] + index[axis] >= dims[axis])) index[axis--] = 0;
            if (axis < 0) return;
        }
    }

    void Index(ulong address, int level, int rank, HashSet<ulong> seen, List<(long[], ulong, uint, uint)> chunks)
    {
        if (!seen.Add(address)) throw H5Reader.Damaged($"the chunk index of '{path}' runs in a loop");
        var c = new H5Cursor(file.Bytes(address, 24, "a chunk index"), "a chunk index");
        c.Signature("TREE");
        if (c.U8() != 1) throw H5Reader.Damaged("an index is not one of chunks");
        int here = c.U8(), entries = c.U16();
        if (level >= 0 && here != level) throw H5Reader.Damaged("a chunk index mixes its levels");
        c = new H5Cursor(file.Bytes(address + 24, entries * (24L + 8 * rank), "a chunk index"), "a chunk index");
        for (var i = 0; i < entries; i++)
        {
            uint stored = c.U32(), skipped = c.U32();
            var at = new long[rank];
            for (var d = 0; d < rank; d++) at[d] = (long)Math.Min(c.U64(), int.MaxValue);
            c.Skip(8);
            var child = c.U64();
            if (here > 0) Index(child, here - 1, rank, seen, chunks);
            else chunks.Add((at, child, stored, skipped));
        }
    }
}
