using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>TensorFlow's fused updates of variables, what reads and writes their rows, and the reference variables of TensorFlow 1, which are read as resource variables.</summary>
internal static class UpdateOps
{
    static readonly UpdateRule[] rules =
    [
        new("GradientDescent", ["var"], "alpha:T delta:T", (_, old, x) => [old[0] - x[0] * x[1]]),
        new("ProximalGradientDescent", ["var"], "alpha:T l1:T l2:T delta:T", (_, old, x) => [Shrunk(old[0] - x[3] * x[0], x[0], x[1], x[2])]) { Rows = 4 },
        new("Momentum", ["var", "accum"], "lr:T grad:T momentum:T", (n, old, x) =>
        {
            var (lr, grad, momentum) = (x[0], x[1], x[2]);
            var sum = old[1] * momentum + grad;
            return [n.Flag("use_nesterov") ? old[0] - grad * lr - sum * momentum * lr : old[0] - sum * lr, sum];
        }) { Attrs = "use_nesterov:bool=false", Rows = 2 },
        new("KerasMomentum", ["var", "accum"], "lr:T grad:T momentum:T", (n, old, x) =>
        {
            var step = old[1] * x[2] - x[1] * x[0];
            return [old[0] + (n.Flag("use_nesterov") ? step * x[2] - x[1] * x[0] : step), step];
        }) { Attrs = "use_nesterov:bool=false", Old = false, Rows = 2 },
        new("RMSProp", ["var", "ms", "mom"], "lr:T rho:T momentum:T epsilon:T grad:T", (_, old, x) =>
        {
            var (lr, rho, momentum, epsilon, grad) = (x[0], x[1], x[2], x[3], x[4]);
            var squares = old[1] + (A.Square(grad) - old[1]) * (1 - rho);
            var step = old[2] * momentum + grad * lr * A.Rsqrt(squares + epsilon);
            return [old[0] - step, squares, step];
        }) { Rows = 5 },
        new("CenteredRMSProp", ["var", "mg", "ms", "mom"], "lr:T rho:T momentum:T epsilon:T grad:T", (_, old, x) =>
        {
            var (lr, rho, momentum, epsilon, grad) = (x[0], x[1], x[2], x[3], x[4]);
            var mean = old[1] + (grad - old[1]) * (1 - rho);
            var squares = old[2] + (A.Square(grad) - old[2]) * (1 - rho);
            var step = old[3] * momentum + grad * lr * A.Rsqrt(squares - A.Square(mean) + epsilon);
            return [old[0] - step, mean, squares, step];
        }) { Rows = 5 },
        new("Adam", ["var", "m", "v"], "beta1_power:T beta2_power:T lr:T beta1:T beta2:T epsilon:T grad:T", (n, old, x) =>
        {
            var (mean, square) = Moments(old, x);
            var step = n.Flag("use_nesterov") ? x[6] * (1 - x[3]) + mean * x[3] : mean;
            return [old[0] - step * Rate(x) / (A.Sqrt(square) + x[5]), mean, square];
        }) { Attrs = "use_nesterov:bool=false" },
        new("AdamWithAmsgrad", ["var", "m", "v", "vhat"], "beta1_power:T beta2_power:T lr:T beta1:T beta2:T epsilon:T grad:T", (_, old, x) =>
        {
            var (mean, square) = Moments(old, x);
            var most = A.Maximum(old[3], square);
            return [old[0] - mean * Rate(x) / (A.Sqrt(most) + x[5]), mean, square, most];
        }) { Old = false },
        new("AdaMax", ["var", "m", "v"], "beta1_power:T lr:T beta1:T beta2:T epsilon:T grad:T", (_, old, x) =>
        {
            var mean = old[1] + (x[5] - old[1]) * (1 - x[2]);
            var most = A.Maximum(old[2] * x[3], A.Abs(x[5]));
            return [old[0] - mean / (most + x[4]) * (x[1] / (1 - x[0])), mean, most];
        }),
        new("Adagrad", ["var", "accum"], "lr:T grad:T", (n, old, x) =>
        {
            var sum = Squares(n, old[1], x[1]);
            return [old[0] - x[1] * x[0] * A.Rsqrt(sum), sum];
        }) { Attrs = "update_slots:bool=true", Rows = 2 },
        new("AdagradV2", ["var", "accum"], "lr:T epsilon:T grad:T", (n, old, x) =>
        {
            var sum = Squares(n, old[1], x[2]);
            return [old[0] - x[2] * x[0] / (A.Sqrt(sum) + x[1]), sum];
        }) { Attrs = "update_slots:bool=true", Rows = 3 },
        new("ProximalAdagrad", ["var", "accum"], "lr:T l1:T l2:T grad:T", (_, old, x) =>
        {
            var sum = old[1] + A.Square(x[3]);
            var rate = x[0] * A.Rsqrt(sum);
            return [Shrunk(old[0] - x[3] * rate, rate, x[1], x[2]), sum];
        }) { Rows = 4 },
        new("AdagradDA", ["var", "gradient_accumulator", "gradient_squared_accumulator"], "grad:T lr:T l1:T l2:T global_step:int64", (_, old, x) =>
        {
            var (sum, squares, step) = (old[1] + x[0], old[2] + A.Square(x[0]), A.Cast(x[4], x[0].DType));
            return [-x[1] * A.Sign(sum) * A.Maximum(A.Abs(sum) - x[2] * step, 0) / (x[3] * step * x[1] + A.Sqrt(squares)), sum, squares];
        }) { Rows = 1 },
        new("Adadelta", ["var", "accum", "accum_update"], "lr:T rho:T epsilon:T grad:T", (_, old, x) =>
        {
            var (rho, epsilon, grad) = (x[1], x[2], x[3]);
            var squares = old[1] * rho + A.Square(grad) * (1 - rho);
            var step = A.Sqrt(old[2] + epsilon) * A.Rsqrt(squares + epsilon) * grad;
            return [old[0] - step * x[0], squares, old[2] * rho + A.Square(step) * (1 - rho)];
        }) { Rows = 4 },
        new("Ftrl", ["var", "accum", "linear"], "grad:T lr:T l1:T l2:T lr_power:T", (n, old, x) => Ftrl(n, old, x[0], x[0], x[1], x[2], x[3], x[4])) { Attrs = "multiply_linear_by_lr:bool=false", Rows = 1 },
        new("FtrlV2", ["var", "accum", "linear"], "grad:T lr:T l1:T l2:T l2_shrinkage:T lr_power:T", (n, old, x) => Ftrl(n, old, x[0], x[0] + old[0] * x[4] * 2, x[1], x[2], x[3], x[5])) { Attrs = "multiply_linear_by_lr:bool=false", Rows = 1 },
        new("AddSign", ["var", "m"], "lr:T alpha:T sign_decay:T beta:T grad:T", (_, old, x) =>
        {
            var mean = old[1] * x[3] + x[4] * (1 - x[3]);
            return [old[0] - x[4] * x[0] * (x[1] + x[2] * A.Sign(x[4]) * A.Sign(mean)), mean];
        }),
        new("PowerSign", ["var", "m"], "lr:T logbase:T sign_decay:T beta:T grad:T", (_, old, x) =>
        {
            var mean = old[1] * x[3] + x[4] * (1 - x[3]);
            return [old[0] - x[4] * x[0] * A.Exp(x[1] * x[2] * A.Sign(x[4]) * A.Sign(mean)), mean];
        }),
    ];

