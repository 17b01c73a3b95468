using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Convolution as libtorch has it: with the bias in the same pass, and all gradients that are asked for in one call.</summary>
internal static class FusedConv
{
    /// <summary>BiasAdd(Conv2D(input, filter), bias).</summary>
    internal static readonly Op Biased = new("_Conv2DBias", $"input:T filter:T bias:T -> output:T ; {ConvFamily.Flat}")
    {
        Shape = s => ConvOps.Two.Output(s, s[0], s[1]),
        Arithmetic = n => ConvOps.Two.Work(n.Out.Shape, n[1].Shape),
        Kernel = k => ConvOps.Two.Compute(k, Arg.Optional(k[2])),
    };

    /// <summary>
    /// The gradients of one convolution for what comes back: for its input, its filter, its bias, as far as <c>input</c> and <c>bias</c> say so. Without an input
    /// gradient the filter's numbers do not matter: any tensor stands in for it.
    /// </summary>
    internal static readonly Op Backward = new("_Conv2DBackward", $"out_backprop:T input:T filter:T -> dinput:T dfilter:T dbias:T ; filter:shape input:bool bias:bool {ConvFamily.Flat}")
    {
        Shape = s => [s[1], s.Attr<Shape>("filter"), s[0][^1..]],
        Arithmetic = n => (n.Flag("input") ? 2 : 1) * ConvOps.Two.Work(n[0].Shape, n.Attrs.Get<Shape>("filter")),
        Kernel = k =>
        {
            var (input, bias, filter) = (k.Node.Flag("input"), k.Node.Flag("bias"), k.Node.Attrs.Get<Shape>("filter"));
            var w = new ConvWindow(k.Node, k.Shape(1), filter);
            var weight = w.Filter(k, input ? k[2] : k.Empty(filter, k.DType()));
            var results = k.CallMany("convolution_backward", 3, w.First(k, k[0]), w.Pad(k, w.First(k, k[1])), weight, bias ? Arg.Optional([filter[3]]) : Arg.None,
                w.Strides, w.Symmetric, w.Dilations, false, w.Zeros, w.Groups, new[] { input, true, bias });
            return new Value?[] { input ? w.Last(k, w.Crop(k, results[0])) : null, w.FilterBack(k, results[1]), bias ? results[2] : null };
        },
    };
}
