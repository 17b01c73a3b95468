using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Leaves of graphs and resource variables.</summary>
internal static class StateOps
{
    internal static readonly Op Placeholder = new("Placeholder", "-> output:dtype ; dtype:type shape:shape=?")
    {
        Shape = s => s.Attr<Shape>("shape"),
        NoGradient = Op.Discrete,
        Stateful = true,
    };

    internal static readonly Op Const = new("Const", "-> output:dtype ; value:tensor dtype:type")
    {
        Shape = s => s.Attr<NDArray>("value").Shape,
        NoGradient = Op.Discrete,
        Fold = (n, _) => n.Attrs.Get<NDArray>("value"),
    };

    internal static readonly Op VarHandleOp = new("VarHandleOp", "-> resource:resource ; container:string= shared_name:string= debug_name:string= dtype:type shape:shape allowed_devices:strings=[]")
    {
        Shape = _ => Shape.Scalar,
        NoGradient = Op.Discrete,
        Stateful = true,
    };

    internal static readonly Op ReadVariableOp = new("ReadVariableOp", "resource:resource -> value:dtype ; dtype:type")
    {
        Shape = s => s.Variable(0)?.Shape ?? Shape.Unknown,
        NoGradient = Op.Discrete,
        Stateful = true,
    };

    internal static readonly Op AssignVariableOp = new("AssignVariableOp", "resource:resource value:dtype -> ; dtype:type validate_shape:bool=false")
    {
        Shape = _ => [],
        NoGradient = Op.Discrete,
        Stateful = true,
    };

    internal static readonly Op AssignAddVariableOp = new("AssignAddVariableOp", "resource:resource value:dtype -> ; dtype:type")
    {
        Shape = _ => [],
        NoGradient = Op.Discrete,
        Stateful = true,
    };

    internal static readonly Op AssignSubVariableOp = new("AssignSubVariableOp", "resource:resource value:dtype -> ; dtype:type")
    {
        Shape = _ => [],
        NoGradient = Op.Discrete,
        Stateful = true,
    };

    internal static readonly Op NoOp = new("NoOp", "->") { Shape = _ => [], NoGradient = Op.Discrete, Stateful = true };

    /// <summary>The value of a Parameter: one node for all its uses.</summary>
    internal static Variable Read(Parameter p)
    {
        var handle = VarHandleOp.Call([], Attrs.Of(("dtype", p.DType), ("shape", p.Shape)), tag: p);
        return ReadVariableOp.Call([handle.Out], Attrs.Of(("dtype", p.DType)), tag: p).Out;
    }

    internal static Variable Input(string name, Shape shape, DType dtype, object? tag = null) =>
        Placeholder.Call([], Attrs.Of(("dtype", dtype), ("shape", shape)), name, tag).Out;
}
