using System.Text;
using NUnit.Framework;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Keras.Saving;

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
            Assert.That(op.Shape, Is.Not.Null, $"{op.Name} has no shape rule");
            Assert.That(op.HasGradient || op.NoGradient is not null, $"{op.Name} has neither a gradient nor a reason");
            Assert.That(op.Kernel is not null || op.Composite is not null || op.Pointwise is not null || op.Fold is not null || op.Folds is not null || op.Stateful || op.Reads is not null, $"{op.Name} cannot be computed");
        }
    }

    [Test]
    public void NoNameStandsTwiceAndEveryKindIsKnown()
    {
        foreach (var (title, _, names) in KerasCatalog.Kinds) Assert.That(names, Is.Unique, title);
        Assert.That(KerasCatalog.Activations.Concat(KerasCatalog.Functions), Is.Unique);
        Assert.That(KerasCatalog.Keras1, Is.Unique);
        Assert.That(KerasCatalog.Autograd, Is.Unique);
        Assert.That(Section("Layers", "Layer", ["Dense", "Unheard"]), Does.Contain("Present: Dense\n").And.Contain("Absent: Unheard\n"));
    }

    static DirectoryInfo SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string file = "") => new FileInfo(file).Directory!.Parent!.Parent!;

    static string Text()
    {
        var text = new StringBuilder("# Coverage\nGenerated from the code by `Zoo.Tests/Docs/CoverageTests.cs`. Of the classes of Keras 3 (and a few of Analytics Zoo) the absent ones are named.\n\n## Ops\n");
        var ops = Registry.All.Values.OrderBy(o => o.Name, StringComparer.Ordinal).ToArray();
        text.Append($"{ops.Length} ops: {ops.Count(o => o.HasGradient)} with a gradient, {ops.Count(o => o.Kernel is not null)} with a kernel, {ops.Count(o => o.Pointwise is not null)} element-wise, {ops.Count(o => o.Composite is not null && o.Kernel is null)} composite.\n\n| op | computed | gradient |\n| --- | --- | --- |\n");
        foreach (var op in ops)
            text.Append($"| {op.Name} | {(op.Pointwise is not null ? "element-wise" : op.Kernel is not null ? "kernel" : op.Composite is not null ? "composite" : op.Reads is not null ? "when read" : op.Assigns is not null ? "assigns" : op.Stateful ? "state" : "when planned")} | {(op.HasGradient ? "yes" : $"none: {op.NoGradient}")} |\n");
        text.Append(OpCoverage.Text());
        foreach (var (title, kind, names) in KerasCatalog.Kinds) text.Append(Section(title, kind, names));
        text.Append(ArgumentTests.Section());
        text.Append("\n## Reference values of layers\nOf every case of `goldens/layers` outputs, masks, shapes, gradients, penalties, training and states are compared on both engines, and its file is loaded and saved. None is left out, none is known to differ: there is no list of exceptions.\n");
        text.Append(Names("Activations", KerasCatalog.Activations, IsActivation));
        var functions = typeof(Autograd.AutoGrad).GetMethods().Concat(typeof(Autograd.Variable).GetMethods()).Select(m => m.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        bool Function(string name) => functions.Contains(KerasCatalog.Ours.GetValueOrDefault(name, name));
        text.Append(Names("Functions of expressions", KerasCatalog.Functions, Function));
        var keras1 = typeof(Keras1).GetMethods().Select(m => m.Name).ToHashSet();
        var known = typeof(Layer).Assembly.GetExportedTypes().Concat(typeof(Autograd.Variable).Assembly.GetExportedTypes()).Select(t => t.Name).Concat(typeof(Autograd.Variable).GetProperties().Select(p => p.Name))
            .Concat(typeof(K).GetMethods().Select(m => m.Name)).Concat(keras1).ToHashSet();
        text.Append(Names("Analytics Zoo's autograd", KerasCatalog.Autograd, name => Function(name) || known.Contains(KerasCatalog.Ours.GetValueOrDefault(name, name))));
        return text.Append(Names("Keras 1 and Analytics Zoo by their own names (static class Keras1)", KerasCatalog.Keras1, keras1.Contains)).ToString();
    }

    /// <summary>A function of <see cref="Activations"/>, or another name of one.</summary>
    static bool IsActivation(string name) => typeof(Activations).GetMethods().Any(m => KerasNames.Snake(m.Name) == name);

    /// <summary>What is there, by reflection; what Keras has besides; what is ours alone.</summary>
    static string Section(string title, string kind, string[] names)
    {
        var types = typeof(Layer).Assembly.GetExportedTypes();
        var root = types.SingleOrDefault(t => t.Name == kind && t is { IsAbstract: true, IsInterface: false });
        var here = root is null ? [] : types.Where(t => t.IsSubclassOf(root) && !t.IsAbstract).Select(t => t.Name).ToHashSet();
        bool Here(string name) => here.Contains(name) || here.Contains(KerasCatalog.Ours.GetValueOrDefault(name, name));
        return Names(title, names, Here) + $"- Ours besides: {List(here.Where(n => !names.Contains(n) && !KerasCatalog.Ours.ContainsValue(n)))}\n";
    }

    static string Names(string title, string[] names, Func<string, bool> here) =>
        $"\n## {title}\n{names.Count(here)} of {names.Length} names.\n- Present: {List(names.Where(here).Select(n => KerasCatalog.Ours.TryGetValue(n, out var ours) ? $"{n} (as {ours})" : n))}\n- Absent: {List(names.Where(n => !here(n)))}\n";

    static string List(IEnumerable<string> items) => string.Join(", ", items.Order(StringComparer.Ordinal)) is { Length: > 0 } text ? text : "none";
}
