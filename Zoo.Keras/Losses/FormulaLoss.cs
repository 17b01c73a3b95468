namespace Zoo.Keras;

/// <summary>A C# expression as a loss.</summary>
internal sealed class FormulaLoss(Func<Variable, Variable, Variable> formula) : Loss
{
    internal Func<Variable, Variable, Variable> Formula => formula;

    protected internal override Variable Call(Variable yTrue, Variable yPred) => formula(yTrue, yPred);
}
