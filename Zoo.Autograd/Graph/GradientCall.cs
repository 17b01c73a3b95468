namespace Zoo.Autograd.Graph;

/// <summary>A gradient asked for in an upper graph: computed when the layer calls between are lowered. Inputs: the ys, then the xs.</summary>
internal sealed class GradientCall(int ys) : IUpperCall
{
    public string Name => "gradients";

    public Variable[] Lower(Node node, Variable[] inputs, Lowering lowering)
    {
        var found = Gradients.Of(inputs[..ys], inputs[ys..]);
        return [.. found.Select((g, i) => g ?? AutoGrad.ZerosLike(inputs[ys + i]))];
    }

    /// <summary>The gradients as outputs of an upper node.</summary>
    internal static Variable[] Of(Variable[] ys, Variable[] xs) =>
        new Node(Ops.UpperOps.Call, [.. ys, .. xs], Attrs.None, [.. xs.Select(x => (x.Shape, x.DType))], "gradients", new GradientCall(ys.Length)).Outputs;
}
