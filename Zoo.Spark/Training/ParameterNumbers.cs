using System.Globalization;

namespace Zoo.Spark.Training;

/// <summary>Numbers for Parameters, by which driver and workers know them.</summary>
internal sealed class ParameterNumbers
{
    readonly Dictionary<Parameter, int> numbers = new(ReferenceEqualityComparer.Instance);
    readonly Lock gate = new();

    internal int Of(Parameter parameter)
    {
        lock (gate) return numbers.TryGetValue(parameter, out var number) ? number : numbers[parameter] = numbers.Count;
    }

    /// <summary>The name under which a Parameter is written into a graph.</summary>
    internal string NameOf(Parameter parameter) => string.Create(CultureInfo.InvariantCulture, $"p{Of(parameter)}");

    /// <summary>The number of a Parameter that came by that name.</summary>
    internal static int Read(Parameter parameter) => int.Parse(parameter.Path.AsSpan(1), CultureInfo.InvariantCulture);
}
