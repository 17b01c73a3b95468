namespace Zoo.Keras;

/// <summary>
/// One step of a recurrent layer: from an entry of a sequence and the states before it to a result and new states. Called alone it takes the entry [batch, …]
/// and the states, and gives the result and the new states. Derive from it for a cell of your own and hand it to <see cref="RNN"/>.
/// </summary>
[KerasParameters("inputs", "states")]
public abstract class RnnCell : Layer
{
    /// <summary>The shapes of the states of one sample, known when the cell is built.</summary>
    [KerasIgnore]
    public abstract IReadOnlyList<Shape> StateShapes { get; }

    /// <summary>The shape of the result for one sample; by default that of the first state.</summary>
    [KerasIgnore]
    public virtual Shape OutputShape => StateShapes[0];

    /// <summary>
    /// What is done to the entries before the recurrence, whole sequences at once: a matrix product that does not depend on the states belongs here. By default nothing.
    /// </summary>
    /// <param name="x">One entry [batch, …], or all of a sequence [steps, batch, …].</param>
    /// <param name="sequence">Whether it is a sequence.</param>
    /// <param name="c">The call.</param>
    protected internal virtual Variable Project(Variable x, bool sequence, CallContext c) => x;

    /// <summary>One step.</summary>
    /// <param name="x">An entry as <see cref="Project"/> gives it.</param>
    /// <param name="states">The states before it.</param>
    /// <param name="c">The call.</param>
    protected internal abstract (Variable Output, Variable[] States) Step(Variable x, Variable[] states, CallContext c);

    /// <summary>All steps as one op: every state as <see cref="Autograd.Ops.RecurrentOps"/> gives them; null where there is no such op for what the cell is told.</summary>
    /// <param name="steps">A sequence as <see cref="Project"/> gives it.</param>
    /// <param name="mask">Which steps count, [steps, batch].</param>
    /// <param name="first">The first states.</param>
    /// <param name="reverse">Whether it begins with the last step.</param>
    /// <param name="c">The call.</param>
    internal virtual Variable[]? All(Variable steps, Variable? mask, Variable[] first, bool reverse, CallContext c) => null;

    /// <inheritdoc/>
    protected sealed override Outputs Call(Inputs x, CallContext c)
    {
        if (x.Count != 1 + StateShapes.Count) throw new ArgumentException($"{Name}: {x.Count} inputs were given. Expected an entry and {StateShapes.Count} states.");
        var (output, states) = Step(Project(Floats(x[0]), sequence: false, c), [.. x.Skip(1)], c);
        return (Variable[])[output, .. states];
    }

    internal Variable Floats(Variable x) => x.DType.IsFloat() ? x : Autograd.AutoGrad.Cast(x, DTypePolicy.ComputeDType);
}
