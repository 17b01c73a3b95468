using NUnit.Framework;

namespace Zoo.Tests.Goldens;

/// <summary>
/// Every layer computes what real Keras computed: outputs, masks, gradients, penalties, training mode, states. The index alone says which classes and cases there are; one whose class
/// does not exist here is a miss like any other.
/// </summary>
[Category("Goldens")]
public class LayerGoldenTests
{
    static readonly SortedDictionary<string, (int Passed, int Total)> table = new(StringComparer.Ordinal);

    static IEnumerable<TestCaseData> PerEngine() => from engine in (string[])["embedded", "tensorflow"] from name in LayerCase.Classes select new TestCaseData(engine, name).SetName($"{{m}}({name}, {engine})");

    [TestCaseSource(nameof(PerEngine))]
    public void LayersComputeWhatKerasComputes(string engineName, string layer)
    {
        var cases = LayerCase.All.Where(c => c.Layer == layer).ToList();
        var judge = new LayerJudge(TestEngines.Get(engineName));
        judge.Layers(cases);
        lock (table) table[$"{engineName} {layer}"] = (cases.Count - judge.Missed, cases.Count);
        Report.Add(engineName == "embedded" ? "layers" : "layers-tensorflow", layer, cases.Count - judge.Missed, cases.Count);
        if (judge.Scaled.Count > 0) TestContext.Out.WriteLine($"{layer}: gradients of {judge.Scaled.Count} cases needed a tolerance scaled by their largest number");
        Assert.That(judge.Misses, Is.Empty, $"{judge.Missed} of {cases.Count} cases of {layer} differ:\n{string.Join('\n', judge.Misses)}");
    }

    [OneTimeTearDown]
    public void Table()
    {
        foreach (var engine in table.GroupBy(t => t.Key.Split(' ')[0]))
            TestContext.Progress.WriteLine($"goldens/layers, {engine.Key}: {engine.Sum(t => t.Value.Passed)} of {engine.Sum(t => t.Value.Total)} cases\n{string.Join('\n', engine.Select(t => $"  {t.Key.Split(' ')[1]} {t.Value.Passed}/{t.Value.Total}"))}");
    }
}
