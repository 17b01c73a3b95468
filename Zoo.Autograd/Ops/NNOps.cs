using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Activations, bias, softmax and the cross-entropies.</summary>
internal static class NNOps
{
    internal static readonly Op Relu = Activation("Relu", "real", Opcode.Relu, (n, g) => ReluGrad!.Call(g, n.Out));
    internal static readonly Op ReluGrad = Gradient("ReluGrad", "features", Opcode.ReluGrad, (n, g) => [ReluGrad!.Call(g, n[1]), A.ZerosLike(n[1])]);
    internal static readonly Op Relu6 = Activation("Relu6", "real", Opcode.Relu6, (n, g) => Relu6Grad!.Call(g, n.Out));
    internal static readonly Op Relu6Grad = Gradient("Relu6Grad", "features", Opcode.Relu6Grad, (n, g) => [Relu6Grad!.Call(g, n[1]), A.ZerosLike(n[1])]);
    internal static readonly Op Elu = Activation("Elu", "float", Opcode.Elu, (n, g) => EluGrad!.Call(g, n.Out));
    internal static readonly Op EluGrad = Gradient("EluGrad", "outputs", Opcode.EluGrad, (n, g) =>
        [EluGrad!.Call(g, n[1]), A.Where(n[1] < 0, n[0] * g, A.ZerosLike(n[1]))], "float");
    internal static readonly Op Selu = Activation("Selu", "float", Opcode.Selu, (n, g) => SeluGrad!.Call(g, n.Out));
    internal static readonly Op SeluGrad = Gradient("SeluGrad", "outputs", Opcode.SeluGrad, (n, g) =>
        [SeluGrad!.Call(g, n[1]), A.Where(n[1] < 0, n[0] * g, A.ZerosLike(n[1]))], "float");

    internal static readonly Op LeakyRelu = new("LeakyRelu", "features:T -> activations:T ; alpha:float=0.2 T:float=float32")
    {
        Shape = s => s[0],
        Grad = (n, g) => [LeakyReluGrad!.Call([g, n[0]], ("alpha", n.Float("alpha")))],
        Pointwise = e => e.Do(Opcode.LeakyRelu, e.Node.Float("alpha")),
    };

    internal static readonly Op LeakyReluGrad = new("LeakyReluGrad", "gradients:T features:T -> backprops:T ; alpha:float=0.2 T:float=float32")
    {
        Shape = s => s.Alike(0, 1),
        Grad = (n, g) => [LeakyReluGrad!.Call([g, n[1]], ("alpha", n.Float("alpha"))), A.ZerosLike(n[1])],
        Pointwise = e => e.Do(Opcode.LeakyReluGrad, e.Node.Float("alpha")),
    };

    internal static readonly Op Softplus = Activation("Softplus", "float", Opcode.Softplus, (n, g) => g * A.Sigmoid(n[0]));
    internal static readonly Op Softsign = Activation("Softsign", "float", Opcode.Softsign, (n, g) => g / A.Square(1 + A.Abs(n[0])));

    internal static readonly Op SoftplusGrad = Gradient("SoftplusGrad", "features", Opcode.SoftplusGrad, (n, g) =>
    {
        var s = A.Sigmoid(n[1]);
        return [g * s, g * n[0] * s * (1 - s)];
    }, "float");
    internal static readonly Op SoftsignGrad = Gradient("SoftsignGrad", "features", Opcode.SoftsignGrad, (n, g) =>
    {
        var root = 1 + A.Abs(n[1]);
        return [SoftsignGrad!.Call(g, n[1]), g * n[0] * A.Sign(n[1]) / (root * root * root) * -2];
    }, "float");

    internal static readonly Op BiasAdd = new("BiasAdd", "value:T bias:T -> output:T ; T:number data_format:string=NHWC")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            if (s.Text("data_format") != "NHWC") throw s.Fail("data_format NCHW", "Expected NHWC: graphs are channels last. Transpose at the border.");
            if (s[0].HasRank && s[1].HasRank) s.Same(s[0][-1], s[1][0], "the channels");
            return s[0];
        },
        Grad = (n, g) => [g, BiasAddGrad!.Call(g)],
        Pointwise = e => e.Do(Opcode.Add),
    };

    internal static readonly Op BiasAddGrad = new("BiasAddGrad", "out_backprop:T -> output:T ; T:number data_format:string=NHWC")
    {
        Shape = s => s[0].HasRank ? Shape.Create([s[0][-1]]) : Shape.Unknown,
        Grad = (n, g) => [A.BroadcastTo(g, A.ShapeOf(n[0]))],
        Kernel = k => k.Reduce(k[0], ReduceKind.Sum, [.. Enumerable.Range(0, k.Shape(0).Rank - 1)]) ?? ReduceOps.Sum_(k, [.. Enumerable.Range(0, k.Shape(0).Rank - 1).Select(i => (long)i)], keep: false),
    };

    internal static readonly Op Softmax = new("Softmax", "logits:T -> softmax:T ; T:float")
    {
        Shape = s => s[0].HasRank && s[0].Rank == 0 ? throw s.Fail("a number has no axis", "Expected rank 1 or more.") : s[0],
        Grad = (n, g) => [(g - A.Sum(g * n.Out, -1, keepDims: true)) * n.Out],
        Kernel = k => k.Call("_softmax", k[0], -1, false),
    };

    internal static readonly Op LogSoftmax = new("LogSoftmax", "logits:T -> logsoftmax:T ; T:float")
    {
        Shape = s => s[0],
        Grad = (n, g) => [g - A.Sum(g, -1, keepDims: true) * A.Exp(n.Out)],
        Kernel = k => k.Call("_log_softmax", k[0], -1, false),
    };

    static Op Activation(string name, string types, Opcode code, Func<Node, Variable, Variable> grad) => new(name, $"features:T -> activations:T ; T:{types}")
    {
        Shape = s => s[0],
        Grad = (n, g) => [grad(n, g)],
        Pointwise = e => e.Do(code),
    };

    static Op Gradient(string name, string second, Opcode code, Func<Node, Variable, Variable?[]> grad, string types = "real") => new(name, $"gradients:T {second}:T -> backprops:T ; T:{types}")
    {
        Shape = s => s.Alike(0, 1),
        Grad = grad,
        Pointwise = e => e.Do(code),
    };
}
