namespace Zoo.Keras;

/// <summary>A C# expression as a metric: the mean of its values.</summary>
internal sealed class FormulaMetric(Func<Variable, Variable, Variable> formula) : MeanMetric
{
    internal Func<Variable, Variable, Variable> Formula => formula;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => formula(yTrue, yPred);
}
