using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>What a picture file holds, all frames whole: red, green, blue and opacity of each pixel, not multiplied, one after the other.</summary>
/// <param name="Pixels">uint8 [frames, height, width, 4].</param>
/// <param name="IsGrey">Whether the file has one colour channel.</param>
internal sealed record PicturePixels(NDArray Pixels, bool IsGrey);

/// <summary>What decodes a file: its bytes, how many times smaller the picture is wanted.</summary>
internal delegate PicturePixels PictureDecoder(byte[] file, int ratio);

/// <summary>Pictures of files in the forms that TensorFlow's ops give. Decoders are another library's: Zoo.Keras brings one.</summary>
internal static class PictureFile
{
    internal enum Format { Unknown, Jpeg, Png, Gif, Bmp }

    /// <summary>Decodes JPEG, PNG and GIF; null where no library has given a decoder.</summary>
    internal static PictureDecoder? Decoder { get; set; }

    internal static Format FormatOf(ReadOnlySpan<byte> file) =>
        file.StartsWith<byte>([0xff, 0xd8, 0xff]) ? Format.Jpeg : file.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]) ? Format.Png
        : file.StartsWith("GIF8"u8) ? Format.Gif : file.StartsWith("BM"u8) ? Format.Bmp : Format.Unknown;

    /// <summary>The frames of a file, [frames, height, width, channels].</summary>
    /// <param name="node">Who asks.</param>
    /// <param name="file">The file's bytes.</param>
    /// <param name="channels">How many channels are wanted; 0: as the file has them.</param>
    /// <param name="ratio">How many times smaller a JPEG is decoded.</param>
    internal static NDArray Decode(Node node, byte[] file, int channels, int ratio)
    {
        var format = FormatOf(file);
        if (format == Format.Unknown) throw Bad(node, $"the {file.Length} bytes are no picture", "JPEG, PNG, GIF or BMP");
        if (format == Format.Bmp) return Bmp(node, file, channels);
        var decoder = Decoder ?? throw Bad(node, "nothing decodes pictures in this program", "Zoo.Keras, whose decoder is used: name one of its types before");
        PicturePixels found;
        try
        {
            found = decoder(file, format == Format.Jpeg ? ratio : 1);
        }
        catch (InvalidDataException e)
        {
            throw new EngineException($"{node.Name ?? node.Op.Name}: {e.Message}", e) { Op = node.Op.Name };
        }
        var own = Channels(format, file, found.IsGrey);
        var wanted = channels == 0 ? own : channels;
        if (format == Format.Jpeg && wanted is not (1 or 3) || format == Format.Gif && wanted != 3) throw Bad(node, $"{wanted} channels are asked of a {format} picture", format == Format.Jpeg ? "1 or 3" : "3");
        return Pick(found, wanted, format, wanted == 4 && own < 4 && format == Format.Png && file[24] < 8 ? (byte)((1 << file[24]) - 1) : null);
    }

    /// <summary>How many channels a file has.</summary>
    static int Channels(Format format, byte[] file, bool grey) => format switch
    {
        Format.Png => (file.Length > 25 ? file[25] : 2) switch { 0 => 1, 4 => 2, 6 => 4, 3 => file.AsSpan(0, Math.Max(0, file.AsSpan().IndexOf("IDAT"u8))).IndexOf("tRNS"u8) > 0 ? 4 : 3, _ => 3 },
        Format.Jpeg => grey ? 1 : 3,
        _ => 3,
    };

    /// <summary>Rows of blue, green, red and opacity, from the bottom up where the height is positive.</summary>
    static NDArray Bmp(Node node, byte[] file, int channels)
    {
        if (file.Length < 54) throw Bad(node, "the file ends within its head", "a whole BMP file");
        int Number(int at) => System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
        long start = Number(10), width = Number(18), height = Math.Abs((long)Number(22)), own = BitConverter.ToUInt16(file, 28) / 8, row = (own * 8 * width + 31) / 32 * 4;
        if (own is not (1 or 3 or 4) || channels != 0 && channels != own) throw Bad(node, $"{channels} channels are asked of a BMP picture of {BitConverter.ToUInt16(file, 28)} bits", "8, 24 or 32 bits, and as many channels, or 0");
        if (width <= 0 || height == 0 || start < 0 || row > file.Length || height > file.Length || start + row * height > file.Length) throw Bad(node, $"a BMP picture of {width} x {height} does not fit in the {file.Length} bytes of the file", "a whole BMP file");
        var to = new byte[height * width * own];
        for (var i = 0; i < to.Length; i++)
        {
            var (y, x, c) = (i / (width * own), i / own % width, i % own);
            to[i] = file[start + (Number(22) > 0 ? height - 1 - y : y) * row + x * own + (c < 3 && own > 1 ? 2 - c : c)];
        }
        return NDArray.From(to, [1, height, width, own]);
    }

    /// <param name="from">All channels.</param>
    /// <param name="channels">How many are wanted.</param>
    /// <param name="format">Which decides what grey is.</param>
    /// <param name="opacity">In place of the file's: of a picture with less than 8 bits TensorFlow makes the largest number of so many.</param>
    static NDArray Pick(PicturePixels from, int channels, Format format, byte? opacity)
    {
        var shape = from.Pixels.Shape;
        var to = new byte[shape.Elements / 4 * channels];
        var pixels = from.Pixels.AsSpan<byte>();
        for (int i = 0, at = 0; at < to.Length; i += 4, at += channels)
        {
            to[at] = channels > 2 || from.IsGrey ? pixels[i] : Grey(pixels[i], pixels[i + 1], pixels[i + 2], format);
            if (channels > 2) (to[at + 1], to[at + 2]) = (pixels[i + 1], pixels[i + 2]);
            if (channels is 2 or 4) to[at + channels - 1] = opacity ?? pixels[i + 3];
        }
        return NDArray.From(to, shape.With(-1, channels));
    }

    /// <summary>The brightness of a colour by JPEG's rule, or by libpng's, which rounds down.</summary>
    static byte Grey(int red, int green, int blue, Format format) =>
        (byte)(format == Format.Jpeg ? (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16 : (9797 * red + 19234 * green + 3737 * blue) >> 15);

    internal static EngineException Bad(Node node, string what, string expected) => new($"{node.Name ?? node.Op.Name} ({node.Op.Name}): {what}. Expected {expected}.") { Op = node.Op.Name };
}
