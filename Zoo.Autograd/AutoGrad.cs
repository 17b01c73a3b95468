using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

/// <summary>
/// Functions over Variables (<c>using A = Zoo.Autograd.AutoGrad;</c>). Every axis counts the batch as 0; negative axes count from the end.
/// </summary>
public static partial class AutoGrad
{
    /// <summary>A constant with the values of an array.</summary>
    public static Variable Constant(NDArray value) => StateOps.Const.Call([], ("value", value), ("dtype", value.DType));

    /// <summary>A constant number of a dtype.</summary>
    public static Variable Constant(double value, DType dtype = DType.Float32) => Constant(NDArray.Scalar(value, dtype));

    /// <summary>A small number that keeps quotients finite: 1e−7, Keras' and Analytics Zoo's (which writes it 10e−8).</summary>
    public const double Epsilon = 1e-7;

    internal static Variable Ints(params ReadOnlySpan<long> values)
    {
        var narrow = new int[values.Length];
        for (var i = 0; i < narrow.Length; i++) narrow[i] = checked((int)values[i]);
        return Constant(NDArray.From(narrow));
    }

    /// <summary>
    /// The gradients of sum(<paramref name="y"/>) with respect to <paramref name="xs"/>, as expressions that can be used and differentiated
    /// again. Zeros where y does not depend on an x.
    /// </summary>
    public static Variable[] Gradients(Variable y, params Variable[] xs)
    {
        if (Topology.Sort([y.Node]).Exists(n => n.Tag is IUpperCall)) return GradientCall.Of([y], xs);
        var found = Graph.Gradients.Of([y], xs);
        return [.. found.Select((g, i) => g ?? ZerosLike(xs[i]))];
    }
}
