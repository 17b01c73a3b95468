using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using SkiaSharp;
using Zoo.Autograd.Ops;

namespace Zoo.Keras;

/// <summary>The decoder behind <see cref="Images"/> and the ops that decode pictures.</summary>
static class PictureCodec
{
    /// <summary>A picture with more pixels than this is refused: a small file can claim any size.</summary>
    const long MostPixels = 1 << 28;

    [SuppressMessage("Usage", "CA2255", Justification = "graphs that decode pictures need no call of ours before they run")]
    [ModuleInitializer]
    internal static void Register() => PictureFile.Decoder = Frames;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It holds no picture, or one that is too large.</exception>
    internal static SKCodec Open(byte[] file, string name)
    {
        using var data = SKData.CreateCopy(file);
        var codec = SKCodec.Create(data) ?? throw Bad(name, "no picture is in it");
        if ((long)codec.Info.Width * codec.Info.Height * Math.Max(1, codec.FrameCount) <= MostPixels) return codec;
        using (codec) throw Bad(name, $"it is {codec.Info.Width} x {codec.Info.Height} pixels large{(codec.FrameCount > 1 ? $" and has {codec.FrameCount} frames" : "")}, more than {MostPixels:N0} in all");
    }

    /// <summary>Decodes a frame.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal static SKBitmap Decode(SKCodec codec, SKSizeI size, string name, int frame = 0)
    {
        var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels(), new SKCodecOptions(frame)) is SKCodecResult.Success) return bitmap;
        bitmap.Dispose();
        throw Bad(name, "its picture is damaged");
    }

    static PicturePixels Frames(byte[] file, int ratio)
    {
        using var codec = Open(file, "contents");
        var size = ratio == 1 ? codec.Info.Size : codec.GetScaledDimensions(1f / ratio);
        var frames = Math.Max(1, codec.FrameCount);
        var to = NDArray.Zeros([frames, size.Height, size.Width, 4], DType.UInt8);
        for (var i = 0; i < frames; i++)
        {
            using var bitmap = Decode(codec, size, "contents", i);
            bitmap.GetPixelSpan().CopyTo(to.Rows(i, 1).AsSpan<byte>());
        }
        return new(to, codec.Info.ColorType == SKColorType.Gray8);
    }

    internal static InvalidDataException Bad(string name, string what) => new($"Images: '{name}': {what}. Expected a whole picture as JPEG, PNG, BMP, GIF or WebP. Save it again.");
}
