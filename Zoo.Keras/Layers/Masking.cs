using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Skips steps of a sequence: one whose features all are the value becomes zeros and is masked for the layers behind.</summary>
[KerasObject("keras.layers")]
public sealed class Masking(double maskValue = 0) : Layer
{
    /// <summary>The value that means "nothing here".</summary>
    public double MaskValue { get; } = maskValue;

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Where(Counts(x, keepDims: true), x, A.ZerosLike(x));

    /// <inheritdoc/>
    protected override Variable? ComputeMask(Inputs x, CallContext c) => Counts(x, keepDims: false);

    Variable Counts(Variable x, bool keepDims) => A.Any(A.NotEqual(x, A.Constant(MaskValue, x.DType)), -1, keepDims);
}
