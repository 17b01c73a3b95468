using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Which steps of a sequence may see which.</summary>
internal static class AttentionMasks
{
    /// <summary>Both, where both are given.</summary>
    internal static Variable? And(Variable? a, Variable? b) => a is null ? b : b is null ? a : a & b;

    /// <summary>[1, Tq, Tv]: true where the value comes no later than the query.</summary>
    internal static Variable Causal(Variable query, int queryAxis, Variable value, int valueAxis) => Distance(query, queryAxis, value, valueAxis) >= 0;

    /// <summary>[1, Tq, Tv]: true where less than a number of steps lie between.</summary>
    internal static Variable Window(Variable query, Variable value, int steps) => A.Abs(Distance(query, 1, value, 1)) < steps;

    static Variable Distance(Variable query, int queryAxis, Variable value, int valueAxis)
    {
        var rows = A.Range(A.SizeOf(query, query.Shape.Axis(queryAxis, "queries")));
        var columns = A.Range(A.SizeOf(value, value.Shape.Axis(valueAxis, "values")));
        return A.ExpandDims(A.ExpandDims(rows, -1) - columns, 0);
    }
}
