using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Numbers of categories in the form of an output mode.</summary>
static class Categories
{
    /// <summary>Encodes [batch, …]; what is not below <paramref name="depth"/> counts nowhere.</summary>
    /// <param name="x">Whole numbers, 0 or more.</param>
    /// <param name="mode">The form.</param>
    /// <param name="depth">How many categories there are.</param>
    /// <param name="dtype">The type of the result, other than for numbers.</param>
    /// <param name="weights">What each entry counts in place of 1.</param>
    public static Variable Encode(Variable x, OutputMode mode, int depth, DType dtype, Variable? weights = null)
    {
        if (mode.Name == "int") return x;
        if (mode.Name == "one_hot") return A.OneHot(x.Shape.Rank > 1 && x.Shape[-1] == 1 ? A.Squeeze(x, -1) : x, depth, dtype: dtype);
        var binary = mode.Name == "multi_hot";
        if (x.Shape.Rank is 1 or 2) return A.Cast(A.Bincount(x, depth, weights, binary, weights?.DType ?? DType.Float32), dtype);
        var all = A.OneHot(x, depth, dtype: dtype);
        if (weights is not null) all *= A.ExpandDims(weights, -1);
        return binary ? A.Max(all, 1) : A.Sum(all, 1);
    }
}
