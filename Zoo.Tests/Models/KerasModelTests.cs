using NUnit.Framework;
using Zoo.Tests.Goldens;
using Zoo.Transfer;

namespace Zoo.Tests.Models;

/// <summary>Every Keras entry of the model files whose form can be read, against what Keras gave for its layers.</summary>
[Category("Models")]
internal sealed class KerasModelTests
{
    /// <summary>The kinds that are tried, and the endings of their files.</summary>
    static readonly (string Kind, string Ending)[] Read = [("keras", ".keras"), ("caffe", ".prototxt"), ("caffe_prototxt", ".prototxt")];

    static IEnumerable<TestCaseData> Models() => from entry in ModelEntry.All("keras") from file in entry.Files(".keras") select new TestCaseData(entry, file).SetName($"Keras: {entry.Name}: {Path.GetFileName(file)}");

    [TestCaseSource(nameof(Models))]
    public void AModelGivesWhatKerasGave(ModelEntry entry, string file)
    {
        var net = Net.LoadKeras(ModelEntry.Path(file));
        var reference = entry.Reference();
        foreach (var key in reference?.Keys.Where(k => k.StartsWith("output/", StringComparison.Ordinal) || k.StartsWith("layer/", StringComparison.Ordinal)) ?? [])
            Assert.That(net.Nodes, Does.Contain(key[(key.IndexOf('/') + 1)..].Split('@')[0]));
        var missed = reference is not null ? entry.Compare(net, reference, entry.Inputs(reference)) : ModelEntry.Shapes(net);
        Report.Add("models", $"{entry.Name}/{Path.GetFileName(file)}", missed.Count == 0 ? 1 : 0, 1);
        Assert.That(missed, Is.Empty);
    }

    [Test]
    public void WhatNoImporterReadsIsNamed()
    {
        Shared.File("models/index.json");
        var all = ModelEntry.All().ToList();
        Assert.That(all, Is.Not.Empty);
        foreach (var entry in all.Where(e => !Read.Any(r => r.Kind == e.Kind && e.Files(r.Ending).Any()))) TestContext.Out.WriteLine($"no importer yet: {entry.Kind} {entry.Name}");
    }
}
