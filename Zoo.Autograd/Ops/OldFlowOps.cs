using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>TensorFlow 1's control flow as it stands in files. None of it reaches an engine: <see cref="FlowReader"/> makes functions of it.</summary>
internal static class OldFlowOps
{
    internal static readonly Op Switch = Make("Switch", "data:T pred:bool -> output_false:T output_true:T", s => [s[0], s[0]]);
    internal static readonly Op Merge = Make("Merge", "inputs:N*T -> output:T value_index:int32", _ => [Shape.Unknown, Shape.Scalar]);
    internal static readonly Op Enter = Make("Enter", "data:T -> output:T ; T:type frame_name:string is_constant:bool=false parallel_iterations:int=10", s => s[0]);
    internal static readonly Op Exit = Make("Exit", "data:T -> output:T", s => s[0]);
    internal static readonly Op NextIteration = Make("NextIteration", "data:T -> output:T", s => s[0]);
    internal static readonly Op LoopCond = Make("LoopCond", "input:bool -> output:bool", s => s[0]);

    static Op Make(string name, string signature, Func<ShapeContext, Shapes> shape) => new(name, signature)
    {
        Shape = shape,
        NoGradient = "loops and choices of TensorFlow 1 are differentiated as the While and If they are read as",
        Stateful = true,
    };
}
