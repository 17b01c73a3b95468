using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>TensorFlow's fused updates of variables, and the reference variables of TensorFlow 1, which are read as resource variables.</summary>
internal static class UpdateOps
{
    const string Locking = "use_locking:bool=false";

    internal static readonly Op GradientDescent = Update("ResourceApplyGradientDescent", ["var"], "alpha:T delta:T", "", (_, old, x) => [old[0] - x[0] * x[1]]);

    internal static readonly Op Momentum = Update("ResourceApplyMomentum", ["var", "accum"], "lr:T grad:T momentum:T", " use_nesterov:bool=false", (n, old, x) =>
    {
        var (lr, grad, momentum) = (x[0], x[1], x[2]);
        var sum = old[1] * momentum + grad;
        return [n.Flag("use_nesterov") ? old[0] - grad * lr - sum * momentum * lr : old[0] - sum * lr, sum];
    });

    internal static readonly Op RMSProp = Update("ResourceApplyRMSProp", ["var", "ms", "mom"], "lr:T rho:T momentum:T epsilon:T grad:T", "", (_, old, x) =>
    {
        var (lr, rho, momentum, epsilon, grad) = (x[0], x[1], x[2], x[3], x[4]);
        var squares = old[1] + (A.Square(grad) - old[1]) * (1 - rho);
        var step = old[2] * momentum + grad * lr * A.Rsqrt(squares + epsilon);
        return [old[0] - step, squares, step];
    });

    internal static readonly Op Adam = Update("ResourceApplyAdam", ["var", "m", "v"], "beta1_power:T beta2_power:T lr:T beta1:T beta2:T epsilon:T grad:T", " use_nesterov:bool=false", (n, old, x) =>
    {
        var (lr, beta1, beta2, epsilon, grad) = (x[2], x[3], x[4], x[5], x[6]);
        var rate = lr * A.Sqrt(1 - x[1]) / (1 - x[0]);
        var mean = old[1] + (grad - old[1]) * (1 - beta1);
        var square = old[2] + (A.Square(grad) - old[2]) * (1 - beta2);
        var step = n.Flag("use_nesterov") ? grad * (1 - beta1) + mean * beta1 : mean;
        return [old[0] - step * rate / (A.Sqrt(square) + epsilon), mean, square];
    });

    internal static readonly Op ScatterAdd = Scatter("ResourceScatterAdd", ScatterOps.TensorScatterAdd);
    internal static readonly Op ScatterSub = Scatter("ResourceScatterSub", ScatterOps.TensorScatterSub);
    internal static readonly Op ScatterUpdate = Scatter("ResourceScatterUpdate", ScatterOps.TensorScatterUpdate);

    internal static readonly Op VariableV2 = new("VariableV2", "-> ref:dtype ; shape:shape dtype:type container:string= shared_name:string=")
    {
        Shape = s => s.Attr<Shape>("shape"),
        NoGradient = Op.Discrete,
        Stateful = true,
        Reads = c => [c.Resources.Declare(c.Name, c.Attrs).Variable],
    };

    /// <summary>The same ops on references: they become those on resources, and give the new value.</summary>
    internal static readonly Op[] References =
    [
        Reference("Assign", 1, "ref:T value:T -> output_ref:T ; T:type validate_shape:bool=true use_locking:bool=true", StateOps.AssignVariableOp),
        Reference("AssignAdd", 1, $"ref:T value:T -> output_ref:T ; T:type {Locking}", StateOps.AssignAddVariableOp),
        Reference("AssignSub", 1, $"ref:T value:T -> output_ref:T ; T:type {Locking}", StateOps.AssignSubVariableOp),
        Reference("ApplyGradientDescent", 1, $"var:T alpha:T delta:T -> out:T ; T:type {Locking}", GradientDescent),
        Reference("ApplyMomentum", 2, $"var:T accum:T lr:T grad:T momentum:T -> out:T ; T:type {Locking} use_nesterov:bool=false", Momentum),
        Reference("ApplyRMSProp", 3, $"var:T ms:T mom:T lr:T rho:T momentum:T epsilon:T grad:T -> out:T ; T:type {Locking}", RMSProp),
        Reference("ApplyAdam", 3, $"var:T m:T v:T beta1_power:T beta2_power:T lr:T beta1:T beta2:T epsilon:T grad:T -> out:T ; T:type {Locking} use_nesterov:bool=false", Adam),
        Reference("ScatterAdd", 1, $"ref:T indices:Tindices updates:T -> output_ref:T ; T:type Tindices:index {Locking}", ScatterAdd),
        Reference("ScatterSub", 1, $"ref:T indices:Tindices updates:T -> output_ref:T ; T:type Tindices:index {Locking}", ScatterSub),
        Reference("ScatterUpdate", 1, "ref:T indices:Tindices updates:T -> output_ref:T ; T:type Tindices:index use_locking:bool=true", ScatterUpdate),
    ];

    static Op Update(string name, string[] variables, string inputs, string attrs, Func<Node, Variable[], Variable[], Variable[]> rule) =>
        new(name, $"{string.Join(' ', variables.Select(v => v + ":resource"))} {inputs} -> ; T:number {Locking}{attrs}")
        {
            Shape = _ => [],
            NoGradient = Op.Discrete,
            Stateful = true,
            Assigns = n =>
            {
                var targets = variables.Select((_, i) => StateOps.Target(n, i)).ToArray();
                return [.. targets.Zip(rule(n, Array.ConvertAll(targets, t => t.Variable), n.Inputs[variables.Length..]))];
            },
        };

    static Op Scatter(string name, Op scatter) => new(name, "resource:resource indices:Tindices updates:dtype -> ; dtype:type Tindices:index")
    {
        Shape = _ => [],
        NoGradient = Op.Discrete,
        Stateful = true,
        Assigns = n => [(StateOps.Target(n), scatter.Call(StateOps.Target(n).Variable, A.ExpandDims(n[1], -1), n[2]))],
    };

    static Op Reference(string name, int variables, string signature, Op resource) => new(name, signature)
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Stateful = true,
        Reads = c =>
        {
            var targets = Enumerable.Range(0, variables).Select(i => Read(c[i])).ToArray();
            var attrs = Attrs.None;
            foreach (var (key, value) in c.Attrs.All)
                if (key[0] == '_' || Array.Exists(resource.Signature.Attrs, a => a.Name == key && key is not ("validate_shape" or "T" or "dtype"))) attrs = attrs.With(key, value);
            var node = resource.Call([.. targets.Select(t => t.Variable.Node[0]), .. c.Inputs[variables..]], attrs, c.Name, targets[0], c.Controls);
            c.Is(node);
            return [node.Op.Assigns!(node)[0].Value];
        },
    };

    /// <summary>The variable whose value a reference is.</summary>
    static Parameter Read(Variable v)
    {
        var node = v.Node;
        while (node.Op == ArrayOps.Identity && node.Tag is null) node = node[0].Node;
        return node.Tag as Parameter ?? throw new GraphException($"what it changes comes from {node.Op.Name}. Expected a VariableV2 of the same graph.");
    }
}
