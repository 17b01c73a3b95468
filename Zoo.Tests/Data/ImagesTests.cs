using NUnit.Framework;
using SkiaSharp;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Saving;

namespace Zoo.Tests.Data;

public sealed class ImagesTests : InFolder
{
    static readonly byte[] Colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 40, 50, 60, 70, 80, 90];

    /// <summary>Two rows of three pixels.</summary>
    void Write(string path, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(3, 2, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var i = 0; i < 6; i++) bitmap.SetPixel(i % 3, i / 3, new(Colours[3 * i], Colours[3 * i + 1], Colours[3 * i + 2]));
        using var data = bitmap.Encode(format, 100);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, data.ToArray());
    }

    [Test]
    public void APictureIsItsPixels()
    {
        Write(At("a.png"));
        var picture = Images.Load(At("a.png"));
        Assert.That((picture.DType, picture.Shape), Is.EqualTo((DType.UInt8, Shape.Create([2, 3, 3]))));
        Assert.That(picture.ToArray<byte>(), Is.EqualTo(Colours));
    }

    [Test]
    public void AFolderForEachClass()
    {
        Write(At("b/2.png"));
        Write(At("b/1.jpg"), SKEncodedImageFormat.Jpeg);
        Write(At("a/x.PNG"));
        File.WriteAllText(At("b/notes.txt"), "no picture");
        var (x, y, classes) = Images.FromDirectory(Folder, 4, 6);
        Assert.That((x.DType, x.Shape), Is.EqualTo((DType.UInt8, Shape.Create([3, 4, 6, 3]))));
        Assert.That((y.ToArray<int>(), classes), Is.EqualTo((new[] { 0, 1, 1 }, new[] { "a", "b" })));
        var same = Images.FromDirectory(Folder, 2, 3).X;
        Assert.That(same.Rows(0, 1).ToArray<byte>(), Is.EqualTo(Colours));
        Assert.That(same.Rows([2]).ToArray<byte>(), Is.EqualTo(Colours), "b/2.png comes after b/1.jpg");
    }

    [Test]
    public void WhatIsNoPictureIsSaid()
    {
        Write(At("a.png"));
        var whole = File.ReadAllBytes(At("a.png"));
        for (var length = 0; length < whole.Length; length += 5)
        {
            File.WriteAllBytes(At("part.png"), whole[..length]);
            try { Assert.That(Images.Load(At("part.png")).ToArray<byte>(), Is.EqualTo(Colours), "only what comes after the pixels may be missing"); }
            catch (InvalidDataException e) { Assert.That(e.Message, Does.Contain("part.png")); }
            if (length < 50) Assert.That(() => Images.Load(At("part.png")), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        }
        Assert.That(() => Images.FromDirectory(Folder), Throws.ArgumentException.With.Message.Contains("no files"));
        Assert.That(() => Images.Load(At("none.png")), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void WhatIsSavedIsRead([Values("png", "webp", "jpg")] string ending)
    {
        var picture = NDArray.From(Colours, [2, 3, 3]);
        Images.Save(At($"a.{ending}"), picture, quality: 100);
        Assert.That(Images.Load(At($"a.{ending}")).Shape, Is.EqualTo(picture.Shape));
        if (ending == "png") Assert.That(Images.Load(At("a.png")).ToArray<byte>(), Is.EqualTo(Colours));
        Assert.That(() => Images.Save(At("a.tiff"), picture), Throws.ArgumentException.With.Message.Contains(".png"));
        Assert.That(() => Images.Save(At("a.png"), NDArray.Zeros([2, 3])), Throws.ArgumentException);
    }

    [Test]
    public void APictureThatClaimsTooMuchIsRefused()
    {
        Write(At("a.bmp"));   // a PNG; its header says how large it is
        var bytes = File.ReadAllBytes(At("a.bmp"));
        (bytes[16], bytes[20]) = (0x7f, 0x7f);
        File.WriteAllBytes(At("a.bmp"), bytes);
        Assert.That(() => Images.Load(At("a.bmp")), Throws.TypeOf<InvalidDataException>());
    }
}
