using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Resizing of pictures [batch, height, width, channels]; all but the nearest give float32. Sizes, scales and translations must be known when planned.</summary>
internal static class ResizeOps
{
    const string Pictures = "int8|uint8|int16|uint16|int32|int64|float16|float32|float64|bfloat16";
    const string Corners = "align_corners:bool=false half_pixel_centers:bool=false";

    internal static readonly Op ResizeNearestNeighbor = new("ResizeNearestNeighbor", $"images:T size:int32 -> resized_images:T ; T:{Pictures} {Corners}")
    {
        Shape = s => Resized(s, s[0]),
        Grad = (n, g) => [ResizeNearestNeighborGrad!.Call([g, A.ShapeOf(n[0])[1..3]], n.Attrs).Out, null],
        Kernel = k =>
        {
            var (rows, columns) = (Nearest(k, k.Shape(0), k.OutShape(), 1), Nearest(k, k.Shape(0), k.OutShape(), 2));
            var narrow = k.Host(Rows.Take(k.Shape(0), 2, columns, k.DType().Size()), [k[0]], (k.Shape(0).With(2, columns.Length), k.DType()))[0];
            return k.Host(Rows.Take(k.Shape(0).With(2, columns.Length), 1, rows, k.DType().Size()), [narrow], (k.OutShape(), k.DType()))[0];
        },
    };

    internal static readonly Op ResizeNearestNeighborGrad = new("ResizeNearestNeighborGrad", $"grads:T size:int32 -> output:T ; T:uint8|int8|int32|float16|float32|float64|bfloat16 {Corners}")
    {
        Shape = s => Resized(s, s[0]),
        Grad = (n, g) => [ResizeNearestNeighbor.Call([g, A.ShapeOf(n[0])[1..3]], n.Attrs).Out, null],
        Kernel = k =>
        {
            var inner = k.DType().Size() == 2 ? DType.Float32 : k.DType();
            var (rows, columns) = (Nearest(k, k.OutShape(), k.Shape(0), 1), Nearest(k, k.OutShape(), k.Shape(0), 2));
            var wide = k.OutShape().With(2, columns.Length);
            var tall = k.Host(Rows.Put(wide, 1, rows, inner, k.Node.Op.Name), [k.Cast(k[0], inner)], (wide, inner))[0];
            return k.Cast(k.Host(Rows.Put(k.OutShape(), 2, columns, inner, k.Node.Op.Name), [tall], (k.OutShape(), inner))[0], k.OutDType());
        },
    };

    internal static readonly Op ResizeBilinear = Resize("ResizeBilinear", Corners, (n, g) => ResizeBilinearGrad!.Call([g, n[0]], n.Attrs).Out);
    internal static readonly Op ResizeBilinearGrad = Back("ResizeBilinearGrad", "float32|bfloat16|float16|float64", ResizeBilinear);

    internal static readonly Op ResizeBicubic = Resize("ResizeBicubic", Corners, (n, g) =>
        A.Cast(ResizeBicubicGrad!.Call([g, n[0].DType.Size() == 2 ? A.Cast(n[0], DType.Float32) : n[0]], n.Attrs.Without("T")).Out, n[0].DType));

    internal static readonly Op ResizeBicubicGrad = Back("ResizeBicubicGrad", "float32|float64", ResizeBicubic);

    internal static readonly Op ResizeArea = Resize("ResizeArea", "align_corners:bool=false", null);

    internal static readonly Op ScaleAndTranslate = new("ScaleAndTranslate", $"images:T size:int32 scale:float32 translation:float32 -> resized_images:float32 ; T:{Pictures} kernel_type:string=lanczos3 antialias:bool=true")
    {
        Shape = s =>
        {
            Pair(s, 2);
            return Resized(s, s[0]);
        },
        Grad = (n, g) => [A.Cast(ScaleAndTranslateGrad!.Call([g, A.Cast(n[0], DType.Float32), n[2], n[3]], n.Attrs.Without("T")).Out, n[0].DType), null, null, null],
        Kernel = k => Forward(k, Kernels(k, k.Shape(0), k.OutShape(), 2)),
    };

    internal static readonly Op ScaleAndTranslateGrad = new("ScaleAndTranslateGrad", "grads:T original_image:T scale:float32 translation:float32 -> output:T ; T:float32 kernel_type:string=lanczos3 antialias:bool=true")
    {
        Shape = s =>
        {
            Pair(s, 2);
            return Original(s);
        },
        Grad = (n, g) => [ScaleAndTranslate.Call([g, A.ShapeOf(n[0])[1..3], n[2], n[3]], n.Attrs).Out, A.ZerosLike(n[1]), null, null],
        Kernel = k => Backward(k, Kernels(k, k.OutShape(), k.Shape(0), 2)),
    };

