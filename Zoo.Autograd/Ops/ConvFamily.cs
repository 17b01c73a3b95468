using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>A convolution over some spatial axes, channels last, and its two gradients: three ops that are each other's gradients.</summary>
internal sealed class ConvFamily
{
    internal const string Flat = "T:float strides:ints use_cudnn_on_gpu:bool=true padding:string explicit_paddings:ints=[] data_format:string=NHWC dilations:ints=[1,1,1,1]";

    readonly bool depthwise;
    readonly int rank;

    /// <param name="name">TensorFlow's name of the forward op.</param>
    /// <param name="version">What the names of the gradients end with.</param>
    /// <param name="attributes">The attributes that all three share.</param>
    /// <param name="sizes">The dtype of the input's sizes.</param>
    /// <param name="rank">The number of spatial axes.</param>
    /// <param name="depthwise">Whether each channel has filters of its own: [height, width, channels, multiplier].</param>
    internal ConvFamily(string name, string version, string attributes, string sizes, int rank, bool depthwise = false)
    {
        (this.rank, this.depthwise) = (rank, depthwise);
        var portable = new ConvPortable(this, rank, depthwise);
        Forward = new(name, $"input:T filter:T -> output:T ; {attributes}")
        {
            Shape = s => Output(s, s[0], s[1]),
            Grad = (n, g) => [BackpropInput!.Call([AutoGrad.ShapeOf(n[0]), n[1], g], n.Attrs).Out, BackpropFilter!.Call([n[0], AutoGrad.ShapeOf(n[1]), g], n.Attrs).Out],
            Portable = portable.Forward,
            Arithmetic = n => Work(n.Out.Shape, n[1].Shape),
            Kernel = k => Compute(k, null),
        };
        BackpropInput = new($"{name}BackpropInput{version}", $"input_sizes:{sizes} filter:T out_backprop:T -> output:T ; {attributes}{(sizes == "Tshape" ? " Tshape:index=int32" : "")}")
        {
            Shape = s => Backpropagated(s, 0, given => Output(s, given, s[1])),
            Grad = (n, g) => [null, BackpropFilter!.Call([g, AutoGrad.ShapeOf(n[1]), n[2]], Shared(n)).Out, Forward.Call([g, n[1]], Shared(n)).Out],
            Portable = portable.BackpropInput,
            Arithmetic = n => Work(n[2].Shape, n[1].Shape),
            Kernel = k =>
            {
                var w = new ConvWindow(k.Node, k.OutShape(), k.Shape(1), depthwise);
                if (ConvProduct.Input(k, w, k[2], k.Shape(2), k[1], k.Shape(1), k.OutShape(), k.OutDType()) is { } product) return product;
                var like = w.Pad(k, w.First(k, k.Empty(k.OutShape(), k.OutDType())));
                return w.Last(k, w.Crop(k, Backward(k, w, like, w.Filter(k, k[1]), 0)));
            },
        };
        BackpropFilter = new($"{name}BackpropFilter{version}", $"input:T filter_sizes:int32 out_backprop:T -> output:T ; {attributes}")
        {
            Shape = s => Backpropagated(s, 1, given => Output(s, s[0], given)),
            Grad = (n, g) => [BackpropInput.Call([AutoGrad.ShapeOf(n[0]), g, n[2]], n.Attrs).Out, null, Forward.Call([n[0], g], n.Attrs).Out],
            Portable = portable.BackpropFilter,
            Composite = portable.Stepwise,
            Arithmetic = n => Work(n[2].Shape, n.Out.Shape),
            Kernel = k =>
            {
                var w = new ConvWindow(k.Node, k.Shape(0), k.OutShape(), depthwise);
                if (ConvProduct.Filter(k, w, k[0], k.Shape(0), k[2], k.Shape(2), k.OutShape(), k.OutDType()) is { } product) return product;
                var like = w.Filter(k, k.Empty(k.OutShape(), k.OutDType()));
                return w.FilterBack(k, Backward(k, w, w.Pad(k, w.First(k, k[0])), like, 1));
            },
        };
    }

    internal Op Forward { get; }
    internal Op BackpropInput { get; }
    internal Op BackpropFilter { get; }
    internal Op[] All => [Forward, BackpropInput, BackpropFilter];

    /// <summary>The attributes of a gradient for the input without its own.</summary>
    internal static Attrs Shared(Node n) => n.Attrs.Without("Tshape");

