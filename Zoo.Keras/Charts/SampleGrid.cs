using System.Globalization;
using SkiaSharp;

namespace Zoo.Keras.Charts;

/// <summary>Samples in a grid, each with the class that a model gave it.</summary>
internal sealed class SampleGrid
{
    const int Gap = 8, TextHeight = 18;
    static readonly SKColor Wrong = new(0xd6, 0x27, 0x28), Right = new(0x33, 0x33, 0x33);

    readonly NDArray images;
    readonly IReadOnlyList<int> expected, predicted;
    readonly IReadOnlyList<string>? names;
    readonly int count, rows, columns, height, width, channels, scale;

    internal SampleGrid(NDArray images, IReadOnlyList<int> expected, IReadOnlyList<int> predicted, IReadOnlyList<string>? names, int columns)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(predicted);
        var shape = images.Shape;
        if (shape.Rank is not (3 or 4) || shape.Rank == 4 && shape[3] is not (1 or 3) || images.DType is not (DType.UInt8 or DType.Float32 or DType.Float64) || images.Count == 0)
            throw new ArgumentException($"Picture.Samples: images are {images.DType.Name()} {shape}. Expected uint8 or floats of [n, height, width], [n, height, width, 1] or [n, height, width, 3].");
        (count, height, width, channels) = ((int)shape[0], (int)shape[1], (int)shape[2], shape.Rank == 4 ? (int)shape[3] : 1);
        if (expected.Count != count || predicted.Count != count) throw new ArgumentException($"Picture.Samples: {count} images, {expected.Count} expected and {predicted.Count} predicted classes. Expected one of each for every image.");
        if (columns < 1) throw new ArgumentException($"Picture.Samples: {columns} columns. Expected at least one.");
        foreach (var label in expected.Concat(predicted))
            if (names is not null && (label < 0 || label >= names.Count)) throw new ArgumentException($"Picture.Samples: class {label} has no name among {names.Count}. Expected classes from 0 to {names.Count - 1}.");
        (this.images, this.expected, this.predicted, this.names) = (images, expected, predicted, names);
        this.columns = Math.Min(columns, count);
        rows = (count + this.columns - 1) / this.columns;
        // small pictures are enlarged by whole numbers, so that every pixel stays a square
        scale = Math.Max(1, 84 / Math.Max(width, 1));
    }

    int CellWidth => width * scale + Gap;
    int CellHeight => height * scale + Gap + TextHeight;

    internal int Width => Math.Max(100, columns * CellWidth + Gap);
    internal int Height => rows * CellHeight + Gap;

    internal void Draw(SKCanvas canvas)
    {
        using var letters = new Lettering(13);
        using var frame = new SKPaint { Color = Wrong, Style = SKPaintStyle.Stroke, StrokeWidth = 3 };
        for (var i = 0; i < count; i++)
        {
            var place = SKRect.Create(Gap + i % columns * CellWidth, Gap + i / columns * CellHeight, width * scale, height * scale);
            using (var bitmap = Bitmap(i)) canvas.DrawBitmap(bitmap, place);
            var right = expected[i] == predicted[i];
            if (!right) canvas.DrawRect(SKRect.Inflate(place, 2, 2), frame);
            letters.Center(canvas, right ? Name(predicted[i]) : $"{Name(predicted[i])} ({Name(expected[i])})", place.MidX, place.Bottom + TextHeight - 3, place.Width + Gap, right ? Right : Wrong);
        }
    }

    string Name(int label) => names?[label] ?? label.ToString(CultureInfo.InvariantCulture);

    SKBitmap Bitmap(int sample)
    {
        var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var at = ((sample * height + y) * width + x) * channels;
                bitmap.SetPixel(x, y, channels == 1 ? new(Level(at), Level(at), Level(at)) : new(Level(at), Level(at + 1), Level(at + 2)));
            }
        return bitmap;
    }

    byte Level(int at)
    {
        var value = images.Number(at);
        return images.DType == DType.UInt8 ? (byte)value : double.IsNaN(value) ? (byte)0 : (byte)Math.Round(Math.Clamp(value, 0, 1) * 255);
    }
}
