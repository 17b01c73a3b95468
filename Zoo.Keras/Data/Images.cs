using SkiaSharp;

namespace Zoo.Keras;

/// <summary>Pictures of files as arrays: JPEG, PNG, BMP, GIF (the first frame), WebP.</summary>
public static class Images
{
    /// <summary>The picture of a file as it is: bytes [height, width, 3] of red, green and blue.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It holds no picture, a part of one, or one that is too large.</exception>
    public static NDArray Load(string path)
    {
        using var bitmap = Bitmap(File.ReadAllBytes(path), path, null, null, scaledDecoding: false);
        var rgb = NDArray.Zeros([bitmap.Height, bitmap.Width, 3], DType.UInt8);
        var bytes = rgb.AsSpan<byte>();
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < bitmap.Height * bitmap.Width; i++) pixels.Slice(4 * i, 3).CopyTo(bytes[(3 * i)..]);
        return rgb;
    }

    /// <summary>The picture of a file as float32 [height, width, channels], 0 to 255: Keras' <c>load_img</c> with <c>img_to_array</c>, and TensorFlow's resizing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="height">The height to resize to; null: as it is.</param>
    /// <param name="width">The width to resize to; null: as it is.</param>
    /// <param name="channels">1: grey, 3: red, green, blue, 4: with opacity.</param>
    /// <param name="interpolation"><c>bilinear</c> or <c>nearest</c>.</param>
    /// <param name="cropToAspectRatio">Whether the picture is cut, not distorted.</param>
    /// <param name="padToAspectRatio">Whether black is added so that the picture is not distorted.</param>
    /// <param name="scaledDecoding">Whether a JPEG picture is decoded at a lower resolution that is still as large as what is asked for: several times faster, with slightly other values.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It holds no picture, a part of one, or one that is too large.</exception>
    public static NDArray Read(string path, int? height = null, int? width = null, int channels = 3, string interpolation = "bilinear", bool cropToAspectRatio = false, bool padToAspectRatio = false, bool scaledDecoding = false) =>
        Decode(File.ReadAllBytes(path), path, height, width, channels, interpolation, cropToAspectRatio, padToAspectRatio, scaledDecoding);

    /// <summary>A picture in memory; the arguments are those of <see cref="Read"/>.</summary>
    public static NDArray Decode(byte[] file, string name = "picture", int? height = null, int? width = null, int channels = 3, string interpolation = "bilinear", bool cropToAspectRatio = false, bool padToAspectRatio = false, bool scaledDecoding = false)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (channels is not (1 or 3 or 4)) throw new ArgumentOutOfRangeException(nameof(channels), $"Images: {channels} channels. Expected 1 (grey), 3 (red, green, blue) or 4 (with opacity).");
        if (interpolation is not ("bilinear" or "nearest")) throw new ArgumentException($"Images: interpolation '{interpolation}' is not known here. Expected bilinear or nearest. For others read the picture as it is and use the Resizing layer.");
        if (height <= 0 || width <= 0) throw new ArgumentOutOfRangeException(nameof(height), $"Images: {height} x {width} is no size of a picture. Expected positive numbers.");
        using var bitmap = Bitmap(file, name, height, width, scaledDecoding);
        var frame = Frame.Of(bitmap.Height, bitmap.Width, height ?? bitmap.Height, width ?? bitmap.Width, cropToAspectRatio, padToAspectRatio);
        return Resampling.Resize(bitmap.GetPixelSpan(), bitmap.Height, bitmap.Width, channels, frame, interpolation == "nearest");
    }

    /// <summary>The pictures of a folder that has a folder for each class, all in one size and in memory; classes and files in the order of their names. <see cref="Dataset.ImageDatasetFromDirectory"/> reads them batch by batch.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="height">The height of the result.</param>
    /// <param name="width">The width of the result; pictures of another size are resized, bilinear.</param>
    /// <returns>Pictures as bytes [n, height, width, 3], the number of the class of each, int32 [n], and the names of the classes.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">It has no folders with pictures.</exception>
    /// <exception cref="DatasetException">A file is no picture.</exception>
    public static (NDArray X, NDArray Y, string[] Classes) FromDirectory(string folder, int height = 256, int width = 256)
    {
        var data = Dataset.ImageDatasetFromDirectory(folder, shuffle: false, batchSize: null, imageSize: (height, width));
        var (x, y) = (NDArray.Zeros([data.FilePaths.Count, height, width, 3], DType.UInt8), NDArray.Zeros([data.FilePaths.Count], DType.Int32));
        var at = 0;
        foreach (var (picture, label) in data)
        {
            var bytes = x.Rows(at, 1).AsSpan<byte>();
            var values = picture.AsSpan<float>();
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(values[i] + 0.5f);
            y.Put(at++, label!);
        }
        return (x, y, [.. data.ClassNames]);
    }

    /// <summary>Writes a picture as JPEG, PNG or WebP, by the name's ending: Keras' <c>save_img</c>.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="picture">Bytes or floats from 0 to 255 [height, width, 3] of red, green and blue.</param>
    /// <param name="quality">Of JPEG and WebP, 0 to 100.</param>
    /// <exception cref="ArgumentException">The array is no picture, or the ending is not known.</exception>
    public static void Save(string path, NDArray picture, int quality = 95)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Shape.Rank != 3 || picture.Shape[2] != 3 || picture.Count == 0 || picture.DType is not (DType.UInt8 or DType.Float32)) throw new ArgumentException($"Images.Save: the picture is {picture.DType.Name()} {picture.Shape}. Expected uint8 or float32 [height, width, 3].");
        var format = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jpg" or ".jpeg" => SKEncodedImageFormat.Jpeg,
            ".png" => SKEncodedImageFormat.Png,
            ".webp" => SKEncodedImageFormat.Webp,
            var ending => throw new ArgumentException($"Images.Save: '{ending}' is no known ending. Expected .jpg, .png or .webp."),
        };
        var (height, width) = ((int)picture.Shape[0], (int)picture.Shape[1]);
        var pixels = new byte[height * width * 4];
        for (var i = 0; i < height * width; i++)
        {
            for (var c = 0; c < 3; c++) pixels[4 * i + c] = (byte)Math.Clamp(picture.Number(3 * i + c) + 0.5, 0, 255);
            pixels[4 * i + 3] = 255;
        }
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque), pixels);
        using var data = image.Encode(format, quality);
        Saving.AtomicFile.Write(path, data.SaveTo);
    }

    static SKBitmap Bitmap(byte[] file, string name, int? height, int? width, bool scaledDecoding)
    {
        using var codec = PictureCodec.Open(file, name);
        var whole = codec.Info.Size;
        var size = scaledDecoding && (height ?? width) is not null ? codec.GetScaledDimensions((float)Math.Min(1, Math.Max((height ?? 1) / (double)whole.Height, (width ?? 1) / (double)whole.Width))) : whole;
        return PictureCodec.Decode(codec, size.Width < (width ?? 0) || size.Height < (height ?? 0) ? whole : size, name);
    }
}