    static Op Resize(string name, string attributes, Func<Node, Variable, Variable>? grad) => new(name, $"images:T size:int32 -> resized_images:float32 ; T:{Pictures} {attributes}")
    {
        Shape = s => Resized(s, s[0]),
        Grad = grad is null ? null : (n, g) => [grad(n, g), null],
        NoGradient = grad is null ? "TensorFlow has none" : null,
        Kernel = k => Forward(k, Both(k, k.Shape(0), k.OutShape())),
    };

    static Op Back(string name, string types, Op forward) => new(name, $"grads:float32 original_image:T -> output:T ; T:{types} {Corners}")
    {
        Shape = s => Original(s),
        Grad = (n, g) => [forward.Call([g, A.ShapeOf(n[0])[1..3]], n.Attrs).Out, A.ZerosLike(n[1])],
        Kernel = k => Backward(k, Both(k, k.OutShape(), k.Shape(0))),
    };

    static Value Forward(Kernel k, (Tap[] Rows, Tap[] Columns) taps) =>
        k.Host(Resampling.Forward(k.Shape(0), taps.Rows, taps.Columns), [k.Cast(k[0], DType.Float32)], (k.OutShape(), DType.Float32))[0];

    static Value Backward(Kernel k, (Tap[] Rows, Tap[] Columns) taps) =>
        k.Cast(k.Host(Resampling.Backward(k.OutShape(), taps.Rows, taps.Columns), [k[0]], (k.OutShape(), DType.Float32))[0], k.OutDType());

    /// <summary>The taps of rows and columns between two shapes of pictures.</summary>
    static (Tap[], Tap[]) Both(Kernel k, Shape from, Shape to)
    {
        return (Taps(1), Taps(2));

        Tap[] Taps(int axis)
        {
            var (size, result, align) = ((int)from[axis], (int)to[axis], k.Node.Flag("align_corners"));
            var half = k.Node.Attrs.Has("half_pixel_centers") && k.Node.Flag("half_pixel_centers");
            return k.Node.Op.Name.Contains("Bilinear", StringComparison.Ordinal) ? Resampling.Bilinear(size, result, align, half)
                : k.Node.Op.Name.Contains("Bicubic", StringComparison.Ordinal) ? Resampling.Bicubic(size, result, align, half) : Resampling.Area(size, result, align);
        }
    }

    static (Tap[], Tap[]) Kernels(Kernel k, Shape from, Shape to, int scaleAt)
    {
        var (scale, move, kernel, antialias) = (k.Const(scaleAt), k.Const(scaleAt + 1), k.Node.Text("kernel_type"), k.Node.Flag("antialias"));
        return (Taps(0), Taps(1));

        Tap[] Taps(int i) => Resampling.Kernel(kernel, (int)from[i + 1], (int)to[i + 1], (float)scale.Number(i), (float)move.Number(i), antialias);
    }

    static void Pair(ShapeContext s, int first)
    {
        s.Vector(first, 2);
        s.Vector(first + 1, 2);
        if (!ResampleKernel.Knows(s.Text("kernel_type"))) throw s.Fail($"the kernel '{s.Text("kernel_type")}' is not known", $"Expected one of {ResampleKernel.Names}.");
    }

    /// <summary>Pictures of the size that the second input says.</summary>
    static Shape Resized(ShapeContext s, Shape images)
    {
        s.Rank(0, 4);
        s.Vector(1, 2);
        var size = s.Value(1) ?? [Dim.Any, Dim.Any];
        if (size.Contains(0) || s.Known(1)?.Any(d => d < 1) == true) throw s.Fail($"the size is [{string.Join(", ", size)}]", "Expected a positive height and width.");
        if (!images.HasRank) return Shape.Create([Dim.Any, .. size, Dim.Any]);
        return images[1] == 0 || images[2] == 0 ? throw s.Fail("the pictures are empty", "Expected at least one row and column.") : images.With(1, size[0]).With(2, size[1]);
    }

    /// <summary>The shape of the second input, of which batch and channels are the gradient's.</summary>
    static Shape Original(ShapeContext s)
    {
        var (g, images) = (s.Rank(0, 4), s.Rank(1, 4));
        if (!g.HasRank || !images.HasRank) return images.HasRank ? images : ShapeContext.OfRank(4);
        if (g.Skip(1).Take(2).Concat(images.Skip(1).Take(2)).Contains(0)) throw s.Fail("the pictures are empty", "Expected at least one row and column.");
        return images.With(0, s.Same(images[0], g[0], "the batches")).With(3, s.Same(images[3], g[3], "the channels"));
    }

    static long[] Nearest(Kernel k, Shape from, Shape to, int axis) => Resampling.Nearest((int)from[axis], (int)to[axis], k.Node.Flag("align_corners"), k.Node.Flag("half_pixel_centers"));
}
