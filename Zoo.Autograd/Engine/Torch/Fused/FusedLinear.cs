using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A product of matrices with its bias, and Relu where it follows, as one pass of oneDNN: it multiplies faster than MKL on processors that are not Intel's, and nothing is written twice.</summary>
internal static class FusedLinear
{
    // below, finding the prepared kernel takes longer than it saves
    const long LeastWork = 1 << 20;

    /// <summary>BiasAdd(MatMul(a, b), bias), or Relu of it.</summary>
    internal static readonly Op Biased = new("_MatMulBias", "a:T b:T bias:T -> output:T ; relu:bool T:float")
    {
        Shape = s => Shape.Create([s[0][0], s[1][1]]),
        Kernel = k => k.Call("mkldnn::_linear_pointwise", k[0], k.Permute(k[1], 1, 0), Arg.Optional(k[2]), k.Node.Flag("relu") ? "relu" : "none", Array.Empty<Value>(), Arg.None),
    };

    internal static bool Fits(Node product) => product.Out.DType == DType.Float32 && !product.Flag("transpose_a") && !product.Flag("transpose_b")
        && product.Out.Shape.IsKnown && product.Out.Shape.Elements * product[0].Shape[1] >= LeastWork;
}
