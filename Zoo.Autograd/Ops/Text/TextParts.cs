namespace Zoo.Autograd.Ops;

/// <summary>Parts of strings, and strings put together.</summary>
internal static class TextParts
{
    /// <summary>What C calls white space.</summary>
    internal static ReadOnlySpan<byte> Spaces => " \t\n\v\f\r"u8;

    internal static byte[] Join(IEnumerable<byte[]> parts, byte[] separator)
    {
        var result = new List<byte>();
        var first = true;
        foreach (var part in parts)
        {
            if (!first) result.AddRange(separator);
            result.AddRange(part);
            first = false;
        }
        return [.. result];
    }

    /// <summary>So many bytes or characters from a place on, which counts from the end where it is negative.</summary>
    internal static byte[] Part(byte[] text, long position, long length, bool characters)
    {
        var starts = characters ? [.. Enumerable.Range(0, text.Length).Where(i => (text[i] & 0xC0) != 0x80)] : Enumerable.Range(0, text.Length).ToArray();
        var from = position < 0 ? position + starts.Length : position;
        if (from < 0 || from > starts.Length)
            throw new EngineException($"Substr: the place {position} is out of range for a string of {starts.Length} {(characters ? "characters" : "bytes")}. Expected {-starts.Length} to {starts.Length}.") { Op = "Substr" };
        var to = Math.Min(starts.Length, from + Math.Max(0, length));
        return text[At(from)..At(to)];

        int At(long i) => i < starts.Length ? starts[i] : text.Length;
    }

    /// <summary>Strings joined along axes, of which the first named changes fastest.</summary>
    internal static NDArray Reduce(NDArray x, int[] axes, bool keep, byte[] separator)
    {
        var shape = x.Shape;
        axes = Array.ConvertAll(axes, a => a < 0 ? a + shape.Rank : a);
        if (axes.Length == 0) return x;
        var strides = Graph.Strides.RowMajor(shape.Dims);
        int[] others = [.. Enumerable.Range(0, shape.Rank).Where(i => !axes.Contains(i))];
        var kept = Shape.Create(keep ? [.. shape.Select((d, i) => axes.Contains(i) ? 1 : d)] : [.. others.Select(i => shape[i])]);
        var texts = x.ToArray<byte[]>();
        return NDArray.From(Places(others).Select(at => Join(Places([.. axes.Reverse()]).Select(p => texts[at + p]), separator)).ToArray(), kept);

        IEnumerable<long> Places(int[] along) => along.Aggregate<int, IEnumerable<long>>([0], (starts, axis) => [.. starts.SelectMany(s => Enumerable.Range(0, (int)shape[axis]).Select(i => s + i * strides[axis]))]);
    }

    /// <summary>Strings joined by segment number, in their order; a negative number drops its string.</summary>
    internal static NDArray Segments(NDArray x, NDArray ids, int segments, byte[] separator)
    {
        var width = ids.Count == 0 ? 1 : x.Count / ids.Count;
        var parts = new byte[segments * width][];
        Array.Fill(parts, []);
        for (var i = 0; i < ids.Count; i++)
        {
            var at = (int)ids.Number(i);
            if (at >= segments) throw new EngineException($"UnsortedSegmentJoin: the segment {at} at place {i} is out of range. Expected less than {segments}.") { Op = "UnsortedSegmentJoin" };
            for (var k = 0; at >= 0 && k < width; k++)
            {
                ref var part = ref parts[at * width + k];
                part = [.. part, .. part.Length > 0 ? separator : [], .. x.AsSpan<byte[]>()[i * width + k]];   // TensorFlow begins anew behind empty strings
            }
        }
        return NDArray.From(parts, Shape.Create([segments, .. x.Shape.Dims[ids.Shape.Rank..]]));
    }
}
