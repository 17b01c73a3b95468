using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The mean of log(cosh(difference)).</summary>
[KerasObject("keras.metrics")]
public sealed class LogCoshError : MeanMetric
{
    /// <summary>A metric named <c>logcosh</c>, as Keras names it.</summary>
    public LogCoshError() => Name = "logcosh";

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.LogCosh(A.Cast(yTrue, yPred.DType), yPred);
}
