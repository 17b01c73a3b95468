using System.Text.RegularExpressions;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Which optimizer updates which weights: the one whose pattern matches the whole path of a weight (<c>encoder/.*</c>), else the default.</summary>
/// <param name="defaultOptimizer">The optimizer of weights that no pattern matches.</param>
/// <param name="map">Optimizers by patterns of paths.</param>
[KerasObject("keras.optimizers")]
public sealed class OptimizerMap(Optimizer defaultOptimizer, Dictionary<string, Optimizer>? map = null)
{
    /// <summary>The optimizer of weights that no pattern matches.</summary>
    public Optimizer DefaultOptimizer { get; } = defaultOptimizer;

    /// <summary>Optimizers by patterns of paths.</summary>
    [KerasName("optimizer_map")]
    public Dictionary<string, Optimizer> Map { get; } = map ?? [];

    /// <summary>The optimizer of a weight.</summary>
    /// <exception cref="ArgumentException">Several patterns match.</exception>
    public Optimizer For(Parameter weight)
    {
        if (Map.TryGetValue(weight.Path, out var own)) return own;
        var matching = Map.Where(m => Regex.IsMatch(weight.Path, $"^(?:{m.Key})$")).ToArray();
        return matching.Length switch
        {
            0 => DefaultOptimizer,
            1 => matching[0].Value,
            _ => throw new ArgumentException($"OptimizerMap: {string.Join(" and ", matching.Select(m => m.Key))} match {weight.Path}. Expected one pattern."),
        };
    }
}