    internal static readonly Op[] Updates = [.. rules.SelectMany(r => r.Forms())];

    static (Variable Mean, Variable Square) Moments(Variable[] old, Variable[] x) => (old[1] + (x[6] - old[1]) * (1 - x[3]), old[2] + (A.Square(x[6]) - old[2]) * (1 - x[4]));

    static Variable Rate(Variable[] x) => x[2] * A.Sqrt(1 - x[1]) / (1 - x[0]);

    static Variable Squares(Node n, Variable old, Variable grad) => n.Flag("update_slots") ? old + A.Square(grad) : old;

    /// <summary>Nearer to 0 by what l1 and l2 ask for.</summary>
    static Variable Shrunk(Variable x, Variable rate, Variable l1, Variable l2) => A.Sign(x) * A.Maximum(A.Abs(x) - rate * l1, 0) / (1 + l2 * rate);

    static Variable[] Ftrl(Node n, Variable[] old, Variable grad, Variable shrunk, Variable lr, Variable l1, Variable l2, Variable power)
    {
        var sum = old[1] + A.Square(grad);
        var (root, times) = (A.Pow(sum, -power), n.Flag("multiply_linear_by_lr"));
        var (moved, one) = ((root - A.Pow(old[1], -power)) * old[0], A.OnesLike(lr));
        var linear = times ? old[2] + shrunk * lr - moved : old[2] + shrunk - moved / lr;
        var (limit, quadratic) = times ? (l1 * lr, root + l2 * lr * 2) : (l1 * one, root / lr + l2 * 2);
        return [A.Where(A.Abs(linear) > limit, (A.Sign(linear) * limit - linear) / quadratic, A.ZerosLike(linear)), sum, linear];
    }

    internal static readonly Op[] Scatters =
    [
        .. Scatter("Add", (old, at, x) => A.TensorScatterAdd(old, A.ExpandDims(at, -1), x)),
        .. Scatter("Sub", (old, at, x) => A.TensorScatterSub(old, A.ExpandDims(at, -1), x)),
        .. Scatter("Update", (old, at, x) => A.TensorScatterUpdate(old, A.ExpandDims(at, -1), x), "true"),
        .. Scatter("Min", (old, at, x) => A.TensorScatterMin(old, A.ExpandDims(at, -1), x)),
        .. Scatter("Max", (old, at, x) => A.TensorScatterMax(old, A.ExpandDims(at, -1), x)),
        .. Scatter("Mul", (old, at, x) => old * SegmentOps.UnsortedSegmentProd.Call(x, at, A.SizeOf(old, 0))),
        .. Scatter("Div", (old, at, x) => old / SegmentOps.UnsortedSegmentProd.Call(x, at, A.SizeOf(old, 0))),
        .. ScatterNd("Add", ScatterOps.TensorScatterAdd), .. ScatterNd("Sub", ScatterOps.TensorScatterSub), .. ScatterNd("Update", ScatterOps.TensorScatterUpdate, "true"),
        .. ScatterNd("Min", ScatterOps.TensorScatterMin), .. ScatterNd("Max", ScatterOps.TensorScatterMax),
    ];

