using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>BroadcastTo as an element-wise op: what reads it reads the small tensor over and over, and nothing is copied.</summary>
internal static class Expand
{
    internal static readonly Op Op = new("_Expand", "input:T -> output:T ; to:shape")
    {
        Shape = s => s.Attr<Shape>("to"),
        Pointwise = e => e[0],
    };

    internal static bool Fits(Node broadcast) => broadcast.Out.DType is DType.Float32 or DType.Float64 or DType.Int32 or DType.Int64 or DType.UInt8 or DType.Bool
        && broadcast.Out.Shape.Rank <= 8;
}
