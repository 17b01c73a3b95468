using System.Buffers.Binary;
using System.IO.Compression;
using NUnit.Framework;
using SkiaSharp;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Tests.Goldens;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.EngineCases;

/// <summary>Picture files in graphs: the embedded engine decodes what TensorFlow decodes, to the same numbers where the file format leaves no choice.</summary>
[Category("Engines")]
public class DecodeTests
{
    static readonly string[] photos = ["data/images/rocket.jpg", "data/images/flower.jpg", "data/images/china.jpg", "data/cat_dog/cats/cat.7000.jpg", "data/cat_dog/dogs/dog.7011.jpg"];
    static readonly string[] drawings = ["data/images/coffee.png", "data/images/astronaut.png", "data/images/chelsea.png", "models/caffe/triplet3d/4_78.png"];

    [OneTimeSetUp]
    public void TheDecoderIsZooKeras() => PictureCodec.Register();

    static NDArray Run(string engine, Op op, byte[] file, params (string, object)[] attrs)
    {
        var contents = StateOps.Input("contents", Shape.Scalar, DType.String);
        using var session = TestEngines.Get(engine).Compile(new() { Feeds = [contents], Fetches = [A.Identity(op.Call([contents], attrs))] });
        var found = new NDArray?[1];
        session.Run([NDArray.From([file], Shape.Scalar)], found);
        return found[0]!;
    }

    /// <summary>The largest difference and the mean one.</summary>
    static (double Largest, double Mean) Apart(Op op, byte[] file, string name, params (string, object)[] attrs)
    {
        NDArray ours = Run("embedded", op, file, attrs), theirs = Run("tensorflow", op, file, attrs);
        Assert.That((ours.Shape, ours.DType), Is.EqualTo((theirs.Shape, theirs.DType)), name);
        var (largest, sum) = (0.0, 0.0);
        for (var i = 0; i < ours.Count; i++)
        {
            var apart = Math.Abs(ours.Number(i) - theirs.Number(i));
            (largest, sum) = (Math.Max(largest, apart), sum + apart);
        }
        return (largest, sum / Math.Max(1, ours.Count));
    }

    /// <summary>The hint of accuracy names the transform that both have; without it TensorFlow takes a faster one, which is rougher.</summary>
    [TestCaseSource(nameof(photos))]
    public void JpegIsDecodedAsByTensorFlow(string path)
    {
        var file = File.ReadAllBytes(Shared.File(path));
        foreach (var ratio in new long[] { 1, 2, 4, 8 })
        {
            var exact = Apart(DecodeOps.Jpeg, file, path, ("dct_method", "INTEGER_ACCURATE"), ("ratio", ratio));
            var rough = Apart(DecodeOps.Jpeg, file, path, ("ratio", ratio));
            var grey = Apart(DecodeOps.Jpeg, file, path, ("dct_method", "INTEGER_ACCURATE"), ("ratio", ratio), ("channels", 1L));
            TestContext.Out.WriteLine($"1/{ratio}: accurate {exact}, default {rough}, grey {grey}");
            Assert.That(exact.Largest, Is.Zero);
            Assert.That(rough, Is.LessThan((32.0, 0.0)));
            Assert.That(rough.Mean, Is.LessThan(2));
            Assert.That(grey.Mean, Is.LessThan(0.1));   // from red, green and blue: the file's own brightness is not to be had where a colour is cut off at 255
        }
    }

    [TestCaseSource(nameof(drawings))]
    public void PngIsDecodedAsByTensorFlow(string path) => Exact(DecodeOps.Png, File.ReadAllBytes(Shared.File(path)), path);

    [Test]
    public void PngOfEveryKindIsDecodedAsByTensorFlow([Values(SKColorType.Gray8, SKColorType.Rgba8888)] SKColorType colors, [Values(SKAlphaType.Opaque, SKAlphaType.Unpremul)] SKAlphaType alpha)
    {
        var info = new SKImageInfo(7, 5, colors, colors == SKColorType.Gray8 ? SKAlphaType.Opaque : alpha);
        using var image = SKImage.FromPixelCopy(info, Enumerable.Range(0, info.BytesSize).Select(i => (byte)(i * i + i / 3)).ToArray());
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        Exact(DecodeOps.Png, data.ToArray(), $"{colors} {alpha}");
    }

