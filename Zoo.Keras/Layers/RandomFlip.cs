using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures mirrored, with a probability of one half.</summary>
[KerasObject("keras.layers")]
public sealed class RandomFlip(string mode = "horizontal_and_vertical") : RandomImageLayer
{
    /// <summary><c>horizontal</c>, <c>vertical</c> or <c>horizontal_and_vertical</c>.</summary>
    public string Mode { get; } = mode is "horizontal" or "vertical" or "horizontal_and_vertical" ? mode : throw new ArgumentException($"RandomFlip: the mode '{mode}' is not known. Expected horizontal, vertical or horizontal_and_vertical.");

    internal override Variable Transform(Variable x, CallContext c)
    {
        var flipped = Mode.StartsWith("horizontal", StringComparison.Ordinal) ? A.Reverse(x, 2) : x;
        if (Mode.EndsWith("vertical", StringComparison.Ordinal)) flipped = A.Reverse(flipped, 1);
        return A.Where(Uniform(x, c) <= 0.5, flipped, x);
    }
}
