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

    internal static readonly Op AssignVariableOp = Assign("AssignVariableOp", (_, value) => value, " validate_shape:bool=false");
    internal static readonly Op AssignAddVariableOp = Assign("AssignAddVariableOp", (old, value) => old + value);
    internal static readonly Op AssignSubVariableOp = Assign("AssignSubVariableOp", (old, value) => old - value);

    static Op Assign(string name, Func<Variable, Variable, Variable> next, string attrs = "") => new(name, $"resource:resource value:dtype -> ; dtype:type{attrs}")
    {
        Shape = _ => [],
        NoGradient = Op.Discrete,
        Stateful = true,
        Assigns = n => [(Target(n), next(Target(n).Variable, n[1]))],
    };

    /// <summary>The Parameter that a node works on through a handle.</summary>
    internal static Parameter Target(Node n, int input = 0) => Resources.Of(n[input]) as Parameter ?? n.Tag as Parameter
        ?? throw new GraphException($"{n.Op.Name}: its variable comes from {n[input].Node.Op.Name}. Expected a VarHandleOp of the same graph.") { Node = n.Name };

    internal static readonly Op VarIsInitializedOp = new("VarIsInitializedOp", "resource:resource -> is_initialized:bool")
    {
        Shape = _ => Shape.Scalar,
        NoGradient = Op.Discrete,
        Stateful = true,
        Kernel = k => k.Managed((n, _) => [NDArray.Scalar(Target(n).IsInitialized ? 1 : 0, DType.Bool)]),
    };

    /// <summary>Says that a variable's value may be shared; here readers always share it.</summary>
    internal static readonly Op DisableCopyOnRead = new("DisableCopyOnRead", "resource:resource ->") { Shape = _ => [], NoGradient = Op.Discrete, Stateful = true };

    /// <summary>A placeholder that need not be fed.</summary>
    internal static readonly Op PlaceholderWithDefault = new("PlaceholderWithDefault", "input:dtype -> output:dtype ; dtype:type shape:shape")
    {
        Shape = s => s.Attr<Shape>("shape") is var shape && shape.Accepts(s[0]) ? shape : throw s.Fail($"its default does not have the shape {shape}", "Expected one that fits."),
        Grad = (n, g) => [g],
        Stateful = true,   // it is a place to feed: never merged
        Kernel = k => k[0],
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
