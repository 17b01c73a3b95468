using SkiaSharp;
using Zoo.Keras.Saving;
using Zoo.Keras.Training;

namespace Zoo.Keras.Charts;

/// <summary>A drawing as PNG: curves of a training, samples with what a model said of them.</summary>
/// <example><code>Picture.Curve(history).Save("curve.png");</code></example>
public sealed class Picture
{
    Picture(int width, int height, byte[] png) => (Width, Height, Png) = (width, height, png);

    /// <summary>Pixels of a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The PNG file's bytes.</summary>
    public ReadOnlyMemory<byte> Png { get; }

    /// <summary>The loss of each epoch on the left, the other metrics on the right; values of the validation dashed.</summary>
    /// <exception cref="ArgumentException">Nothing was recorded, or the size is too small to draw in.</exception>
    public static Picture Curve(History history, int width = 1000, int height = 400)
    {
        ArgumentNullException.ThrowIfNull(history);
        return Draw("Picture.Curve", width, height, canvas => CurvePlot.Draw(canvas, width, height, [.. history.Values.Select(v => (v.Key, (IReadOnlyList<double>)v.Value))]));
    }

    /// <summary>Samples in a grid with their predicted names below them; the wrong ones get a red frame and also say what was expected.</summary>
    /// <param name="images">Samples of shape [n, height, width], [n, height, width, 1] (grey) or [n, height, width, 3]; uint8, or floats from 0 to 1.</param>
    /// <param name="expected">The true class of each.</param>
    /// <param name="predicted">The class that the model gave.</param>
    /// <param name="names">The classes' names; their numbers where it is null.</param>
    /// <param name="columns">Samples in a row.</param>
    /// <exception cref="ArgumentException">The arrays do not belong together.</exception>
    public static Picture Samples(NDArray images, IReadOnlyList<int> expected, IReadOnlyList<int> predicted, IReadOnlyList<string>? names = null, int columns = 8)
    {
        var grid = new SampleGrid(images, expected, predicted, names, columns);
        return Draw("Picture.Samples", grid.Width, grid.Height, grid.Draw);
    }

    /// <summary>Writes the PNG; a file that was there is replaced only by a whole one.</summary>
    public void Save(string path) => AtomicFile.Write(path, to => to.Write(Png.Span));

    internal static Picture Draw(string where, int width, int height, Action<SKCanvas> draw)
    {
        if (width is < 100 or > 16384 || height is < 20 or > 16384) throw new ArgumentException($"{where}: a picture of {width} x {height} pixels cannot be drawn. Expected 100 to 16384 by 20 to 16384.");
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        surface.Canvas.Clear(SKColors.White);
        draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return new(width, height, png.ToArray());
    }
}
