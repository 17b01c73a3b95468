using System.Numerics.Tensors;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Autograd.Ops;

/// <summary>The entries of an axis that one entry of a resized axis is made of, with their weights.</summary>
internal readonly record struct Tap(int[] At, float[] Weights);

/// <summary>
/// Resizing is linear along each of two axes: what an entry of the result is made of is found once when planned (<see cref="Tap"/>), in single precision as TensorFlow does it.
/// </summary>
internal static class Resampling
{
    /// <summary>[batch, height, width, channels] by the taps of rows and columns.</summary>
    internal static HostKernel Forward(Shape input, Tap[] rows, Tap[] columns) => (from, to) =>
    {
        int width = (int)input[2] * (int)input[3], height = (int)input[1], channels = (int)input[3];
        var x = HostMemory.Span<float>(from[0], (int)input.Elements);
        var y = HostMemory.Span<float>(to[0], (int)input[0] * rows.Length * columns.Length * channels);
        var line = new float[width];
        y.Clear();
        for (int image = 0, done = 0; image < input[0]; image++)
            foreach (var row in rows)
            {
                Array.Clear(line);
                for (var i = 0; i < row.At.Length; i++)
                    TensorPrimitives.MultiplyAdd(x.Slice((image * height + row.At[i]) * width, width), row.Weights[i], line, line);
                foreach (var column in columns)
                {
                    var pixel = y.Slice(done, channels);
                    for (var i = 0; i < column.At.Length; i++)
                        TensorPrimitives.MultiplyAdd<float>(line.AsSpan(column.At[i] * channels, channels), column.Weights[i], pixel, pixel);
                    done += channels;
                }
            }
    };

    /// <summary>The gradient for the input of <see cref="Forward"/>.</summary>
    internal static HostKernel Backward(Shape input, Tap[] rows, Tap[] columns) => (from, to) =>
    {
        int width = (int)input[2] * (int)input[3], height = (int)input[1], channels = (int)input[3];
        var g = HostMemory.Span<float>(from[0], (int)input[0] * rows.Length * columns.Length * channels);
        var x = HostMemory.Span<float>(to[0], (int)input.Elements);
        var line = new float[width];
        x.Clear();
        for (int image = 0, done = 0; image < input[0]; image++)
            foreach (var row in rows)
            {
                Array.Clear(line);
                foreach (var column in columns)
                {
                    for (var i = 0; i < column.At.Length; i++)
                    {
                        var pixel = line.AsSpan(column.At[i] * channels, channels);
                        TensorPrimitives.MultiplyAdd<float>(g.Slice(done, channels), column.Weights[i], pixel, pixel);
                    }
                    done += channels;
                }
                for (var i = 0; i < row.At.Length; i++)
                {
                    var target = x.Slice((image * height + row.At[i]) * width, width);
                    TensorPrimitives.MultiplyAdd(line, row.Weights[i], target, target);
                }
            }
    };

    internal static float Scale(int size, int result, bool alignCorners) => alignCorners && result > 1 ? (size - 1) / (float)(result - 1) : size / (float)result;

    /// <summary>Where the centre of an entry lies on the other axis.</summary>
    static float Centre(int i, float scale, bool half) => half ? (i + 0.5f) * scale - 0.5f : i * scale;

    /// <summary>The nearest entry of each.</summary>
    internal static long[] Nearest(int size, int result, bool alignCorners, bool half)
    {
        var scale = Scale(size, result, alignCorners);
        return [.. Enumerable.Range(0, result).Select(i =>
        {
            var at = half ? (i + 0.5f) * scale : i * scale;
            return Math.Clamp((long)(alignCorners ? MathF.Round(at, MidpointRounding.AwayFromZero) : MathF.Floor(at)), 0, size - 1);
        })];
    }

    internal static Tap[] Bilinear(int size, int result, bool alignCorners, bool half) => Taps(result, i =>
    {
        var at = Centre(i, Scale(size, result, alignCorners), half);
        var floor = (int)MathF.Floor(at);
        return new([Math.Max(floor, 0), Math.Min(floor + 1, size - 1)], [1 - (at - floor), at - floor]);
    });

    /// <summary>Keys' cubic kernel read from a table of 1024 steps: with half pixels a = −0.5 and entries outside left out, else a = −0.75 and the edge repeated.</summary>
    internal static Tap[] Bicubic(int size, int result, bool alignCorners, bool half) => Taps(result, i =>
    {
        const int steps = 1024;
        var at = Centre(i, Scale(size, result, alignCorners), half);
        var first = (int)MathF.Floor(at);
        var part = (int)MathF.Round((at - first) * steps, MidpointRounding.ToEven) / (float)steps;
        var a = half ? -0.5f : -0.75f;
        float[] weights = [Far(part + 1), Near(part), Near(1 - part), Far(2 - part)];
        int[] places = [.. Enumerable.Range(first - 1, 4).Select(p => Math.Clamp(p, 0, size - 1))];
        if (half)
        {
            for (var j = 0; j < 4; j++)
                if (places[j] != first - 1 + j) weights[j] = 0;
            Normalize(weights);
        }
        return new(places, weights);

        float Near(float x) => ((a + 2) * x - (a + 3)) * x * x + 1;
        float Far(float x) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
    });

    /// <summary>The mean over the part of the axis that an entry covers.</summary>
    internal static Tap[] Area(int size, int result, bool alignCorners) => Taps(result, i =>
    {
        var scale = Scale(size, result, alignCorners);
        var (begin, end) = (i * scale, (i + 1) * scale);
        int first = (int)MathF.Floor(begin), last = (int)MathF.Ceiling(end);
        var range = Enumerable.Range(first, Math.Max(1, last - first)).ToArray();
        return new([.. range.Select(p => Math.Min(p, size - 1))], [.. range.Select(p => (Math.Min(p + 1, end) - Math.Max(p, begin)) / scale)]);
    });

    /// <summary>A kernel centred on each entry's place; wider where the result is smaller, if <paramref name="antialias"/>.</summary>
    internal static Tap[] Kernel(string kernel, int size, int result, float scale, float translation, bool antialias)
    {
        var (radius, weight) = ResampleKernel.Find(kernel);
        var inverse = 1 / scale;
        var wide = antialias ? Math.Max(inverse, 1) : 1;
        return Taps(result, i =>
        {
            var at = (i + 0.5f) * inverse - inverse * translation;
            if (at < 0 || at > size) return new([], []);
            int first = Math.Clamp((int)MathF.Ceiling(at - radius * wide - 0.5f), 0, size - 1), last = Math.Clamp((int)MathF.Floor(at + radius * wide - 0.5f), 0, size - 1);
            int[] places = [.. Enumerable.Range(first, Math.Max(0, last - first + 1))];
            float[] weights = [.. places.Select(p => weight(Math.Abs(p + 0.5f - at) / wide))];
            Normalize(weights);
            return new(places, weights);
        });
    }

    static Tap[] Taps(int result, Func<int, Tap> of) => [.. Enumerable.Range(0, result).Select(of)];

    static void Normalize(float[] weights)
    {
        var sum = weights.Sum();
        if (Math.Abs(sum) < 1000 * 1.17549435e-38f) return;
        for (var i = 0; i < weights.Length; i++) weights[i] /= sum;
    }
}
