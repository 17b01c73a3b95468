using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>A loss by Keras' name, or a formula of (labels, predictions) that gives one number a sample; converts from both.</summary>
public sealed class LossFunction
{
    readonly Func<Variable, Variable, Variable> formula;

    /// <summary>A formula of labels and predictions.</summary>
    public LossFunction(Func<Variable, Variable, Variable> formula, string name = "loss", DType labels = DType.Float32) => (this.formula, Name, Labels) = (formula, name, labels);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The dtype of the labels.</summary>
    internal DType Labels { get; }

    internal bool IsClassification => Labels == DType.Int64;

    /// <summary>The mean over the batch.</summary>
    internal Variable Of(Variable labels, Variable predictions) => A.Mean(formula(labels, predictions));

    /// <summary>The loss with a name.</summary>
    /// <exception cref="ArgumentException">No loss has it; the message lists all.</exception>
    public static implicit operator LossFunction(string name) => name switch
    {
        "sparse_categorical_crossentropy" => new(SparseCrossEntropy, name, DType.Int64),
        "mse" or "mean_squared_error" => new((y, p) => A.Mean(A.SquaredDifference(p, y), -1), "mean_squared_error"),
        "mae" or "mean_absolute_error" => new((y, p) => A.Mean(A.Abs(p - y), -1), "mean_absolute_error"),
        _ => throw new ArgumentException($"loss: '{name}' is not known. Expected sparse_categorical_crossentropy, mse, mae or a formula."),
    };

    /// <summary>A formula as a loss.</summary>
    public static implicit operator LossFunction(Func<Variable, Variable, Variable> formula) => new(formula);

    /// <summary>Of probabilities that come from a softmax the logits are used, as Keras on TensorFlow does: exact where a probability underflows.</summary>
    static Variable SparseCrossEntropy(Variable labels, Variable predictions) =>
        A.SparseSoftmaxCrossEntropy(predictions.Node.Op.Name == "Softmax" ? predictions.Node[0] : A.Log(A.Minimum(A.Maximum(predictions, 1e-7), 1 - 1e-7)), labels);
}
