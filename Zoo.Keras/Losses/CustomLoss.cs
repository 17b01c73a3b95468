using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// A C# expression of labels and predictions as a loss (Analytics Zoo's CustomLoss); <c>Compile(optimizer, (yTrue, yPred) => …)</c> makes one by itself. It gives numbers for each sample,
/// of which training minimises the mean.
/// </summary>
/// <example><code>var loss = new CustomLoss((yTrue, yPred) => A.Mean(A.Abs(yTrue - yPred), axis: 1), yPredShape: [2]);</code></example>
public sealed class CustomLoss : Loss
{
    /// <summary>A loss of an expression.</summary>
    /// <param name="lossFunc">The expression of labels and predictions, batches of them.</param>
    /// <param name="yPredShape">The shape of one sample's prediction; where it is given, the expression is tried at once.</param>
    /// <param name="yTrueShape">The shape of one sample's label; by default that of the prediction.</param>
    public CustomLoss(Func<Variable, Variable, Variable> lossFunc, Shape? yPredShape = null, Shape? yTrueShape = null)
    {
        ArgumentNullException.ThrowIfNull(lossFunc);
        Formula = lossFunc;
        if (yPredShape is not null) Of(Batch("yTrue", yTrueShape ?? yPredShape), Batch("yPred", yPredShape));
    }

    internal Func<Variable, Variable, Variable> Formula { get; }

    /// <summary>The loss of arrays with a batch: one number.</summary>
    public double Forward(NDArray yTrue, NDArray yPred) => Run(yTrue, yPred, (loss, _) => loss).ToNumber();

    /// <summary>The gradient of the loss for the predictions.</summary>
    public NDArray Backward(NDArray yTrue, NDArray yPred) => Run(yTrue, yPred, (loss, x) => A.Gradients(loss, x)[0]);

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => Formula(yTrue, yPred);

    NDArray Run(NDArray yTrue, NDArray yPred, Func<Variable, Variable, Variable> wanted)
    {
        Variable y = StateOps.Input("yTrue", yTrue.Shape, yTrue.DType), x = StateOps.Input("yPred", yPred.Shape, yPred.DType);
        using var session = Engines.Default.Compile(new() { Feeds = [y, x], Fetches = [wanted(Of(y, x), x)] });
        var found = new NDArray?[1];
        session.Run([yTrue, yPred], found);
        return found[0]!;
    }

    static Variable Batch(string name, Shape sample) => StateOps.Input(name, Shape.Create([Dim.Any, .. sample]), DType.Float32);
}
