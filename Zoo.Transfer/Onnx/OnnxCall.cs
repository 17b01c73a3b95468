using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Onnx;

/// <summary>A node of TensorFlow's over inputs that are already ONNX's: what a form makes nodes of.</summary>
sealed class OnnxCall(Node node, Variable[] inputs, int uses)
{
    /// <summary>The node itself, over its own inputs: for attributes, shapes and constants.</summary>
    public Node Node => node;

    /// <summary>An input as it is written.</summary>
    public Variable this[int input] => inputs[input];

    public Variable[] Inputs => inputs;

    public Shape Shape => node.Out.Shape;

    /// <summary>Whether this node alone uses its first input.</summary>
    public bool Alone => uses == 1;

    /// <summary>A node of ONNX's with the shape and type of this one's first result.</summary>
    public Variable Op(string type, Variable[] over, params ReadOnlySpan<(string, object)> attributes) => OnnxNode.Of(type, Shape, node.Out.DType, over, attributes);

    public Variable Op(string type, params Variable[] over) => Op(type, over, []);

    /// <summary>A number of the result's type.</summary>
    public Variable Number(double value) => A.Constant(value, node.Out.DType);

    /// <summary>The integers that an input must be.</summary>
    /// <exception cref="GraphException">They are computed.</exception>
    public long[] Fixed(int input)
    {
        if (ShapeValues.Constant(node[input]) is not { } value) throw new GraphException($"its input {input} is computed, where ONNX or this writer wants constants");
        return [.. Enumerable.Range(0, value.Count).Select(i => (long)value.Number(i))];
    }

    /// <summary>An axis that an input must be, counted from the front.</summary>
    public int Axis(int input, int rank) => Fixed(input)[0] is var axis && axis < 0 ? (int)axis + rank : (int)axis;

    /// <summary>Integers as ONNX wants them.</summary>
    public static Variable Ints(params long[] values) => A.Constant(NDArray.From(values, [values.Length]));

    /// <summary>The result's shape for a reshape: one size may be unknown.</summary>
    public Variable Reshaped(Variable x)
    {
        if (!Shape.HasRank || Shape.Count(d => d < 0) > 1) throw new GraphException($"its shape {Shape} has several sizes that are not known. Fix the batch size");
        return Op("Reshape", x, Ints([.. Shape]));
    }
}
