using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Parts of pictures cut out by boxes [y1, x1, y2, x2], where 0 and 1 are the first and last pixel, and resized.</summary>
internal static class CropOps
{
    const string Pictures = "uint8|uint16|int8|int16|int32|int64|float16|float32|float64";

    internal static readonly Op CropAndResize = new("CropAndResize", $"image:T boxes:float32 box_ind:int32 crop_size:int32 -> crops:float32 ; T:{Pictures} method:string=bilinear extrapolation_value:float=0")
    {
        Shape = s =>
        {
            s.Rank(0, 4);
            s.Vector(3, 2);
            var boxes = Boxes(s, 1);
            var size = s.Value(3) ?? [Dim.Any, Dim.Any];
            if (s.Known(3)?.Any(d => d < 1) == true) throw s.Fail("the crop size is not positive", "Expected a positive height and width.");
            if (s[0].HasRank && (s[0][1] == 0 || s[0][2] == 0)) throw s.Fail("the pictures are empty", "Expected at least one row and column.");
            return Shape.Create([boxes, .. size, s[0].HasRank ? s[0][3] : Dim.Any]);
        },
        Grad = (n, g) =>
        [
            n[0].DType.IsFloat() ? CropAndResizeGradImage!.Call([g, n[1], n[2], A.ShapeOf(n[0])], ("T", n[0].DType), ("method", n.Text("method"))) : null,
            n.Text("method") == "bilinear" ? CropAndResizeGradBoxes!.Call([g, n[0], n[1], n[2]]) : null, null, null,
        ],
        Kernel = k => k.Host(new Cropper(k.Node, k.Shape(0), k.OutShape()).Crop, [k.Cast(k[0], DType.Float32), k[1], k[2]], (k.OutShape(), DType.Float32))[0],
    };

    internal static readonly Op CropAndResizeGradImage = new("CropAndResizeGradImage", "grads:float32 boxes:float32 box_ind:int32 image_size:int32 -> output:T ; T:float32|float16|float64 method:string=bilinear")
    {
        Shape = s =>
        {
            s.Rank(0, 4);
            s.Vector(3, 4);
            if (s[0].HasRank) s.Same(s[0][0], Boxes(s, 1), "the numbers of crops and boxes");
            var shape = s.Value(3) is { } size ? Shape.Create(size) : ShapeContext.OfRank(4);
            if (s[0].HasRank) s.Same(s[0][3], shape[3], "the channels");
            return shape;
        },
        NoGradient = "TensorFlow has no second derivative of CropAndResize",
        Kernel = k => k.Cast(k.Host(new Cropper(k.Node, k.OutShape(), k.Shape(0)).BackToImage, [k[0], k[1], k[2]], (k.OutShape(), DType.Float32))[0], k.OutDType()),
    };

    internal static readonly Op CropAndResizeGradBoxes = new("CropAndResizeGradBoxes", $"grads:float32 image:T boxes:float32 box_ind:int32 -> output:float32 ; T:{Pictures} method:string=bilinear")
    {
        Shape = s =>
        {
            s.Rank(0, 4);
            s.Rank(1, 4);
            if (s[0].HasRank) s.Same(s[0][0], Boxes(s, 2), "the numbers of crops and boxes");
            if (s[0].HasRank && s[1].HasRank) s.Same(s[0][3], s[1][3], "the channels");
            return s[2];
        },
        NoGradient = "TensorFlow has no second derivative of CropAndResize",
        Kernel = k => k.Host(new Cropper(k.Node, k.Shape(1), k.Shape(0)).BackToBoxes, [k[0], k[2], k[3], k.Cast(k[1], DType.Float32)], (k.OutShape(), DType.Float32))[0],
    };

    /// <summary>The number of boxes.</summary>
    static long Boxes(ShapeContext s, int at)
    {
        s.Rank(at, 2);
        s.Rank(at + 1, 1);
        if (s[at].HasRank && s[at][1] is not (4 or Dim.Any)) throw s.Fail($"a box has {s[at][1]} numbers", "Expected 4.");
        return s.Same(s[at].HasRank ? s[at][0] : Dim.Any, s[at + 1].HasRank ? s[at + 1][0] : Dim.Any, "the numbers of boxes and their pictures");
    }

    /// <summary>The embedded kernels.</summary>
    sealed class Cropper(Node n, Shape image, Shape crops)
    {
        readonly int height = (int)image[1], width = (int)image[2], channels = (int)image[3], rows = (int)crops[1], columns = (int)crops[2], count = (int)crops[0];
        readonly bool nearest = n.Text("method") == "nearest";

        delegate void Visit(int pixel, (int TopLeft, int TopRight, int BottomLeft, int BottomRight) at, float down, float right, int box, int row, int column);

