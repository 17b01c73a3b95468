namespace Zoo.Keras;

/// <summary>What an optimizer's formula needs to see of a weight at once; flat updates and slices over workers follow from it.</summary>
public enum Granularity
{
    /// <summary>Each element by itself: the formula may be applied to any part of all weights laid end to end.</summary>
    Element,
    /// <summary>A whole weight: norms, factors, constraints.</summary>
    Parameter,
}
