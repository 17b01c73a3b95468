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
        Kernel = k => ConvOps.Two.Compute(k, k[2]),
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
            Value? dinput = input ? ConvProduct.Input(k, w, k[0], k.Shape(0), k[2], filter, k.Shape(1), k.DType()) : null;
            Value? dfilter = ConvProduct.Filter(k, w, k[1], k.Shape(1), k[0], k.Shape(0), filter, k.DType()), dbias = null;
            if (bias && dfilter is not null) dbias = k.Reduce(k[0], ReduceKind.Sum, [0, 1, 2], output: 2) ?? k.Call("sum.dim_IntList", k[0], new long[] { 0, 1, 2 }, false, Arg.None);
            var rest = new[] { input && dinput is null, dfilter is null, bias && dbias is null };
            if (!rest.Contains(true)) return new Value?[] { dinput, dfilter, dbias };
            var results = k.CallMany("convolution_backward", 3, w.First(k, k[0]), w.Pad(k, w.First(k, k[1])), w.Filter(k, input ? k[2] : k.Empty(filter, k.DType())), rest[2] ? Arg.Optional([filter[3]]) : Arg.None,
                w.Strides, w.Symmetric, w.Dilations, false, w.Zeros, w.Groups, rest);
            return new Value?[] { rest[0] ? w.Last(k, w.Crop(k, results[0])) : dinput, rest[1] ? w.FilterBack(k, results[1]) : dfilter, rest[2] ? results[2] : dbias };
        },
    };
}
