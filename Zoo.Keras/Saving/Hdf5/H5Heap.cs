namespace Zoo.Keras.Saving;

/// <summary>The heaps in which strings of varying length lie.</summary>
sealed class H5Heap
{
    const int Smallest = 4096, Full = 1 << 16, MostEntries = 60_000;

    readonly List<(H5Bytes Content, int Entries)> collections = [];

    /// <summary>Stores a string: the heap and the place in it.</summary>
    public (int Collection, int Index) Add(byte[] text)
    {
        if (collections.Count == 0 || collections[^1].Content.Length + text.Length > Full || collections[^1].Entries == MostEntries) collections.Add((new(), 0));
        var (content, entries) = collections[^1];
        content.U16(entries + 1).U16(0).U32(0).U64(text.Length).Raw(text).Pad();
        collections[^1] = (content, entries + 1);
        return (collections.Count - 1, entries + 1);
    }

    /// <summary>The heaps as they are written: each ends with an entry for its free space.</summary>
    public IEnumerable<H5Bytes> Collections()
    {
        foreach (var (content, _) in collections)
        {
            var size = Math.Max(Smallest, 16 + content.Length + 16);
            var free = size - 16 - content.Length;
            yield return new H5Bytes().Raw("GCOL"u8).U32(1).U64(size).Append(content).U64(0).U64(free).Raw(new byte[free - 16]);
        }
    }
}
