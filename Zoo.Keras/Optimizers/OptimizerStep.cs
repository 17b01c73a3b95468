namespace Zoo.Keras;

/// <summary>The numbers of one step, in the dtype of the weight.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Number">The number of this step, from 1.</param>
/// <param name="Size">
/// What <see cref="Optimizer.Measure"/> gives for the gradient: its square. Of a table whose rows were looked up it is the sum over the look-ups of a row of the
/// squares, not the square of their sum: so Keras computes it on TensorFlow, whose gradients of look-ups are slices.
/// </param>
public sealed record OptimizerStep(Variable Rate, Variable Number, Variable Size);
