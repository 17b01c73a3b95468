using System.Numerics.Tensors;

namespace Zoo.Keras;

/// <summary>Resizes pictures as TensorFlow does: centres of pixels lie at halves, no smoothing.</summary>
internal static class Resampling
{
    /// <param name="pixels">Red, green, blue, opacity of each pixel.</param>
    /// <param name="height">The picture's height.</param>
    /// <param name="width">The picture's width.</param>
    /// <param name="channels">Those of the result.</param>
    /// <param name="frame">What becomes what.</param>
    /// <param name="nearest">Whether one pixel is taken; else four are weighted.</param>
    internal static NDArray Resize(ReadOnlySpan<byte> pixels, int height, int width, int channels, Frame frame, bool nearest)
    {
        var result = NDArray.Zeros([frame.NewHeight, frame.NewWidth, channels]);
        var to = result.AsSpan<float>();
        var row = frame.NewWidth * channels;
        var (ys, xs) = (Places(frame.Height, frame.NewHeight, nearest), Places(frame.Width, frame.NewWidth, nearest));
        // two rows of the picture that are already as wide as the result
        var (upper, lower, atUpper, atLower) = (new float[row], new float[row], -1, -1);
        for (var y = 0; y < frame.NewHeight; y++)
        {
            var (y0, y1, weight) = ys[y];
            if (atLower == y0) (upper, lower, atUpper, atLower) = (lower, upper, atLower, atUpper);
            if (atUpper != y0) Widen(pixels, y0, upper);
            if (weight > 0 && atLower != y1) Widen(pixels, y1, lower);
            (atUpper, atLower) = (y0, weight > 0 ? y1 : atLower);
            var target = to.Slice(y * row, row);
            if (weight == 0) upper.CopyTo(target);
            else
            {
                TensorPrimitives.Subtract<float>(lower, upper, target);
                TensorPrimitives.MultiplyAdd<float>(target, weight, upper, target);
            }
        }
        return result;

        void Widen(ReadOnlySpan<byte> from, int y, float[] into)
        {
            y += frame.Top;
            if (y < 0 || y >= height)
            {
                Array.Clear(into);
                return;
            }
            var line = from.Slice(y * width * 4, width * 4);
            for (int x = 0, at = 0; x < frame.NewWidth; x++, at += channels)
            {
                var (x0, x1, weight) = xs[x];
                var a = Pixel(line, x0 + frame.Left);
                var b = Pixel(line, x1 + frame.Left);
                if (channels == 1) into[at] = Mix(Grey(a), Grey(b), weight);
                else
                    for (var c = 0; c < channels; c++) into[at + c] = Mix(a[c], b[c], weight);
            }
        }

        ReadOnlySpan<byte> Pixel(ReadOnlySpan<byte> line, int x) => x < 0 || x >= width ? [0, 0, 0, 0] : line.Slice(x * 4, 4);
    }

    static float Mix(float a, float b, float weight) => a + (b - a) * weight;

    static float Grey(ReadOnlySpan<byte> p) => MathF.Round(0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2]);

    /// <summary>Of each place of the result the two it lies between, and how near it is to the second.</summary>
    static (int Low, int High, float Weight)[] Places(int size, int newSize, bool nearest)
    {
        var scale = size / (float)newSize;
        var places = new (int, int, float)[newSize];
        for (var i = 0; i < newSize; i++)
        {
            var at = (i + 0.5f) * scale - (nearest ? 0 : 0.5f);
            var low = Math.Clamp((int)MathF.Floor(at), 0, size - 1);
            places[i] = nearest ? (low, low, 0) : (low, Math.Min((int)MathF.Ceiling(at), size - 1) is var high && high > low ? high : low, at <= 0 || high <= low ? 0 : at - MathF.Floor(at));
        }
        return places;
    }
}
