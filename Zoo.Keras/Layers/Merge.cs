using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What layers share that join several inputs of one shape into one, element by element. Different types become the widest, as in Keras.</summary>
public abstract class Merge : Layer
{
    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <summary>The result of inputs of one rank and type.</summary>
    private protected abstract Variable Join(Variable[] inputs);

    /// <summary>The same where masks matter for what is joined; they have the rank of their inputs, or one less. The mask of the result where it is known with it.</summary>
    private protected virtual (Variable Result, Variable? Mask) Join(Variable[] inputs, Variable?[] masks) => (Join(inputs), null);

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        if (inputs.Count < 1) throw new ShapeException("no inputs were given. Expected at least one.");
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (x.Count == 1 && !x.IsList("inputs")) throw new ShapeException("1 inputs were given. Expected at least two.");
        // Inputs of lower rank get axes after the batch, as in Keras; with that they lose their mask.
        var rank = x.Max(v => v.Shape.Rank);
        var dtype = Promotion.Of(x.Select(v => v.DType));
        var (result, mask) = Join([.. x.Select(v =>
        {
            while (v.Shape.Rank < rank) v = A.ExpandDims(v, 1);
            return v.DType == dtype ? v : A.Cast(v, dtype);
        })], [.. x.Select((v, i) => v.Shape.Rank == rank ? c.Masks[i] : null)]);
        if (mask is not null) c.OutputMasks = [mask];
        return result;
    }

    /// <summary>Where any input counts; none where one has no mask.</summary>
    protected override Variable? ComputeMask(Inputs x, CallContext c) => c.Masks.Any(m => m is null) ? null : c.Masks.Aggregate((a, b) => a! | b!);

    /// <summary>A mask with the shape of its input.</summary>
    private protected static Variable Wide(Variable x, Variable mask) => A.LogicalOr(A.ExpandDims(mask, -1), A.Cast(A.ZerosLike(x), DType.Bool));

    /// <summary>Keras' largest or smallest: where one input does not count the other is taken.</summary>
    private protected static (Variable Result, Variable? Mask) Chosen(Func<Variable, Variable, Variable> choose, Variable[] inputs, Variable?[] masks)
    {
        var wide = masks.Select((m, i) => m is null ? null : Wide(inputs[i], m)).ToArray();
        var (result, mask) = (inputs[0], wide[0]);
        for (var i = 1; i < inputs.Length; i++)
        {
            var next = wide[i] is { } counts ? A.Where(counts, inputs[i], result) : inputs[i];
            if (mask is not null) result = A.Where(mask, result, next);
            mask = mask is not null && wide[i] is { } other ? mask | other : null;
            result = choose(result, next);
        }
        return (result, mask is null ? null : A.Any(mask, -1));
    }
}
