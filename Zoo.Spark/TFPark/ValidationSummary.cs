using Zoo.Keras;

namespace Zoo.Spark;

/// <summary>What is measured in validation: a TensorBoard log in <c>logDir/appName/validation</c>, with <c>Loss</c> and the metrics by their names.</summary>
/// <param name="logDir">The folder of all logs.</param>
/// <param name="appName">The folder of this one.</param>
public sealed class ValidationSummary(string logDir, string appName)
{
    internal ModelSummaries Log { get; } = new(Path.Combine(logDir, appName), "validation");

    /// <summary>What was recorded under a tag.</summary>
    /// <exception cref="KeyNotFoundException">Nothing was; the message lists all tags.</exception>
    public IReadOnlyList<SummaryValue> ReadScalar(string tag) => Log.Of("validation", tag);
}
