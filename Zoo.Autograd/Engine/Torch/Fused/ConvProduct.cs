using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Convolutions over pictures and their gradients as matrix products, where oneDNN is slower because its blocks of sixteen channels are not full. Those of 3 x 3 with channels enough go by way of <see cref="Winograd"/>. Filters lie with their last axis outermost. Each gives null where it does not fit.
/// </summary>
internal static unsafe class ConvProduct
{
    /// <summary>The convolution, with a bias or without.</summary>
    internal static Value? Forward(Kernel k, ConvWindow w, Value? bias)
    {
        var (x, filter) = (k.Shape(0), k.Shape(1));
        if (Winograd.Fits(w, filter, k.DType())) return Winograd.Make(k, k[0], x, k.Permute(k[1], 3, 0, 1, 2), false, bias, k.OutShape(), w.Before[0], w.Before[1]);
        if (!Fits(w, filter, k.DType())) return null;
        if (!Pointwise(w, filter, k.DType())) return filter[3] % 16 == 0 ? null : WindowedConv.Forward(k, w, k[0], x, k.Permute(k[1], 3, 0, 1, 2), filter, bias, k.OutShape());
        return Product.Make(k, k[0], false, k.Permute(k[1], 3, 0, 1, 2), true, bias, Places(x), filter[2], filter[3], k.OutShape());
    }

    /// <summary>The gradient for the input.</summary>
    internal static Value? Input(Kernel k, ConvWindow w, Value gradient, Shape gradientShape, Value filter, Shape filterShape, Shape input, DType dtype)
    {
        if (Winograd.Fits(w, filterShape, dtype) && Winograd.Make(k, gradient, gradientShape, k.Permute(filter, 3, 0, 1, 2), true, null, input, 2 - w.Before[0], 2 - w.Before[1]) is { } made) return made;
        if (!Fits(w, filterShape, dtype)) return null;
        var matrix = k.Permute(filter, 3, 0, 1, 2);
        return Pointwise(w, filterShape, dtype) ? Product.Make(k, gradient, false, matrix, false, null, Places(input), filterShape[3], filterShape[2], input)
            : WindowedConv.Input(k, w, gradient, gradientShape, matrix, filterShape, input);
    }

    /// <summary>The gradient for the filter.</summary>
    internal static Value? Filter(Kernel k, ConvWindow w, Value x, Shape input, Value gradient, Shape gradientShape, Shape filter, DType dtype)
    {
        if (Winograd.Fits(w, filter, dtype) && WinogradGradient.Make(k, x, input, gradient, gradientShape, w.Before[0], w.Before[1]) is { } made) return Last(made);
        var (places, window) = (Places(gradientShape), filter[0] * filter[1] * filter[2]);
        if (!Fits(w, filter, dtype)) return null;
        if (!Pointwise(w, filter, dtype) && !Long(w, filter)) return WindowedConv.Filter(k, w, x, input, gradient, gradientShape, filter) is { } direct ? Last(direct) : null;
        if (!Product.Suits(filter[3], places, window) || input.Elements > int.MaxValue) return null;
        Shape result = Shape.Create([filter[3], filter[0], filter[1], filter[2]]);
        if (Pointwise(w, filter, dtype)) return Last(Product.Make(k, gradient, true, x, false, null, filter[3], places, filter[2], result));
        var (sizes, threads) = (Sizes(w, input, gradientShape, filter), Product.Threads(filter[3], places, window));
        return Last(k.Host((from, to) => Product.Run((float*)from[1], true, new Windowed((float*)from[0], sizes), (float*)to[0], null, (int)filter[3], (int)places, (int)window, (float*)to[1], threads),
            [x, gradient], (result, DType.Float32), (Product.Room(window, places, threads), DType.Float32))[0]);

        Value Last(Value? made) => k.Permute(made!, 1, 2, 3, 0);
    }

    static PatchSizes Sizes(ConvWindow w, Shape input, Shape output, Shape filter) =>
        new((int)input[1], (int)input[2], (int)input[3], (int)filter[0], (int)filter[1], (int)output[1], (int)output[2], (int)w.Strides[0], (int)w.Strides[1], (int)w.Dilations[0], (int)w.Before[0], (int)w.Before[1]);

    static long Places(Shape pictures) => pictures[0] * pictures[1] * pictures[2];

    static bool Fits(ConvWindow w, Shape filter, DType dtype) => dtype == DType.Float32 && w.Rank == 2 && w.Groups == 1 && filter.Elements > 0 && (filter[2] % 16 != 0 || filter[3] % 16 != 0);

    /// <summary>Whether a line of the window, which lies side by side, is long enough to be moved well.</summary>
    static bool Long(ConvWindow w, Shape filter) => w.Dilations[1] == 1 && filter[1] * filter[2] >= 32;

    /// <summary>Whether each element of the result comes of one place of the input.</summary>
    static bool Pointwise(ConvWindow w, Shape filter, DType dtype) => Fits(w, filter, dtype) && filter[0] == 1 && filter[1] == 1 && w.Strides is [1, 1] && w.Before is [0, 0] && w.After is [0, 0];
}
