namespace Zoo.Keras.Metrics;

/// <summary>The harmonic mean of precision and recall, of labels and scores [batch, classes].</summary>
[KerasObject("keras.metrics"), KerasOmit("beta")]
public sealed class F1Score : FBetaScore
{
    /// <summary>The score.</summary>
    /// <param name="average">How the classes' scores become one: <c>micro</c>, <c>macro</c>, <c>weighted</c>; null for one result a class.</param>
    /// <param name="threshold">Scores above it count as yes; null: the highest score of a sample does.</param>
    public F1Score(string? average = null, double? threshold = null) : base(average, 1, threshold) => Name = "f1_score";
}
