using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>The op of upper nodes. It is no TensorFlow op and never reaches an engine: lowering replaces it.</summary>
internal static class UpperOps
{
    internal static readonly Op Call = new("_Call", "inputs:Tin[] -> outputs:Tout[]")
    {
        Shape = s => throw new GraphException("_Call: an upper node is made by its call, not by this op."),
        NoGradient = "layer calls are differentiated after lowering",
    };
}
