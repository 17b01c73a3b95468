using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Ops that are several others put together: the embedded engine computes them as those, and their gradients are those of the parts.</summary>
internal static class Composed
{
    /// <param name="name">TensorFlow's name.</param>
    /// <param name="signature">See <see cref="Signature"/>.</param>
    /// <param name="shape">The shape rule.</param>
    /// <param name="body">What it is, over given inputs.</param>
    internal static Op Op(string name, string signature, Func<ShapeContext, Shapes> shape, Func<Node, Variable[], Variable[]> body) => new(name, signature)
    {
        Shape = shape,
        Grads = (n, g) => Array.ConvertAll(n.Inputs, A.Identity) is var inputs ? FlowOps.Differentiate(inputs, body(n, inputs), g) : [],   // one value may be given twice
        Composite = n => body(n, n.Inputs),
    };

    /// <summary>The same of one output.</summary>
    internal static Op Op(string name, string signature, Func<ShapeContext, Shape> shape, Func<Node, Variable[], Variable> body) => Op(name, signature, s => (Shapes)shape(s), (n, v) => [body(n, v)]);

    /// <summary>The same where nothing varies smoothly.</summary>
    internal static Op Discrete(string name, string signature, Func<ShapeContext, Shapes> shape, Func<Node, Variable[]> body) => new(name, signature) { Shape = shape, NoGradient = Autograd.Op.Discrete, Composite = body };
}
