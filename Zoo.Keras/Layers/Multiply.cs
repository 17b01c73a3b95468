using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The product of its inputs, element by element.</summary>
[KerasObject("keras.layers")]
public sealed class Multiply : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs.Aggregate((a, b) => a * b);

    /// <summary>What does not count is 1 among the factors, and 0 where none counts.</summary>
    private protected override (Variable Result, Variable? Mask) Join(Variable[] inputs, Variable?[] masks)
    {
        var wide = masks.Select((m, i) => m is null ? null : Wide(inputs[i], m)).ToArray();
        var result = Join([.. inputs.Select((x, i) => wide[i] is { } counts ? A.Where(counts, x, A.OnesLike(x)) : x)]);
        if (wide.Any(w => w is null)) return (result, null);
        var any = wide.Aggregate((a, b) => a! | b!)!;
        return (A.Where(any, result, A.ZerosLike(result)), A.Any(any, -1));
    }
}
