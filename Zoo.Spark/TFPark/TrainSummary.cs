using Zoo.Keras;

namespace Zoo.Spark;

/// <summary>What is measured in training: a TensorBoard log of each step in <c>logDir/appName/train</c>, with <c>Loss</c>, <c>LearningRate</c> and <c>Throughput</c> (samples a second).</summary>
/// <param name="logDir">The folder of all logs.</param>
/// <param name="appName">The folder of this one.</param>
public sealed class TrainSummary(string logDir, string appName)
{
    internal ModelSummaries Log { get; } = new(Path.Combine(logDir, appName), "train");

    /// <summary>What was recorded under a tag.</summary>
    /// <exception cref="KeyNotFoundException">Nothing was; the message lists all tags.</exception>
    public IReadOnlyList<SummaryValue> ReadScalar(string tag) => Log.Of("train", tag);
}
