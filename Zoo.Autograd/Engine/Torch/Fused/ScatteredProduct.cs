using System.Runtime.CompilerServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// The gradient of a convolution for its input: what comes back times the filter gives for each place the elements of its window, which are added to the pictures.
/// Some pictures at a time, so that these stay in the second cache.
/// </summary>
internal unsafe struct ScatteredProduct : IRangeBody
{
    /// <summary>About how many elements of windows are made at once.</summary>
    internal const long Together = 1 << 16;

    internal float* Gradient, Filter, Result, Room;
    internal PatchSizes Sizes;
    internal int Filters, Window, Pictures, Each, Parts;
    internal long Size;

    public readonly void Do(long begin, long end)
    {
        for (var part = begin; part < end; part++)
        {
            var (first, last) = ((int)(Pictures * part / Parts), (int)(Pictures * (part + 1) / Parts));
            var (picture, places) = (Sizes.PictureHeight * Sizes.PictureWidth * Sizes.Channels, Sizes.Height * Sizes.Width);
            var windows = Room + part * Size;
            for (int n = first, count; n < last; n += count)
            {
                count = Math.Min(Each, last - n);
                Product.Serial(Gradient + (nint)n * places * Filters, false, new RowMajor(Filter, Window), windows, null, count * places, Filters, Window, windows + (nint)Each * places * Window);
                for (var i = 0; i < count; i++) Add(windows + (nint)i * places * Window, Result + (nint)(n + i) * picture, picture);
            }
        }
    }

    /// <summary>Adds the windows of a picture up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    readonly void Add(float* windows, float* picture, int size)
    {
        var s = Sizes;
        new Span<float>(picture, size).Clear();
        var line = s.WindowWidth * s.Channels;
        for (var top = 0; top < s.Height; top++)
            for (var left = 0; left < s.Width; left++, windows += Window)
            {
                var x = left * s.StrideX - s.PadLeft;
                int first = Math.Max(0, -x) * s.Channels, beyond = Math.Min(s.WindowWidth, s.PictureWidth - x) * s.Channels;
                for (var dy = 0; dy < s.WindowHeight; dy++)
                {
                    var y = top * s.StrideY - s.PadTop + dy * s.DilationY;
                    if ((uint)y >= (uint)s.PictureHeight) continue;
                    float* to = picture + (y * s.PictureWidth + x) * s.Channels, from = windows + dy * line;
                    for (int j = first, count; j < beyond; j += count)
                    {
                        count = Math.Min(16, beyond - j);
                        SmallProduct.Store(SmallProduct.Load(to + j, count) + SmallProduct.Load(from + j, count), to + j, count);
                    }
                }
            }
    }
}
