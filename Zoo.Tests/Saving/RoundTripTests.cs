using NUnit.Framework;
using Zoo.Keras;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Saving;

/// <summary>Every golden layer: Keras' file loaded and saved has the same tree and bits, the weights have Keras' paths, and what is loaded from our file computes what Keras computed.</summary>
[Category("Goldens")]
public class RoundTripTests
{
    static IEnumerable<string> Classes() => LayerCase.Classes;

    [TestCaseSource(nameof(Classes))]
    public void Layers_are_saved_as_Keras_saved_them(string name)
    {
        var cases = LayerCase.All.Where(c => c.Layer == name).ToList();
        var judge = new LayerJudge(TestEngines.Get("embedded"));
        var loaded = new List<(LayerCase, Model)>();
        foreach (var one in cases)
            if (Trial(one, out var again) is { } why) judge.Misses.Add($"{one.Name}: {why}");
            else loaded.Add((one, again!));
        judge.Models(loaded);
        Report.Add("roundtrip", name, cases.Count - judge.Missed, cases.Count);
        Assert.That(judge.Misses, Is.Empty, $"{judge.Missed} of {cases.Count} cases of {name} differ:\n{string.Join('\n', judge.Misses)}");
    }

    static string? Trial(LayerCase one, out Model? again)
    {
        again = null;
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.keras");
        try
        {
            var golden = one.ModelFile;
            File.WriteAllBytes(path, golden);
            var model = Model.Load(path);
            model.Save(path);
            var differences = FileTree.Differences(golden, File.ReadAllBytes(path));
            // (A model within is a scope of names here, so that no path comes twice.)
            if (!model.Weights.Select(w => "/" + w.Path).Zip(one.Weights).All(w => w.First.EndsWith("/" + w.Second.Path, StringComparison.Ordinal))) differences.Add($"weights: Keras {string.Join(", ", one.Weights.Select(w => w.Path))}, ours {string.Join(", ", model.Weights.Select(w => w.Path))}");
            again = Model.Load(path);
            return differences.Count > 0 ? string.Join("; ", differences.Take(5)) : null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
        finally { File.Delete(path); }
    }
}
