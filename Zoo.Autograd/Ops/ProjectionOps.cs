using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Pictures seen through a projection: the pixel at (x, y) comes from ((a0·x + a1·y + a2) / k, (b0·x + b1·y + b2) / k) with k = c0·x + c1·y + 1; a row of eight numbers for each picture, or one for
/// all.
/// </summary>
internal static class ProjectionOps
{
    const string Types = "dtype:uint8|int32|int64|float16|bfloat16|float32|float64 interpolation:string fill_mode:string=CONSTANT";

    internal static readonly Op ImageProjectiveTransformV2 = Projection("ImageProjectiveTransformV2", "images:dtype transforms:float32 output_shape:int32");
    internal static readonly Op ImageProjectiveTransformV3 = Projection("ImageProjectiveTransformV3", "images:dtype transforms:float32 output_shape:int32 fill_value:float32");

    static Op Projection(string name, string inputs) => new(name, $"{inputs} -> transformed_images:dtype ; {Types}")
    {
        Shape = s =>
        {
            var (images, transforms) = (s.Rank(0, 4), s.Rank(1, 2));
            s.Vector(2, 2);
            if (s.Count > 3) s.Rank(3, 0);
            if (transforms.HasRank && transforms[1] is not (8 or Dim.Any)) throw s.Fail($"a transform has {transforms[1]} numbers", "Expected 8.");
            if (images.HasRank && transforms.HasRank && images[0] >= 0 && transforms[0] is not (1 or Dim.Any) && transforms[0] != images[0]) throw s.Fail($"{transforms[0]} transforms for {images[0]} pictures", "Expected one for each, or one for all.");
            if (s.Text("interpolation") is not ("NEAREST" or "BILINEAR")) throw s.Fail($"interpolation {s.Text("interpolation")}", "Expected NEAREST or BILINEAR.");
            if (s.Text("fill_mode") is not ("REFLECT" or "WRAP" or "CONSTANT" or "NEAREST")) throw s.Fail($"fill_mode {s.Text("fill_mode")}", "Expected REFLECT, WRAP, CONSTANT or NEAREST.");
            if (s.Known(2)?.Any(d => d < 1) == true) throw s.Fail("the size of the result is not positive", "Expected a positive height and width.");
            var size = s.Value(2) ?? [Dim.Any, Dim.Any];
            return images.HasRank ? images.With(1, size[0]).With(2, size[1]) : Shape.Create([Dim.Any, .. size, Dim.Any]);
        },
        NoGradient = "TensorFlow's is an approximation by the inverse projection",
        Kernel = k =>
        {
            Value[] arguments = [k.Cast(k[0], DType.Float32), k[1], .. k.Count > 3 ? [k[3]] : Array.Empty<Value>()];
            return k.Cast(k.Host(new Projector(k).Run, arguments, (k.OutShape(), DType.Float32))[0], k.OutDType());
        },
    };

    /// <summary>The embedded kernel.</summary>
    sealed class Projector(Kernel k)
    {
        readonly Shape input = k.Shape(0), output = k.OutShape(), transforms = k.Shape(1);
        readonly string mode = k.Node.Text("fill_mode");
        readonly bool nearest = k.Node.Text("interpolation") == "NEAREST";

        internal void Run(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to)
        {
            var rows = HostMemory.Span<float>(from[1], (int)transforms.Elements);
            var fill = from.Length > 2 ? HostMemory.Span<float>(from[2], 1)[0] : 0;
            if (!k.DType().IsFloat()) fill = MathF.Truncate(fill);
            int height = (int)output[1], width = (int)output[2], channels = (int)output[3];
            for (var image = 0; image < output[0]; image++)
            {
                var t = rows.Slice(transforms[0] == 1 ? 0 : image * 8, 8);
                for (var i = 0; i < height * width; i++)
                {
                    var (x, y) = (i % width, i / width);
                    var depth = t[6] * x + t[7] * y + 1;
                    var (column, row) = (Map((t[0] * x + t[1] * y + t[2]) / depth, (int)input[2]), Map((t[3] * x + t[4] * y + t[5]) / depth, (int)input[1]));
                    for (var c = 0; c < channels; c++)
                        HostMemory.Span<float>(to[0], (int)output.Elements)[(image * height * width + i) * channels + c] = depth == 0 ? fill : At(HostMemory.Span<float>(from[0], (int)input.Elements), image, row, column, c, fill);
                }
            }
        }

        float At(ReadOnlySpan<float> pixels, int image, float row, float column, int c, float fill)
        {
            if (nearest) return Pixel(pixels, MathF.Round(row, MidpointRounding.AwayFromZero), MathF.Round(column, MidpointRounding.AwayFromZero));
            var (top, left) = (MathF.Floor(row), MathF.Floor(column));
            var upper = (left + 1 - column) * Pixel(pixels, top, left) + (column - left) * Pixel(pixels, top, left + 1);
            var lower = (left + 1 - column) * Pixel(pixels, top + 1, left) + (column - left) * Pixel(pixels, top + 1, left + 1);
            return (top + 1 - row) * upper + (row - top) * lower;

            float Pixel(ReadOnlySpan<float> pixels, float y, float x) =>
                y >= 0 && y < input[1] && x >= 0 && x < input[2] ? pixels[(int)(((image * input[1] + (long)y) * input[2] + (long)x) * input[3]) + c] : fill;
        }

        /// <summary>A coordinate outside the picture brought into it as the mode says.</summary>
        float Map(float at, int size)
        {
            if (mode == "CONSTANT" || at >= 0 && at <= size - 1) return at;
            if (mode == "NEAREST" || size <= 1) return float.IsNaN(at) ? at : Math.Clamp(at, 0, size - 1);
            if (mode == "WRAP")
                at += at < 0 ? size * ((int)(-at / (size - 1)) + 1) : -size * (int)(at / (size - 1));
            else if (at < 0)
            {
                if (at < 2 * size) at = 2 * size * (int)(-at / (2 * size)) + at;
                at = at < -size ? at + 2 * size : -at - 1;
            }
            else
            {
                at -= 2 * size * (int)(at / (2 * size));
                if (at >= size) at = 2 * size - at - 1;
            }
            return Math.Clamp(at, 0, size - 1);
        }
    }
}
