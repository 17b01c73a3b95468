using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>The parts of a node of <see cref="ScanOps.Scan"/>.</summary>
internal readonly struct ScanNode(Node node)
{
    int FixedCount => (int)node.Int("fixed");
    int SequenceCount => (int)node.Int("sequences");
    int StateCount => node.Inputs.Length - FixedCount - SequenceCount;

    internal Function Step => FlowOps.Body(node, "step");
    internal bool Reverse => node.Flag("reverse");
    internal Variable[] Fixed => node.Inputs[..FixedCount];
    internal Variable[] Sequences => node.Inputs[FixedCount..(FixedCount + SequenceCount)];
    internal Variable[] First => node.Inputs[(FixedCount + SequenceCount)..];
    /// <summary>The states after the last step.</summary>
    internal Variable[] Last => node.Outputs[..StateCount];
    /// <summary>The states before each step, stacked.</summary>
    internal Variable[] Before => node.Outputs[StateCount..(2 * StateCount)];
    internal Variable[] Results => node.Outputs[(2 * StateCount)..];
}
