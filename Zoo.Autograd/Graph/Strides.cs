namespace Zoo.Autograd.Graph;

/// <summary>Row-major strides and slice arithmetic.</summary>
internal static class Strides
{
    /// <summary>Row-major strides in elements.</summary>
    internal static long[] RowMajor(ReadOnlySpan<long> dims)
    {
        var strides = new long[dims.Length];
        long step = 1;
        for (var i = dims.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(1, dims[i]);
        }
        return strides;
    }

    /// <summary>First index and number of elements of a Python-like slice of an axis of known size.</summary>
    internal static (long First, long Count) Range(long size, long begin, long end, long step, bool fromStart, bool toEnd)
    {
        long low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
        var first = fromStart ? (step > 0 ? 0 : size - 1) : Math.Clamp(begin < 0 ? begin + size : begin, low, high);
        var last = toEnd ? (step > 0 ? size : -1) : Math.Clamp(end < 0 ? end + size : end, low, high);
        var count = step > 0 ? (last - first + step - 1) / step : (last - first + step + 1) / step;
        return (first, Math.Max(0, count));
    }
}
