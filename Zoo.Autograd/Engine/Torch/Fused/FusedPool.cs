using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Max pooling that keeps the place of each maximum within its window, a byte an element, for its gradient.</summary>
internal static class FusedPool
{
    const string Attributes = "T:float ksize:ints strides:ints padding:string explicit_paddings:ints=[] data_format:string=NHWC";

    internal static readonly Op Indexed = new("_MaxPoolIndexed", $"input:T -> output:T places:uint8 ; {Attributes}")
    {
        Shape = s => [.. Enumerable.Repeat(PoolOps.Two.Output(s, s[0]), 2)],
        Kernel = k => k.Host(new MaxPool2D(k.Node, k.Shape(0)).Forward, [k[0]], (k.OutShape(0), k.OutDType(0)), (k.OutShape(1), k.OutDType(1))),
    };

    /// <summary>The gradient for the input, whose shape is <c>input</c>.</summary>
    internal static readonly Op Scatter = new("_MaxPoolScatter", $"places:uint8 grad:T -> output:T ; input:shape {Attributes}")
    {
        Shape = s => s.Attr<Shape>("input"),
        Kernel = k => k.Host(new MaxPool2D(k.Node, k.OutShape()).Backward, [k[0], k[1]], (k.OutShape(), k.OutDType())),
    };

    /// <summary>Whether there is a kernel of our own for a pooling.</summary>
    internal static bool Fits(Node pool) => pool.Out.DType == DType.Float32 && pool.Ints("ksize") is [1, var height, var width, 1] && height * width < 256
        && pool.Ints("strides") is [1, _, _, 1] && pool.Text("padding") is "SAME" or "VALID";
}
