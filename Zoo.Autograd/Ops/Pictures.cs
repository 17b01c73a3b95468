using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>What layers do with pictures [batch, height, width, channels], in TensorFlow's ops.</summary>
internal static class Pictures
{
    internal static readonly string[] Methods = ["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"];

    /// <summary>Resized by one of <see cref="Methods"/>, as TensorFlow's image functions do: half pixels, and float32 unless nearest or nothing changes.</summary>
    internal static Variable Resize(Variable x, Variable height, Variable width, string method, bool antialias)
    {
        if (Same(x, 1, height) && Same(x, 2, width)) return x;
        var size = A.Stack([height, width]);
        var half = ("half_pixel_centers", (object)true);
        return method switch
        {
            "nearest" => ResizeOps.ResizeNearestNeighbor.Call([x, size], half),
            "area" => ResizeOps.ResizeArea.Call(x, size),
            "bilinear" when !antialias => ResizeOps.ResizeBilinear.Call([x, size], half),
            "bicubic" when !antialias => ResizeOps.ResizeBicubic.Call([x, size], half),
            _ => ResizeOps.ScaleAndTranslate.Call([x, size, A.Cast(size, DType.Float32) / A.Cast(A.Stack([A.SizeOf(x, 1), A.SizeOf(x, 2)]), DType.Float32), A.Constant(NDArray.From(new float[2]))],
                ("kernel_type", method switch { "bilinear" => "triangle", "bicubic" => "keyscubic", _ => method }), ("antialias", antialias)),
        };
    }

    static bool Same(Variable x, int axis, Variable size) => Graph.ShapeValues.Of(size) is [>= 0 and var known] && x.Shape[axis] == known;

    /// <summary>Seen through a projection for each picture: rows of eight numbers.</summary>
    internal static Variable Project(Variable x, Variable transforms, string interpolation, string fillMode, double fill) =>
        ProjectionOps.ImageProjectiveTransformV3.Call([x, A.Cast(transforms, DType.Float32), A.Stack([A.SizeOf(x, 1), A.SizeOf(x, 2)]), A.Constant(fill, DType.Float32)],
            ("interpolation", interpolation.ToUpperInvariant()), ("fill_mode", fillMode.ToUpperInvariant()));

    /// <summary>Brightness as the eye weighs the colours: one channel.</summary>
    internal static Variable Grayscale(Variable rgb) => A.Sum(rgb * A.Cast(A.Constant(NDArray.From(new[] { 0.2989, 0.5870, 0.1140 })), rgb.DType), -1, keepDims: true);

    /// <summary>The projections that send four corners, [batch, 1] each for x and y in the order top left, top right, bottom right, bottom left, to those of a picture: seen through them the corners' quadrilateral fills it.</summary>
    internal static Variable Homography((Variable X, Variable Y)[] corners, Variable width, Variable height)
    {
        // From the unit square to the quadrilateral in closed form (Heckbert 1989), turned round by the adjugate.
        var ((x0, y0), (x1, y1), (x2, y2), (x3, y3)) = (corners[0], corners[1], corners[2], corners[3]);
        var (dx1, dx2, dy1, dy2, sx, sy) = (x1 - x2, x3 - x2, y1 - y2, y3 - y2, x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
        var area = dx1 * dy2 - dx2 * dy1;
        var (g, h) = ((sx * dy2 - dx2 * sy) / area, (dx1 * sy - sx * dy1) / area);
        var (a, b, c, d, e, f) = (x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0);
        var last = a * e - b * d;
        Variable[] inverse = [(e - f * h) * width, (c * h - b) * width, (b * f - c * e) * width, (f * g - d) * height, (a - c * g) * height, (c * d - a * f) * height, d * h - e * g, b * g - a * h];
        return A.Concat([.. inverse.Select(v => v / last)], 1);
    }
}
