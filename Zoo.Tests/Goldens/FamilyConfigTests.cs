using NUnit.Framework;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Goldens;

/// <summary>What Keras writes of a loss, a metric, an optimizer and so on is read and written again without a change.</summary>
[Category("Goldens")]
public class FamilyConfigTests
{
    [TestCase("constraints", "keras.constraints")]
    [TestCase("initializers", "keras.initializers")]
    [TestCase("losses", "keras.losses")]
    [TestCase("metrics", "keras.metrics")]
    [TestCase("optimizers", "keras.optimizers")]
    [TestCase("regularizers", "keras.regularizers")]
    [TestCase("schedules", "keras.optimizers.schedules")]
    public void ConfigurationsSurvive(string family, string module)
    {
        var file = (Dictionary<string, object?>)Json.Parse(File.ReadAllBytes(Shared.File($"goldens/families/{family}.json")), family)!;
        var misses = new List<string>();
        foreach (var one in ((List<object?>)file["cases"]!).Cast<Dictionary<string, object?>>())
        {
            var config = (Dictionary<string, object?>)one["config"]!;
            if (KerasRegistry.Find(module, (string)one["class"]!, null, typeof(object)) is null) continue;
            var (expected, actual) = (Sorted(config["config"]), "");
            try { actual = Sorted(new KerasWriter().Object(new KerasReader().Object(config, typeof(object), ""))["config"]); }
            catch (ModelFileException e) { actual = e.Message; }
            if (actual != expected) misses.Add($"{one["name"]}: {actual}, not {expected}");
        }
        Assert.That(misses, Is.Empty, string.Join('\n', misses));
    }

    static string Sorted(object? json) => json switch
    {
        Dictionary<string, object?> map => $"{{{string.Join(", ", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}: {Sorted(p.Value)}"))}}}",
        List<object?> list => $"[{string.Join(", ", list.Select(Sorted))}]",
        long or double or int or float => Convert.ToDouble(json).ToString("R"),
        System.Collections.IEnumerable items and not string => Sorted(items.Cast<object?>().ToList()),
        _ => Json.Write(json),
    };
}
