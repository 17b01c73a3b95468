namespace Zoo.Keras;

/// <summary>A recorded value.</summary>
/// <param name="Iteration">The steps made until then.</param>
/// <param name="Value">The value.</param>
/// <param name="WallTime">When.</param>
public readonly record struct SummaryValue(long Iteration, double Value, DateTimeOffset WallTime);