    /// <summary>Additions and multiplications of a convolution, and of each of its gradients.</summary>
    internal double Work(Shape output, Shape filter) => 2.0 * output.Elements * (filter.Elements / Math.Max(1, depthwise ? filter[rank] * filter[rank + 1] : filter[rank + 1]));

    internal Value Compute(Kernel k, Value? bias)
    {
        var w = new ConvWindow(k.Node, k.Shape(0), k.Shape(1), depthwise);
        return ConvProduct.Forward(k, w, bias) ?? w.Last(k, k.Call("convolution", w.Pad(k, w.First(k, k[0])), w.Filter(k, k[1]), bias is null ? Arg.None : Arg.Optional(bias), w.Strides, w.Symmetric, w.Dilations, false, w.Zeros, w.Groups));
    }

    static Value Backward(Kernel k, ConvWindow w, Value input, Value filter, int result) =>
        k.CallMany("convolution_backward", 3, w.First(k, k[2]), input, filter, Arg.None, w.Strides, w.Symmetric, w.Dilations, false, w.Zeros, w.Groups, new[] { result == 0, result == 1, false })[result];

    internal Shape Output(ShapeContext s, Shape input, Shape filter)
    {
        if (input.HasRank && input.Rank != rank + 2 || filter.HasRank && filter.Rank != rank + 2) throw s.Fail("the ranks do not fit", $"Expected input and filter of rank {rank + 2}.");
        if (s.Text("data_format") != (rank == 2 ? "NHWC" : "NDHWC")) throw s.Fail($"data_format {s.Text("data_format")}", $"Expected {(rank == 2 ? "NHWC" : "NDHWC")}: graphs are channels last. Transpose at the border.");
        var (strides, dilations, padding) = (s.Ints("strides"), s.Ints("dilations"), s.Text("padding"));
        Steps(s, "strides", strides);
        Steps(s, "dilations", dilations);
        if (!input.HasRank || !filter.HasRank) return Shape.Unknown;
        var dims = input.With(-1, Channels(s, input[-1], filter[rank], filter[rank + 1])).ToArray();
        var given = padding == "EXPLICIT" ? s.Ints("explicit_paddings") : new long[2 * rank + 4];
        for (var axis = 1; axis <= rank; axis++)
        {
            if (filter[axis - 1] == 0) throw s.Fail("the filter is empty", "Expected a window of at least one element.");
            dims[axis] = Windows.Count(input[axis], filter[axis - 1], strides[axis], dilations[axis], padding, given[2 * axis], given[2 * axis + 1]);
            if (input[axis] > 0 && dims[axis] == 0) throw s.Fail($"the window of {filter[axis - 1]} is larger than the picture at axis {axis}", "Expected a smaller filter, a larger picture, or padding SAME.");
        }
        return Shape.Create(dims);
    }

    void Steps(ShapeContext s, string name, long[] steps)
    {
        if (steps.Length != rank + 2 || steps[0] != 1 || steps[^1] != 1 || Array.Exists(steps, step => step < 1))
            throw s.Fail($"{name} of [{string.Join(", ", steps)}]", $"Expected {rank + 2} positive numbers, 1 for batch and channels.");
    }

    /// <summary>The channels of the result.</summary>
    long Channels(ShapeContext s, long channels, long into, long outOf)
    {
        if (depthwise) return s.Same(channels, into, "the channels of input and filter") is >= 0 and var known && outOf >= 0 ? known * outOf : Dim.Any;
        if (channels >= 0 && into > 0 && channels % into != 0) throw s.Fail($"{channels} channels are no multiple of the filter's {into}", "Expected the filter's input channels, or groups of them.");
        var groups = channels >= 0 && into > 0 ? channels / into : 1;
        return outOf < 0 || groups == 0 || outOf % groups == 0 ? outOf : throw s.Fail($"{outOf} filters do not divide into {groups} groups", "Expected a multiple of the groups.");
    }

    /// <summary>The shape that an input gives as numbers; the gradient must have the shape of the convolution with it.</summary>
    Shape Backpropagated(ShapeContext s, int sizes, Func<Shape, Shape> forward)
    {
        s.Vector(sizes, rank + 2);
        s.Rank(2, rank + 2);
        var shape = s.Value(sizes) is { } known ? Shape.Create(known) : ShapeContext.OfRank(rank + 2);
        var output = forward(shape);
        return output.Accepts(s[2]) ? shape : throw s.Fail($"the convolution of {shape} has the shape {output}", "Expected that shape of the gradient.");
    }
}
