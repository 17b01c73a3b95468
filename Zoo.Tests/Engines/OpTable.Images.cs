using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    static (string, object)[] Corners(bool align, bool half) => [("align_corners", align), ("half_pixel_centers", half)];

    /// <summary>Sizes before and after resizing, with the corners' rule.</summary>
    static readonly (long[] From, int[] To, (string, object)[] Attrs)[] resizings =
    [
        ([2, 4, 5, 3], [7, 3], Corners(false, false)),
        ([2, 4, 5, 3], [7, 3], Corners(true, false)),
        ([2, 4, 5, 3], [7, 3], Corners(false, true)),
        ([1, 6, 3, 2], [2, 9], Corners(false, true)),
        ([1, 6, 3, 2], [1, 1], Corners(true, false)),
        ([3, 2, 2, 1], [5, 4], Corners(false, false)),
    ];

    static OpVariant[] Resizes(bool halves = true) => [.. resizings.Where(r => halves || !(bool)r.Attrs[1].Item2).Select(r => V([D(r.From), I(r.To)], halves ? r.Attrs : r.Attrs[..1]))];

    static OpVariant[] ResizesBack() => [.. resizings.Select(r => V([D(r.From[0], r.To[0], r.To[1], r.From[3]), D(r.From)], r.Attrs))];

    static Fixed F(params float[] values) => new(values);

    static readonly (string, object)[][] kernels = [.. from kernel in (string[])["lanczos3", "lanczos5", "gaussian", "box", "triangle", "keyscubic", "mitchellcubic", "lanczos1"] from antialias in (bool[])[true, false] select new (string, object)[] { ("kernel_type", kernel), ("antialias", antialias) }];

    static readonly Fixed projections = new(new float[,] { { 1, 0.2f, -1.3f, 0.1f, 0.9f, 0.6f, 0.01f, 0.02f }, { 0.7f, -0.4f, 2.1f, 0.3f, 1.2f, -3.2f, 0, -0.01f } });

    static Dictionary<string, OpVariant[]> Images() => new()
    {
        ["ResizeNearestNeighbor"] = Resizes(),
        ["ResizeNearestNeighborGrad"] = [.. resizings.Select(r => V([D(r.From[0], r.To[0], r.To[1], r.From[3]), I((int)r.From[1], (int)r.From[2])], r.Attrs))],
        ["ResizeBilinear"] = Resizes(),
        ["ResizeBilinearGrad"] = ResizesBack(),
        ["ResizeBicubic"] = Resizes(),
        ["ResizeBicubicGrad"] = ResizesBack(),
        ["ResizeArea"] = Resizes(halves: false),
        ["ScaleAndTranslate"] = [.. kernels.Select((k, i) => V([D(2, 5, 4, 2), I(i % 3 + 3, 7 - i % 4), F(i % 3 * 0.4f + 0.5f, 1.7f), F(0.3f * i - 2, 0.4f)], k))],
        ["ScaleAndTranslateGrad"] = [.. kernels.Select((k, i) => V([D(2, 3, 6, 2), D(2, 5, 4, 2), F(i % 3 * 0.4f + 0.5f, 1.7f), F(0.3f * i - 2, 0.4f)], k))],
        ["RGBToHSV"] = [V(D([4, 5, 3], 0.1, 1)), V(D([2, 3, 4, 3], 0.1, 1)), V(D([3], 0.1, 1))],
        ["HSVToRGB"] = [V(D([4, 5, 3], 0.1, 0.95)), V(D([2, 3, 4, 3], 0.1, 0.95)), V(D([3], 0.1, 0.95))],
        ["AdjustHue"] = [V(D([2, 4, 5, 3], 0.1, 1), F1(0.3f)) with { Smooth = false }, V(D([4, 5, 3], 0.1, 1), F1(-0.4f)) with { Smooth = false }, V(D([1, 1, 3], 0.1, 1), F1(0.9f)) with { Smooth = false }],
        ["AdjustSaturation"] = [V(D([2, 4, 5, 3], 0.1, 1), F1(0.7f)) with { Smooth = false }, V(D([4, 5, 3], 0.1, 1), F1(0.2f)) with { Smooth = false }, V(D([1, 1, 3], 0.1, 1), F1(1.5f)) with { Smooth = false }],
        ["AdjustContrastv2"] = [V(D(2, 4, 5, 3), F1(0.7f)), V(D(4, 5, 3), F1(1.8f)), V(D(1, 1, 3), F1(0.3f))],
        ["ExtractImagePatches"] = [.. from padding in (string[])["SAME", "VALID"] from step in (int[])[1, 2] select V([D(2, 6, 7, 3)], ("ksizes", new long[] { 1, 3, 2, 1 }), ("strides", new long[] { 1, step, 3, 1 }), ("rates", new long[] { 1, 3 - step, 2, 1 }), ("padding", padding)), V([D(1, 4, 4, 1)], ("ksizes", new long[] { 1, 2, 2, 1 }), ("strides", new long[] { 1, 2, 2, 1 }), ("rates", new long[] { 1, 1, 1, 1 }), ("padding", "VALID")), V([D(3, 3, 5, 2)], ("ksizes", new long[] { 1, 1, 3, 1 }), ("strides", new long[] { 1, 1, 1, 1 }), ("rates", new long[] { 1, 1, 1, 1 }), ("padding", "SAME"))],
        ["ExtractVolumePatches"] = [.. from padding in (string[])["SAME", "VALID"] from step in (int[])[1, 2] select V([D(2, 4, 3, 5, 2)], ("ksizes", new long[] { 1, 2, 3, 2, 1 }), ("strides", new long[] { 1, step, 2, step, 1 }), ("padding", padding)), V([D(1, 2, 2, 2, 1)], ("ksizes", new long[] { 1, 2, 2, 2, 1 }), ("strides", new long[] { 1, 1, 1, 1, 1 }), ("padding", "VALID")), V([D(1, 3, 2, 3, 3)], ("ksizes", new long[] { 1, 1, 2, 2, 1 }), ("strides", new long[] { 1, 2, 1, 1, 1 }), ("padding", "SAME"))],
        ["ImageProjectiveTransformV2"] = [.. Projections([])],
        ["ImageProjectiveTransformV3"] = [.. Projections([F1(1.5f)])],
        ["CropAndResize"] = [.. Crops("bilinear").Concat(Crops("nearest"))],
        ["CropAndResizeGradImage"] = [.. from method in (string[])["bilinear", "nearest"] select V([D(3, 4, 5, 2), boxes, I(1, 0, 1), I(2, 6, 5, 2)], ("T", DType.Float32), ("method", method)), V([D(3, 2, 2, 1), boxes, I(0, 0, 0), I(1, 3, 3, 1)], ("T", DType.Float32)), V([D(3, 3, 5, 2), boxes, I(2, 0, 1), I(3, 4, 7, 2)], ("T", DType.Float32))],
        ["CropAndResizeGradBoxes"] = [V(D(3, 4, 5, 2), D(2, 6, 5, 2), boxes, I(1, 0, 1)), V(D(3, 2, 2, 1), D(1, 3, 3, 1), boxes, I(0, 0, 0)), V(D(3, 3, 5, 2), D(3, 4, 7, 2), boxes, I(2, 0, 1))],
    };

    /// <summary>Picture files: the reference ones are in <see cref="DecodeTests"/>.</summary>
    static Dictionary<string, OpVariant[]> Files()
    {
        Keras.PictureCodec.Register();
        Fixed[] pngs = Drawn(SkiaSharp.SKEncodedImageFormat.Png), jpegs = Drawn(SkiaSharp.SKEncodedImageFormat.Jpeg);
        var gif = File(DecodeTests.Gif());
        DType[] types = [DType.UInt8, DType.UInt16, DType.Float32];
        return new()
        {
            ["DecodeJpeg"] = [.. from channels in (long[])[0, 3] from ratio in (long[])[1, 2, 4, 8] from jpeg in jpegs select V([jpeg], ("channels", channels), ("ratio", ratio), ("dct_method", "INTEGER_ACCURATE")) with { OnlyKnown = true }],
            ["DecodePng"] = [.. from channels in (long[])[0, 1, 3, 4] from type in types[..2] from png in pngs select V([png], ("channels", channels), ("dtype", type)) with { OnlyKnown = true }],
            ["DecodeGif"] = [V(gif), .. pngs.Select(png => V(png))],
            ["DecodeBmp"] = [.. from channels in (long[])[0, 3] from height in (int[])[1, 2, 5] select V([File(DecodeTests.Bmp(24, height))], ("channels", channels))],
            ["DecodeImage"] = [.. from type in types from animated in (bool[])[true, false] from file in (Fixed[])[.. pngs, gif] select V([file], ("dtype", type), ("channels", 3L), ("expand_animations", animated)) with { OnlyKnown = true }],
        };

        static Fixed File(byte[] bytes) => new(NDArray.From([bytes], Shape.Scalar));

        static Fixed[] Drawn(SkiaSharp.SKEncodedImageFormat format) => [.. new[] { (17, 9), (8, 8), (24, 16) }.Select(size => Picture(format, size.Item1, size.Item2))];

        static Fixed Picture(SkiaSharp.SKEncodedImageFormat format, int width, int height)
        {
            var info = new SkiaSharp.SKImageInfo(width, height, SkiaSharp.SKColorType.Rgba8888, SkiaSharp.SKAlphaType.Opaque);
            using var image = SkiaSharp.SKImage.FromPixelCopy(info, [.. Enumerable.Range(0, info.BytesSize).Select(i => (byte)(i % 4 * 60 + i / 4 % 17 * 9 + i / 68 * 5))]);
            using var data = image.Encode(format, 90);
            return File(data.ToArray());
        }
    }

    static Fixed F1(float value) => new(NDArray.Scalar(value));

    static readonly Fixed boxes = new(new float[,] { { 0.11f, 0.23f, 0.87f, 0.71f }, { -0.2f, 0.13f, 0.57f, 1.31f }, { 0.93f, 0.87f, 0.17f, 0.05f } });

    static IEnumerable<OpVariant> Crops(string method) =>
        [V([D(2, 6, 5, 2), boxes, I(1, 0, 1), I(4, 3)], ("method", method), ("extrapolation_value", 0.5)), V([D(2, 6, 5, 2), boxes, I(1, 0, 1), I(1, 1)], ("method", method)), V([D(1, 3, 3, 1), boxes, I(0, 0, 0), I(2, 2)], ("method", method)), V([D(3, 4, 7, 2), boxes, I(2, 0, 1), I(3, 5)], ("method", method))];

    static IEnumerable<OpVariant> Projections(OpInput[] fill) =>
        from mode in (string[])["REFLECT", "WRAP", "CONSTANT", "NEAREST"]
        from interpolation in (string[])["NEAREST", "BILINEAR"]
        from shape in (Shape[])[[2, 5, 6, 3], [2, 3, 3, 1], [2, 4, 7, 2]]
        select V([D(shape, -2, 2), projections, I(6, 4), .. fill], ("interpolation", interpolation), ("fill_mode", mode));
}
