using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What layers share that join several inputs of one shape into one, element by element.</summary>
public abstract class Merge : Layer
{
    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <summary>The result of inputs of one rank.</summary>
    private protected abstract Variable Join(Variable[] inputs);

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        if (inputs.Count < 2) throw new ShapeException($"{inputs.Count} inputs were given. Expected at least two.");
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        // Inputs of lower rank get axes after the batch, as in Keras.
        var rank = x.Max(v => v.Shape.Rank);
        return Join([.. x.Select(v =>
        {
            while (v.Shape.Rank < rank) v = A.ExpandDims(v, 1);
            return v;
        })]);
    }

    /// <summary>Where all inputs count that have a mask.</summary>
    protected override Variable? ComputeMask(Inputs x, CallContext c) => c.Masks.OfType<Variable>().Aggregate((Variable?)null, (a, b) => a is null ? b : a & b);
}
