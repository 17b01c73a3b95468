namespace Zoo.Transfer.Caffe.Layers;

/// <summary>Where the windows of Caffe's pooling lie along an axis: their number is rounded up, and the last may reach beyond the padding.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="After">How far the last reaches beyond the picture, 0 if it does not.</param>
readonly record struct CaffeWindows(long Count, long After)
{
    // An average needs its denominators as a constant: a hostile size must not exhaust the memory.
    const long MostPlaces = 1 << 20;

    /// <exception cref="ShapeException">The size is unknown, or the window does not fit.</exception>
    public static CaffeWindows Of(long size, int window, int stride, int pad, bool ceil)
    {
        if (size is < 0 or > MostPlaces) throw new ShapeException($"a picture has {(size < 0 ? "an unknown size" : $"{size} places along an axis")}. Expected a known size of at most {MostPlaces}. Give the input its sizes.");
        if (window <= 0 || stride <= 0 || pad < 0 || pad >= window) throw new ShapeException($"a window of {window} in steps of {stride} with padding {pad} is out of range. Expected a positive window and step, and a padding less than the window.");
        var room = size + 2 * pad - window;
        if (room < 0) throw new ShapeException($"a window of {window} is larger than {size} places with padding {pad}. Expected a smaller window.");
        var count = (ceil ? (room + stride - 1) / stride : room / stride) + 1;
        if (pad > 0 && (count - 1) * stride >= size + pad) count--;
        return new(count, Math.Max(0, (count - 1) * stride + window - size - pad));
    }

    /// <summary>How many places each window has within the picture and its padding: what a mean is divided by.</summary>
    public static float[] Sizes(CaffeWindows windows, long size, int window, int stride, int pad) =>
        [.. Enumerable.Range(0, (int)windows.Count).Select(i => (float)(Math.Min(i * (long)stride - pad + window, size + pad) - (i * (long)stride - pad)))];
}
