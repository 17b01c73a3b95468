namespace Zoo.Autograd.Graph;

/// <summary>Where a window (of a convolution or a pooling) goes along one axis: TensorFlow's VALID, SAME and EXPLICIT rules.</summary>
internal static class Windows
{
    /// <summary>The number of windows along an axis.</summary>
    internal static long Count(long size, long window, long stride, long dilation, string padding, long before, long after) => size < 0 ? Dim.Any : padding switch
    {
        "SAME" => (size + stride - 1) / stride,
        _ when window < 0 => Dim.Any,
        _ => Math.Max(0, size + before + after - (window - 1) * dilation - 1 + stride) / stride,
    };

    /// <summary>What is padded before and after an axis; SAME puts the odd one after.</summary>
    internal static (long Before, long After) Padding(long size, long window, long stride, long dilation, string padding, long before, long after)
    {
        if (padding != "SAME") return (before, after);
        var all = Math.Max(0, ((size + stride - 1) / stride - 1) * stride + (window - 1) * dilation + 1 - size);
        return (all / 2, all - all / 2);
    }
}
