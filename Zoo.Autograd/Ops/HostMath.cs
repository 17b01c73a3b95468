namespace Zoo.Autograd.Ops;

/// <summary>Arithmetic on the host for constants: shape arithmetic, and what planning folds.</summary>
internal static class HostMath
{
    /// <summary>An element-wise function of two broadcast arrays of one dtype.</summary>
    internal static NDArray Broadcast(NDArray a, NDArray b, Func<double, double, double> f, DType? result = null)
    {
        var shape = Shape.Broadcast(a.Shape, b.Shape);
        var to = NDArray.Zeros(shape, result ?? a.DType);
        for (var i = 0; i < to.Count; i++) to.SetNumber(i, f(a.Number(Index(i, shape, a.Shape)), b.Number(Index(i, shape, b.Shape))));
        return to;
    }

    /// <summary>The place in an operand that element i of the broadcast result comes from.</summary>
    internal static int Index(int i, Shape result, Shape operand)
    {
        int index = 0, step = 1;
        for (var axis = 1; axis <= operand.Rank; axis++)
        {
            var size = (int)result[^axis];
            var at = i % size;
            i /= size;
            if (operand[^axis] != 1) index += at * step;
            step *= (int)operand[^axis];
        }
        return index;
    }
}
