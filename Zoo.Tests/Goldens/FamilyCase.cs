using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Goldens;

/// <summary>One case of goldens/families.</summary>
sealed class FamilyCase(Dictionary<string, object?> json, Dictionary<string, NDArray> tensors)
{
    internal string Name { get; } = (string)json["name"]!;
    internal string Class { get; } = (string)json["class"]!;
    internal Dictionary<string, object?> Json => json;
    internal Dictionary<string, object?> Arguments => (Dictionary<string, object?>)json["arguments"]!;
    internal NDArray this[string tensor] => tensors[$"{Name}/{tensor}"];
    internal NDArray? Maybe(string tensor) => tensors.GetValueOrDefault($"{Name}/{tensor}");
    internal int Number(string key) => (int)(long)json[key]!;

    /// <summary>The object of the case's configuration.</summary>
    internal T Make<T>() => (T)new KerasReader().Object((Dictionary<string, object?>)json["config"]!, typeof(T), Name);

    /// <summary>An object of the case's class from other arguments.</summary>
    internal T Make<T>(Dictionary<string, object?> arguments) where T : class =>
        (T)new KerasReader().Create(KerasReader.TypeOf((Dictionary<string, object?>)json["config"]!, typeof(T), Name), arguments, Name);

    /// <summary>Fails where an element differs by more than the case allows.</summary>
    internal void Near(NDArray actual, string tensor, int? row = null)
    {
        var expected = row is { } r ? this[tensor].Rows(r, 1) : this[tensor];
        if (actual.Count != expected.Count) throw new AssertionException($"{tensor}: the shape is {actual.Shape}, not {expected.Shape}");
        var (atol, rtol) = (Convert.ToDouble(json["atol"]), Convert.ToDouble(json["rtol"]));
        for (var i = 0; i < expected.Count; i++)
        {
            var (a, b) = (actual.Number(i), expected.Number(i));
            if (!(Math.Abs(a - b) <= atol + rtol * Math.Abs(b)) && !(double.IsNaN(a) && double.IsNaN(b)) && a != b)
                throw new AssertionException($"{tensor}[{i}]{(row is null ? "" : $" of step {row}")} is {a:G9}, not {b:G9}");
        }
    }
}
