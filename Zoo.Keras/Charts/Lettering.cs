using SkiaSharp;

namespace Zoo.Keras.Charts;

/// <summary>Texts in pictures: with the machine's font, or with dots where it has none.</summary>
internal sealed class Lettering : IDisposable
{
    readonly SKFont? font;
    readonly float size;

    /// <summary>Letters of a size in pixels.</summary>
    internal Lettering(float size, bool useFonts = true) => (this.size, font) = (size, useFonts && HasFonts ? new SKFont(SKTypeface.Default, size) : null);

    /// <summary>Whether the machine has a font with letters in it.</summary>
    internal static bool HasFonts { get; } = SKTypeface.Default.ContainsGlyph('A');

    float Dot => Math.Max(1, MathF.Round(size / 9));

    internal float Measure(string text) => font?.MeasureText(text) ?? PixelFont.Measure(text, Dot);

    /// <summary>Draws with the lower left corner at a point.</summary>
    internal void Draw(SKCanvas canvas, string text, float x, float y, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = font is not null };
        if (font is not null) canvas.DrawText(text, x, y, SKTextAlign.Left, font, paint);
        else PixelFont.Draw(canvas, text, MathF.Round(x), MathF.Round(y), Dot, paint);
    }

    /// <summary>Draws around a middle; what does not fit into the width is cut.</summary>
    internal void Center(SKCanvas canvas, string text, float middle, float y, float width, SKColor color)
    {
        while (text.Length > 1 && Measure(text) > width) text = text[..^1];
        Draw(canvas, text, middle - Measure(text) / 2, y, color);
    }

    public void Dispose() => font?.Dispose();
}
