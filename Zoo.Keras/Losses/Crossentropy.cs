using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What Compile's <c>crossentropy</c> stands for: binary, categorical, or sparse categorical cross-entropy, by the shapes of labels and predictions.</summary>
sealed class Crossentropy : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        var loss = KerasRegistry.Named<Loss>("loss", MetricFunction.Kind(yTrue.Shape, yPred.Shape) + "crossentropy");
        return loss.Call(loss.TakesClasses ? A.Cast(yTrue, DType.Int64) : yTrue, yPred);
    }
}
