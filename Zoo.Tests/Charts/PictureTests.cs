using NUnit.Framework;
using SkiaSharp;
using Zoo.Autograd;
using Zoo.Keras.Charts;

namespace Zoo.Tests.Charts;

internal sealed class PictureTests
{
    static readonly (string, IReadOnlyList<double>)[] Losses = [("loss", [1, .5, .25]), ("val_loss", [1.1, .6, .5])];
    static readonly (string, IReadOnlyList<double>)[] All = [.. Losses, ("accuracy", [.5, .8, .9]), ("val_accuracy", [.5, .7, .8])];

    static SKBitmap Decode(Picture picture)
    {
        var bitmap = SKBitmap.Decode(picture.Png.Span);
        Assert.That((bitmap.Width, bitmap.Height), Is.EqualTo((picture.Width, picture.Height)));
        return bitmap;
    }

    static Picture Curve((string, IReadOnlyList<double>)[] curves, bool fonts = true) => Picture.Draw("test", 900, 400, c => CurvePlot.Draw(c, 900, 400, curves, fonts));

    static int Count(SKBitmap bitmap, Func<SKColor, bool> where, int fromX = 0, int toX = int.MaxValue)
    {
        var n = 0;
        for (var y = 0; y < bitmap.Height; y++)
            for (var x = fromX; x < Math.Min(toX, bitmap.Width); x++)
                if (where(bitmap.GetPixel(x, y))) n++;
        return n;
    }

    static bool Dark(SKColor c) => c.Red < 90 && c.Green < 90 && c.Blue < 90;
    static bool Coloured(SKColor c) => Math.Max(c.Red, Math.Max(c.Green, c.Blue)) - Math.Min(c.Red, Math.Min(c.Green, c.Blue)) > 60;
    static bool Red(SKColor c) => c is { Red: > 180, Green: < 90, Blue: < 90 };

    [TestCase(true), TestCase(false)]
    public void CurvesStandInTwoHalves(bool fonts)
    {
        using var both = Decode(Curve(All, fonts));
        using var one = Decode(Curve(Losses, fonts));
        Assert.That(Count(both, Coloured, 0, 450), Is.GreaterThan(300), "losses");
        Assert.That(Count(both, Coloured, 450), Is.GreaterThan(300), "metrics");
        Assert.That(Count(both, Dark), Is.GreaterThan(1000), "axes and letters");
        Assert.That(Count(one, Coloured), Is.GreaterThan(300));
        Assert.That(both.Bytes.SequenceEqual(one.Bytes), Is.False);
    }

    [Test]
    public void TheCurveIsThatOfTheNumbers()
    {
        // the line of falling values starts high and ends low: the mean height of coloured pixels tells
        using var falling = Decode(Curve([("loss", [1, .75, .5, .25, 0])]));
        using var rising = Decode(Curve([("loss", [0, .25, .5, .75, 1])]));
        Assert.That(Middle(falling, 100, 300) + 40, Is.LessThan(Middle(falling, 600, 850)));
        Assert.That(Middle(rising, 100, 300), Is.GreaterThan(Middle(rising, 600, 850) + 40));

        static double Middle(SKBitmap b, int from, int to) =>
            Enumerable.Range(60, b.Height - 60).SelectMany(y => Enumerable.Range(from, to - from).Where(x => Coloured(b.GetPixel(x, y))).Select(_ => (double)y)).Average();
    }

    [Test]
    public void NumbersThatAreNoneAreLeftOut()
    {
        using var one = Decode(Curve([("loss", [1, double.NaN, double.PositiveInfinity, .5])]));
        Assert.That(Count(one, Coloured), Is.GreaterThan(100));
        using var none = Decode(Curve([("loss", [double.NaN])]));
        Assert.That(none.Width, Is.EqualTo(900));
        Assert.That(() => Curve([]), Throws.ArgumentException.With.Message.Contains("no epoch"));
    }

    static NDArray Digits(int n)
    {
        var images = NDArray.Zeros([n, 28, 28], DType.UInt8);
        for (var i = 0; i < n; i++) images.Rows(i, 1).AsSpan<byte>().Fill((byte)(i * 20));
        return images;
    }

    [Test]
    public void WrongSamplesAreMarkedAndOnlyThese()
    {
        using var allRight = Decode(Picture.Samples(Digits(10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], columns: 5));
        Assert.That(Count(allRight, Red), Is.Zero);
        var cell = allRight.Width / 5;
        using var third = Decode(Picture.Samples(Digits(10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 1, 9, 3, 4, 5, 6, 7, 8, 9], columns: 5));
        Assert.That(Count(third, Red, 2 * cell - 4, 3 * cell + 8), Is.EqualTo(Count(third, Red)).And.GreaterThan(300));
        // grey levels of the samples: the last one is 180
        var (x, y) = (third.Width - 8 - cell / 2, third.Height / 2 + 40);
        Assert.That(third.GetPixel(x, y), Is.EqualTo(new SKColor(180, 180, 180)));
    }

    [Test]
    public void ColouredSamplesAndFloatsAreDrawn()
    {
        var images = NDArray.Zeros([1, 4, 4, 3], DType.Float32);
        for (var i = 0; i < 16; i++) images.AsSpan<float>()[i * 3 + 2] = i < 8 ? 1 : .5f;
        using var picture = Decode(Picture.Samples(images, [1], [1], ["cat", "dog"]));
        Assert.That(picture.GetPixel(40, 20), Is.EqualTo(new SKColor(0, 0, 255)));
        Assert.That(picture.GetPixel(40, 75), Is.EqualTo(new SKColor(0, 0, 128)));
    }

    [Test]
    public void WhatDoesNotBelongTogetherIsRefused()
    {
        Assert.That(() => Picture.Samples(Digits(3), [1, 2], [1, 2, 3]), Throws.ArgumentException.With.Message.Contains("3 images, 2 expected"));
        Assert.That(() => Picture.Samples(NDArray.Zeros([3, 28]), [1, 2, 3], [1, 2, 3]), Throws.ArgumentException.With.Message.Contains("[3, 28]"));
        Assert.That(() => Picture.Samples(Digits(1), [2], [0], ["a", "b"]), Throws.ArgumentException.With.Message.Contains("class 2"));
        Assert.That(() => Picture.Samples(Digits(1), [0], [0], columns: 0), Throws.ArgumentException);
    }

    [Test]
    public void DotsTellAllLettersApart()
    {
        var seen = new HashSet<string>();
        foreach (var letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-_%:/>()+=,#?~")
        {
            using var bitmap = new SKBitmap(8, 10);
            using (var canvas = new SKCanvas(bitmap))
            using (var paint = new SKPaint { Color = SKColors.Black })
            {
                canvas.Clear(SKColors.White);
                PixelFont.Draw(canvas, letter.ToString(), 1, 9, 1, paint);
            }
            Assert.That(Count(bitmap, Dark), Is.InRange(3, 30), $"{letter}");
            Assert.That(seen.Add(Convert.ToHexString(bitmap.Bytes)), $"{letter} looks like another");
        }
    }

    [Test]
    public void SaveReplacesAFileAndNamesAPathThatCannotBe()
    {
        var folder = Directory.CreateTempSubdirectory("zoo-picture-").FullName;
        try
        {
            var path = Path.Combine(folder, "curve.png");
            File.WriteAllText(path, "old");
            var picture = Curve(Losses);
            picture.Save(path);
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(picture.Png.ToArray()));
            Assert.That(() => picture.Save(Path.Combine(folder, "absent", "curve.png")), Throws.InstanceOf<IOException>().With.Message.Contains("absent"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