    static Op[] Scatter(string how, Func<Variable, Variable, Variable, Variable> rule, string locking = "false")
    {
        var resource = Assigning($"ResourceScatter{how}", "resource:resource indices:Tindices updates:dtype -> ; dtype:type Tindices:index", n => rule(StateOps.Target(n).Variable, n[1], n[2]));
        return [resource, UpdateRule.Reference($"Scatter{how}", 1, $"ref:T indices:Tindices updates:T -> output_ref:T ; T:type Tindices:index use_locking:bool={locking}", resource)];
    }

    static Op[] ScatterNd(string how, Op op, string locking = "false")
    {
        const string Policy = "bad_indices_policy:string=";
        var resource = Assigning($"ResourceScatterNd{how}", $"ref:resource indices:Tindices updates:T -> ; T:type Tindices:index use_locking:bool=true {Policy}", n => op.Call(StateOps.Target(n).Variable, n[1], n[2]));
        return [resource, UpdateRule.Reference($"ScatterNd{how}", 1, $"ref:T indices:Tindices updates:T -> output_ref:T ; T:type Tindices:index use_locking:bool={locking} {Policy}", resource)];
    }

    static Op Assigning(string name, string signature, Func<Node, Variable> value) => new(name, signature)
    {
        Shape = _ => [],
        NoGradient = Op.Discrete,
        Stateful = true,
        Assigns = n => [(StateOps.Target(n), value(n))],
    };

    /// <summary>Rows of a variable: it is read, and they are taken.</summary>
    internal static readonly Op ResourceGather = OfVariable("ResourceGather", "resource:resource indices:Tindices -> output:dtype ; batch_dims:int=0 validate_indices:bool=true dtype:type Tindices:index",
        (c, value) => A.Gather(value(), c[1], (int)c.Attrs.Get<long>("batch_dims"), (int)c.Attrs.Get<long>("batch_dims")));
    internal static readonly Op ResourceGatherNd = OfVariable("ResourceGatherNd", "resource:resource indices:Tindices -> output:dtype ; dtype:type Tindices:index", (c, value) => A.GatherNd(value(), c[1]));
    internal static readonly Op VariableShape = OfVariable("VariableShape", "input:resource -> output:out_type ; out_type:index=int32", (c, value) => A.ShapeOf(value(), c.Attrs.Get<DType>("out_type")));

    static Op OfVariable(string name, string signature, Func<ReadContext, Func<Variable>, Variable> rule) => new(name, signature)
    {
        Shape = _ => Shape.Unknown,
        NoGradient = "it is read as ops that have one",
        Stateful = true,
        Reads = c =>
        {
            var p = Resources.Of(c[0]) as Parameter ?? throw new GraphException($"its variable comes from {c[0].Node.Op.Name}. Expected a VarHandleOp of the same graph.");
            return [rule(c with { Attrs = Defaults(signature, c.Attrs) }, () => StateOps.ReadVariableOp.Call([c[0]], Attrs.Of(("dtype", p.DType)), null, p, c.Controls).Out)];
        },
    };

    /// <summary>Attributes with the defaults of those that a file leaves out.</summary>
    static Attrs Defaults(string signature, Attrs given)
    {
        foreach (var attr in new Signature(signature).Attrs)
            if (attr.Default is { } value && !given.Has(attr.Name)) given = given.With(attr.Name, value);
        return given;
    }

    internal static readonly Op VariableV2 = Declares("VariableV2");
    internal static readonly Op Variable = Declares("Variable");

    static Op Declares(string name) => new(name, "-> ref:dtype ; shape:shape dtype:type container:string= shared_name:string=")
    {
        Shape = s => s.Attr<Shape>("shape"),
        NoGradient = Op.Discrete,
        Stateful = true,
        Reads = c => [c.Resources.Declare(c.Name, c.Attrs).Variable],
    };

    /// <summary>Assignments of references: they become those of resources, and give the new value.</summary>
    internal static readonly Op[] References =
    [
        UpdateRule.Reference("Assign", 1, "ref:T value:T -> output_ref:T ; T:type validate_shape:bool=true use_locking:bool=true", StateOps.AssignVariableOp),
        UpdateRule.Reference("AssignAdd", 1, "ref:T value:T -> output_ref:T ; T:type use_locking:bool=false", StateOps.AssignAddVariableOp),
        UpdateRule.Reference("AssignSub", 1, "ref:T value:T -> output_ref:T ; T:type use_locking:bool=false", StateOps.AssignSubVariableOp),
    ];
}