    /// <summary>Colours of 1, 2, 4, 8 and 16 bits, grey, of a table, with opacity.</summary>
    [TestCase(0, 1), TestCase(0, 2), TestCase(0, 4), TestCase(0, 16), TestCase(2, 16), TestCase(3, 4), TestCase(3, 8), TestCase(4, 8), TestCase(4, 16), TestCase(6, 16)]
    public void PngOfEveryDepthIsDecodedAsByTensorFlow(int kind, int bits)
    {
        const int Width = 7, Height = 5;
        var row = (Width * bits * kind switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 } + 7) / 8;
        var pixels = new MemoryStream();
        using (var packed = new ZLibStream(pixels, CompressionLevel.Fastest))
            for (var y = 0; y < Height; y++) packed.Write([0, .. Enumerable.Range(0, row).Select(i => (byte)(kind == 3 && bits == 8 ? (i + y) % 16 : i * 37 + y * 91))]);
        var table = kind == 3 ? Chunk("PLTE", [.. Enumerable.Range(0, 48).Select(i => (byte)(i * 5))]) : [];
        Exact(DecodeOps.Png, [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", [0, 0, 0, Width, 0, 0, 0, Height, (byte)bits, (byte)kind, 0, 0, 0]), .. table, .. Chunk("IDAT", pixels.ToArray()), .. Chunk("IEND", [])], $"{kind} {bits}");

        static byte[] Chunk(string name, byte[] content)
        {
            byte[] named = [.. name.Select(c => (byte)c), .. content], ends = new byte[8];
            BinaryPrimitives.WriteInt32BigEndian(ends, content.Length);
            BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), Keras.Saving.Crc32.Of(named));
            return [.. ends[..4], .. named, .. ends[4..]];
        }
    }

    static void Exact(Op op, byte[] file, string name)
    {
        foreach (var channels in new long[] { 0, 1, 3, 4 })
            foreach (var dtype in file[24] == 16 ? [DType.UInt8] : new[] { DType.UInt8, DType.UInt16 })
                Assert.That(Apart(op, file, $"{name} {channels} {dtype}", ("channels", channels), ("dtype", dtype)).Largest, Is.LessThanOrEqualTo(channels == 1 && file[24] == 16 ? 1 : 0), $"{channels} channels, {dtype}");   // grey is made of 8 bits
    }

    [Test]
    public void DecodeImageIsTensorFlows([Values(DType.UInt8, DType.UInt16, DType.Float32)] DType dtype, [Values(true, false)] bool animated)
    {
        foreach (var (file, name) in new[] { (File.ReadAllBytes(Shared.File(drawings[0])), "png"), (Gif(), "gif") })
            Assert.That(Apart(DecodeOps.Image, file, name, ("channels", 3L), ("dtype", dtype), ("expand_animations", animated)).Largest, Is.LessThanOrEqualTo(dtype == DType.Float32 ? 1e-7 : 0), name);
    }

    [Test]
    public void GifIsDecodedAsByTensorFlow()
    {
        Assert.That(Apart(DecodeOps.Gif, Gif(), "frames").Largest, Is.Zero);
        Assert.That(Run("embedded", DecodeOps.Gif, Gif()).Shape, Is.EqualTo(Shape.Create([3, 3, 4, 3])));
        Assert.That(Apart(DecodeOps.Gif, File.ReadAllBytes(Shared.File(drawings[0])), "a PNG as one frame").Largest, Is.Zero);
        Assert.That(() => Run("embedded", DecodeOps.Png, Gif()), Throws.TypeOf<EngineException>().With.Message.Contains("3 frames"));
    }

    /// <summary>Three frames: a whole one, one that covers a part of it, one with holes.</summary>
    internal static byte[] Gif()
    {
        var to = new List<byte>([.. "GIF89a"u8, 4, 0, 3, 0, 0xf6, 0, 0]);
        for (var i = 0; i < 128; i++) to.AddRange([(byte)(2 * i), (byte)(255 - i), (byte)(i * i)]);
        Frame(0, 0, 4, 3, false);
        Frame(1, 1, 2, 2, false);
        Frame(0, 0, 4, 3, true);
        return [.. to, 0x3b];

        void Frame(byte x, byte y, byte width, byte height, bool holes)
        {
            var pixels = Enumerable.Range(0, width * height).Select(i => (byte)((i * 11 + x * 5) % (holes ? 3 : 128)));
            to.AddRange([0x21, 0xf9, 4, (byte)(holes ? 5 : 4), 10, 0, 1, 0, 0x2c, x, 0, y, 0, width, 0, height, 0, 0, 7, (byte)(width * height + 2), 128, .. pixels, 129, 0]);
        }
    }

    [Test]
    public void BmpIsDecodedAsByTensorFlow([Values(24, 32)] int bits)
    {
        foreach (var channels in new long[] { 0, bits / 8 }) Assert.That(Apart(DecodeOps.Bmp, Bmp(bits), "bmp", ("channels", channels)).Largest, Is.Zero);
    }

    internal static byte[] Bmp(int bits, int height = 2)
    {
        var row = (3 * bits / 8 + 3) / 4 * 4;
        return [.. "BM"u8, .. BitConverter.GetBytes(54 + row * height), 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 3, 0, 0, 0, (byte)height, 0, 0, 0, 1, 0, (byte)bits, 0, .. new byte[24], .. Enumerable.Range(0, row * height).Select(i => (byte)(i * 9))];
    }

    [Test]
    public void WhatIsNoPictureIsRefused([Values("", "text", "\u00ff\u00d8\u00ff", "GIF89a")] string text)
    {
        var file = text.Select(c => (byte)c).ToArray();
        foreach (var op in new[] { DecodeOps.Jpeg, DecodeOps.Png, DecodeOps.Gif, DecodeOps.Image }) Assert.That(() => Run("embedded", op, file), Throws.TypeOf<EngineException>().With.Message.Contains("Expected"), op.Name);
    }

    [Test]
    public void DamagedPicturesAreRefusedOrDecoded()
    {
        var random = new Random(5);
        var sources = new[] { File.ReadAllBytes(Shared.File(drawings[3])), Gif(), File.ReadAllBytes(Shared.File(photos[3])) };
        var refused = 0;
        for (var i = 0; i < 120; i++)
        {
            var file = sources[i % 3].ToArray();
            if (i % 2 == 0) file = file[..random.Next(file.Length)];
            for (var k = 0; k < 4 && file.Length > 0; k++) file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            if (!HostileFile.Survives<EngineException>(() => Run("embedded", DecodeOps.Image, file), 64 << 20, 600, $"damage {i}")) refused++;
        }
        Assert.That(refused, Is.GreaterThan(40));
    }
}
