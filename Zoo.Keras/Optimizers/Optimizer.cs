namespace Zoo.Keras;

/// <summary>The rule by which gradients change weights.</summary>
public abstract class Optimizer(double learningRate)
{
    /// <summary>The step size; may be changed between epochs.</summary>
    public double LearningRate { get; set; } = learningRate;

    /// <summary>New values of a weight and of its slots.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="gradient">The gradient of the loss.</param>
    /// <param name="rate">The learning rate, a number of the graph.</param>
    /// <param name="step">The number of this step from 1, a number of the graph.</param>
    internal abstract IEnumerable<(Parameter Target, Variable Value)> Update(Parameter weight, Variable gradient, Variable rate, Variable step);

    /// <summary>A value that the rule keeps for a weight; zeros at first.</summary>
    private protected static Parameter Slot(Parameter weight, string name) =>
        new($"{weight.Path}/{name}", weight.Shape, weight.DType, () => NDArray.Zeros(weight.Shape, weight.DType), trainable: false);
}
