using SkiaSharp;

namespace Zoo.Keras.Data;

/// <summary>Pictures of files as arrays (Keras' <c>load_img</c> and <c>image_dataset_from_directory</c>).</summary>
public static class Images
{
    /// <summary>A picture with more pixels than this is refused: a small file can claim any size.</summary>
    const long MostPixels = 1 << 28;

    static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];

    /// <summary>The picture of a file, JPEG, PNG, BMP, GIF (its first frame) or WebP: bytes [height, width, 3] of red, green and blue.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It holds no picture, a part of one, or one that is too large.</exception>
    public static NDArray Load(string path)
    {
        using var stream = File.OpenRead(path);
        using var codec = SKCodec.Create(stream, out var result) ?? throw Bad(path, $"no picture is in it ({result})");
        var (height, width) = (codec.Info.Height, codec.Info.Width);
        if ((long)height * width > MostPixels) throw Bad(path, $"it is {width} x {height} pixels large, more than {MostPixels:N0} in all");
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success) throw Bad(path, $"its picture is damaged ({result})");
        var rgb = new byte[height * width * 3];
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < height * width; i++) pixels.Slice(4 * i, 3).CopyTo(rgb.AsSpan(3 * i));
        return NDArray.From(rgb, [height, width, 3]);
    }

    /// <summary>The pictures of a folder that has a folder for each class, all in one size; classes and files in the order of their names.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="height">The height of the result.</param>
    /// <param name="width">The width of the result; pictures of another size are resized, bilinear.</param>
    /// <returns>Pictures as bytes [n, height, width, 3], the number of the class of each, int32 [n], and the names of the classes.</returns>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="InvalidDataException">It has no folders with pictures, or a file is no picture.</exception>
    public static (NDArray X, NDArray Y, string[] Classes) FromDirectory(string folder, int height = 256, int width = 256)
    {
        var classes = (from of in Directory.GetDirectories(folder).Order(StringComparer.Ordinal)
                       select (Name: Path.GetFileName(of), Files: Directory.GetFiles(of).Where(f => Endings.Contains(Path.GetExtension(f).ToLowerInvariant())).Order(StringComparer.Ordinal).ToArray())).ToArray();
        var count = classes.Sum(c => c.Files.Length);
        if (count == 0) throw new InvalidDataException($"Images: '{folder}' has {classes.Length} folders and no picture in them. Expected a folder for each class with files that end in {string.Join(", ", Endings)}.");
        Sequential resizing = [new InputLayer([Dim.Any, Dim.Any, Dim.Any, 3], DType.UInt8), new Resizing(height, width)];
        var x = NDArray.Zeros([count, height, width, 3], DType.UInt8);
        var y = new int[count];
        var at = 0;
        for (var label = 0; label < classes.Length; label++)
            foreach (var file in classes[label].Files)
            {
                var picture = Load(file);
                if (picture.Shape[0] != height || picture.Shape[1] != width) picture = resizing.Predict(picture.Reshape([1, .. picture.Shape.Dims]));
                picture.AsSpan<byte>().CopyTo(x.Rows(at, 1).AsSpan<byte>());
                y[at++] = label;
            }
        return (x, NDArray.From(y, [count]), Array.ConvertAll(classes, c => c.Name));
    }

    static InvalidDataException Bad(string path, string what) => new($"Images: '{path}': {what}. Expected a picture as JPEG, PNG, BMP, GIF or WebP. Save it again.");
}