        internal void Crop(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to)
        {
            var (x, y) = (from[0], to[0]);
            HostMemory.Span<float>(y, (int)crops.Elements).Fill((float)n.Float("extrapolation_value"));
            Walk(from[1], from[2], (pixel, at, down, right, _, _, _) =>
            {
                var source = HostMemory.Span<float>(x, (int)image.Elements);
                var target = HostMemory.Span<float>(y, (int)crops.Elements);
                for (var c = 0; c < channels; c++)
                {
                    var top = source[at.TopLeft + c] + (source[at.TopRight + c] - source[at.TopLeft + c]) * right;
                    var bottom = source[at.BottomLeft + c] + (source[at.BottomRight + c] - source[at.BottomLeft + c]) * right;
                    target[pixel + c] = top + (bottom - top) * down;
                }
            });
        }

        internal void BackToImage(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to)
        {
            var (g, y) = (from[0], to[0]);
            HostMemory.Span<float>(y, (int)image.Elements).Clear();
            Walk(from[1], from[2], (pixel, at, down, right, _, _, _) =>
            {
                var source = HostMemory.Span<float>(g, (int)crops.Elements);
                var target = HostMemory.Span<float>(y, (int)image.Elements);
                for (var c = 0; c < channels; c++)
                {
                    var part = source[pixel + c];
                    target[at.TopLeft + c] += part * (1 - down) * (1 - right);
                    target[at.TopRight + c] += part * (1 - down) * right;
                    target[at.BottomLeft + c] += part * down * (1 - right);
                    target[at.BottomRight + c] += part * down * right;
                }
            });
        }

        internal void BackToBoxes(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to)
        {
            var (g, x, y) = (from[0], from[3], to[0]);
            HostMemory.Span<float>(y, count * 4).Clear();
            Walk(from[1], from[2], (pixel, at, down, right, box, row, column) =>
            {
                var source = HostMemory.Span<float>(x, (int)image.Elements);
                var grads = HostMemory.Span<float>(g, (int)crops.Elements);
                var target = HostMemory.Span<float>(y, count * 4);
                var (alongY, alongX) = (0f, 0f);
                for (var c = 0; c < channels; c++)
                {
                    var (tl, tr, bl, br) = (source[at.TopLeft + c], source[at.TopRight + c], source[at.BottomLeft + c], source[at.BottomRight + c]);
                    alongY += grads[pixel + c] * ((1 - right) * (bl - tl) + right * (br - tr));
                    alongX += grads[pixel + c] * ((1 - down) * (tr - tl) + down * (br - bl));
                }
                // how far the place moves with each end of the box
                var (shareY, shareX) = (rows > 1 ? row / (float)(rows - 1) : 0.5f, columns > 1 ? column / (float)(columns - 1) : 0.5f);
                target[box * 4] += alongY * (height - 1) * (1 - shareY);
                target[box * 4 + 1] += alongX * (width - 1) * (1 - shareX);
                target[box * 4 + 2] += alongY * (height - 1) * shareY;
                target[box * 4 + 3] += alongX * (width - 1) * shareX;
            });
        }

        /// <summary>Visits each pixel of each crop that lies within its picture.</summary>
        void Walk(nint boxes, nint pictures, Visit visit)
        {
            for (var box = 0; box < count; box++)
            {
                var b = HostMemory.Span<float>(boxes, count * 4).Slice(box * 4, 4);
                var (y1, x1, y2, x2, picture) = (b[0], b[1], b[2], b[3], HostMemory.Span<int>(pictures, count)[box]);
                if (picture < 0 || picture >= image[0]) throw new EngineException($"{n.Op.Name}: the picture {picture} of box {box} is out of range. Expected 0 to {image[0] - 1}. Check box_ind.") { Op = n.Op.Name };
                for (var row = 0; row < rows; row++)
                {
                    var y = Place(y1, y2, row, rows, height);
                    if (!(y >= 0 && y <= height - 1)) continue;
                    for (var column = 0; column < columns; column++)
                    {
                        var x = Place(x1, x2, column, columns, width);
                        if (!(x >= 0 && x <= width - 1)) continue;
                        var (top, left) = nearest ? (MathF.Round(y, MidpointRounding.AwayFromZero), MathF.Round(x, MidpointRounding.AwayFromZero)) : (MathF.Floor(y), MathF.Floor(x));
                        var (bottom, far) = nearest ? (top, left) : (MathF.Ceiling(y), MathF.Ceiling(x));
                        visit(((box * rows + row) * columns + column) * channels, (At(top, left), At(top, far), At(bottom, left), At(bottom, far)), nearest ? 0 : y - top, nearest ? 0 : x - left, box, row, column);
                    }
                }

                int At(float row, float column) => ((picture * height + (int)row) * width + (int)column) * channels;
            }
        }

        static float Place(float first, float last, int i, int count, int size) =>
            count > 1 ? first * (size - 1) + i * ((last - first) * (size - 1) / (count - 1)) : 0.5f * (first + last) * (size - 1);
    }
}
