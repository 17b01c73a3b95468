using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Two-dimensional convolution, channels last, and its two gradients.</summary>
internal static class ConvOps
{
    internal const string Attributes = "T:float strides:ints use_cudnn_on_gpu:bool=true padding:string explicit_paddings:ints=[] data_format:string=NHWC dilations:ints=[1,1,1,1]";

    internal static readonly Op Conv2D = new("Conv2D", $"input:T filter:T -> output:T ; {Attributes}")
    {
        Shape = s => Output(s, s[0], s[1]),
        Grad = (n, g) =>
        [
            Conv2DBackpropInput!.Call([AutoGrad.ShapeOf(n[0]), n[1], g], n.Attrs).Out,
            Conv2DBackpropFilter!.Call([n[0], AutoGrad.ShapeOf(n[1]), g], n.Attrs).Out,
        ],
        Kernel = k => Forward(k, Arg.None),
    };

    internal static readonly Op Conv2DBackpropInput = new("Conv2DBackpropInput", $"input_sizes:int32 filter:T out_backprop:T -> output:T ; {Attributes}")
    {
        Shape = s => Backpropagated(s, 0, sizes => Output(s, sizes, s[1])),
        Portable = ConvPortable.BackpropInput,
        Grad = (n, g) => [null, Conv2DBackpropFilter!.Call([g, AutoGrad.ShapeOf(n[1]), n[2]], n.Attrs).Out, Conv2D.Call([g, n[1]], n.Attrs).Out],
        Kernel = k =>
        {
            var w = new Window2D(k.Node, k.OutShape(), k.Shape(1));
            var like = w.Pad(k, k.ToNchw(k.Empty(k.OutShape(), k.OutDType())));
            return k.ToNhwc(w.Crop(k, Backward(k, k[2], like, Filter(k, k[1]), w, 0)));
        },
    };

    internal static readonly Op Conv2DBackpropFilter = new("Conv2DBackpropFilter", $"input:T filter_sizes:int32 out_backprop:T -> output:T ; {Attributes}")
    {
        Shape = s => Backpropagated(s, 1, sizes => Output(s, s[0], sizes)),
        Portable = ConvPortable.BackpropFilter,
        Grad = (n, g) => [Conv2DBackpropInput.Call([AutoGrad.ShapeOf(n[0]), g, n[2]], n.Attrs).Out, null, Conv2D.Call([n[0], g], n.Attrs).Out],
        Kernel = k =>
        {
            var w = new Window2D(k.Node, k.Shape(0), k.OutShape());
            var like = Filter(k, k.Empty(k.OutShape(), k.OutDType()));
            return k.Permute(Backward(k, k[2], w.Pad(k, k.ToNchw(k[0])), like, w, 1), 2, 3, 1, 0);
        },
    };

    internal static Value Forward(Kernel k, Arg bias)
    {
        var w = new Window2D(k.Node, k.Shape(0), k.Shape(1));
        return k.ToNhwc(k.Call("convolution", w.Pad(k, k.ToNchw(k[0])), Filter(k, k[1]), bias, w.Strides, w.Symmetric, w.Dilations, false, new long[] { 0, 0 }, w.Groups));
    }

    /// <summary>HWIO seen as OIHW.</summary>
    internal static Value Filter(Kernel k, Value hwio) => k.Permute(hwio, 3, 2, 0, 1);

    static Value Backward(Kernel k, Value g, Value input, Value filter, Window2D w, int result) =>
        k.CallMany("convolution_backward", 3, k.ToNchw(g), input, filter, Arg.None, w.Strides, w.Symmetric, w.Dilations, false, new long[] { 0, 0 }, w.Groups,
            new[] { result == 0, result == 1, false })[result];

    internal static Shape Output(ShapeContext s, Shape input, Shape filter)
    {
        if (input.HasRank && input.Rank != 4 || filter.HasRank && filter.Rank != 4) throw s.Fail("the ranks do not fit", "Expected pictures and filter of rank 4.");
        if (s.Text("data_format") != "NHWC") throw s.Fail("data_format NCHW", "Expected NHWC: graphs are channels last. Transpose at the border.");
        if (!input.HasRank || !filter.HasRank) return Shape.Unknown;
        if (input[3] >= 0 && filter[2] > 0 && input[3] % filter[2] != 0)
            throw s.Fail($"{input[3]} channels are no multiple of the filter's {filter[2]}", "Expected the filter's input channels, or groups of them.");
        var groups = input[3] >= 0 && filter[2] > 0 ? input[3] / filter[2] : 1;
        if (filter[3] >= 0 && filter[3] % groups != 0) throw s.Fail($"{filter[3]} filters do not divide into {groups} groups", "Expected a multiple of the groups.");
        var dims = new[] { input[0], 0, 0, filter[3] };
        var (strides, dilations, explicit_, padding) = (s.Ints("strides"), s.Ints("dilations"), s.Ints("explicit_paddings"), s.Text("padding"));
        for (var axis = 1; axis <= 2; axis++)
        {
            var (before, after) = padding == "EXPLICIT" ? (explicit_[2 * axis], explicit_[2 * axis + 1]) : (0, 0);
            dims[axis] = Windows.Count(input[axis], filter[axis - 1], strides[axis], dilations[axis], padding, before, after);
            if (filter[axis - 1] == 0) throw s.Fail("the filter is empty", "Expected a window of at least one element.");
            if (input[axis] > 0 && dims[axis] == 0) throw s.Fail($"the window of {filter[axis - 1]} is larger than the picture at axis {axis}", "Expected a smaller filter, a larger picture, or padding SAME.");
        }
        return Shape.Create(dims);
    }

    /// <summary>The shape that an input gives as numbers; the gradient must have the shape of the convolution with it.</summary>
    static Shape Backpropagated(ShapeContext s, int sizes, Func<Shape, Shape> forward)
    {
        s.Vector(sizes, 4);
        s.Rank(2, 4);
        var shape = s.Value(sizes) is { } known ? Shape.Create(known) : ShapeContext.OfRank(4);
        var output = forward(shape);
        return output.Accepts(s[2]) ? shape : throw s.Fail($"the convolution of {shape} has the shape {output}", "Expected that shape of the gradient.");
    }

    internal static readonly Op[] All = [Conv2D, Conv2DBackpropInput, Conv2DBackpropFilter];
}
