namespace Zoo.Keras;

/// <summary>A loss of <see cref="Criterions"/>: its values, and which of them count how much.</summary>
internal sealed class Criterion : Loss
{
    readonly Func<Variable, Variable, Variable> each;
    readonly Func<Variable, Variable, Variable>? counts;

    /// <param name="name">The name.</param>
    /// <param name="average">Whether the mean is taken, else the sum.</param>
    /// <param name="each">The values, from labels and predictions.</param>
    /// <param name="classes">Whether labels are class numbers.</param>
    /// <param name="counts">The weight of each value, by which the mean is divided.</param>
    internal Criterion(string name, bool average, Func<Variable, Variable, Variable> each, bool classes = false, Func<Variable, Variable, Variable>? counts = null)
    {
        (this.each, this.counts, TakesClasses) = (each, counts, classes);
        (Name, Reduction) = (name, average ? Reduction.SumOverBatchSize : Reduction.Sum);
    }

    internal override bool TakesClasses { get; }

    protected internal override Variable Call(Variable yTrue, Variable yPred) => each(yTrue, yPred);

    private protected override Variable? Valid(Variable yTrue, Variable yPred) => counts?.Invoke(yTrue, yPred);
}
