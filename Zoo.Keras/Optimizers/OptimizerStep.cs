namespace Zoo.Keras;

/// <summary>The numbers of one step, in the dtype of the weight.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Number">The number of this step, from 1.</param>
public sealed record OptimizerStep(Variable Rate, Variable Number);
