using System.Text;
using NUnit.Framework;
using Zoo.Autograd.Ops;
using Zoo.Keras;

namespace Zoo.Tests.Docs;

/// <summary>docs/coverage.md is derived from the code: ZOO_WRITE_DOCS=1 writes it, otherwise it must be as it would be written.</summary>
public class CoverageTests
{
    [Test]
    public void CoverageIsUpToDate()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Zoo.Keras.sln"))) folder = folder.Parent;
        folder ??= SourceFolder();
        var path = Path.Combine(folder.FullName, "docs", "coverage.md");
        if (Environment.GetEnvironmentVariable("ZOO_WRITE_DOCS") == "1") File.WriteAllText(path, Text());
        Assert.That(File.ReadAllText(path), Is.EqualTo(Text()), "docs/coverage.md is out of date. Run the tests once with ZOO_WRITE_DOCS=1.");
    }

    [Test]
    public void EveryOpCanBeComputedAndHasAGradientOrAReason()
    {
        foreach (var op in Registry.All.Values)
        {
            Assert.That(op.HasGradient || op.NoGradient is not null, $"{op.Name} has neither a gradient nor a reason");
            Assert.That(op.Kernel is not null || op.Pointwise is not null || op.Fold is not null || op.Folds is not null || op.Stateful, $"{op.Name} cannot be computed");
        }
    }

    static DirectoryInfo SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string file = "") => new FileInfo(file).Directory!.Parent!.Parent!;

    static string Text()
    {
        var text = new StringBuilder("# Coverage\nGenerated from the code by `Zoo.Tests/Docs/CoverageTests.cs`. What is not listed is absent.\n\n## Ops\n");
        var ops = Registry.All.Values.OrderBy(o => o.Name, StringComparer.Ordinal).ToArray();
        text.Append($"{ops.Length} ops: {ops.Count(o => o.HasGradient)} with a gradient, {ops.Count(o => o.Kernel is not null)} with a kernel, {ops.Count(o => o.Pointwise is not null)} element-wise.\n\n| op | computed | gradient |\n| --- | --- | --- |\n");
        foreach (var op in ops)
            text.Append($"| {op.Name} | {(op.Pointwise is not null ? "element-wise" : op.Kernel is not null ? "kernel" : op.Stateful ? "state" : "when planned")} | {(op.HasGradient ? "yes" : $"none: {op.NoGradient}")} |\n");
        foreach (var (title, kind) in new[] { ("Layers", typeof(Layer)), ("Optimizers", typeof(Optimizer)), ("Schedules", typeof(LearningRateSchedule)),
                     ("Losses", typeof(Loss)), ("Metrics", typeof(Metric)), ("Regularizers", typeof(Regularizer)), ("Initializers", typeof(Initializer)), ("Callbacks", typeof(Callback)) })
            text.Append($"\n## {title}\n{string.Join(", ", kind.Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(kind) && !t.IsAbstract).Select(t => t.Name).Order(StringComparer.Ordinal))}\n");
        return text.ToString();
    }
}
