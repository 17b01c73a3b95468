using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;
using Zoo.Autograd;

namespace Zoo.Tests.Architecture;

/// <summary>Who may know whom: projects, packages and rooms.</summary>
internal sealed class ArchitectureTests
{
    /// <summary>A project's room and the projects it may refer to; what runs (tests, benchmarks, examples) may know all of them and is known by none.</summary>
    static readonly Dictionary<string, string[]> Below = new()
    {
        ["Zoo.Autograd"] = [],
        ["Zoo.Keras"] = ["Zoo.Autograd"],
        ["Zoo.Transfer"] = ["Zoo.Autograd", "Zoo.Keras"],
        ["Zoo.Spark"] = ["Zoo.Autograd", "Zoo.Keras"],
    };

    /// <summary>Names from outside and the only rooms that may use them; the tests may use all.</summary>
    static readonly (string Namespace, string Rooms)[] Outside =
    [
        ("Spectre.Console", @"^Zoo\.Keras/(Callbacks|Summary)/"),
        ("ScottPlot", @"^(Zoo\.Keras/Charts|benchmarks/Cluster)/"),
        ("SkiaSharp", @"^(Zoo\.Keras/(Charts|Data|Datasets)|benchmarks/Cluster)/"),
        ("Google.Protobuf", @"^(Zoo\.Autograd/(Graph|Engine/TensorFlow)|Zoo\.Keras/(Summary|Callbacks|Saving)|Zoo\.Transfer|Zoo\.Spark)/"),
        ("System.Net", @"^(Zoo\.Keras/Datasets|Zoo\.Spark|benchmarks/Cluster)/"),
        ("System.Runtime.Intrinsics", @"^Zoo\.Autograd/(Engine/|Crc32C\.cs)"),
        ("Zoo.Autograd.Engine.Torch", @"^(Zoo\.Autograd/(Engine/Torch|Engine/Engines\.cs|Ops|Op\.cs)|benchmarks)"),
        ("Zoo.Autograd.Engine.TensorFlow", @"^(Zoo\.Autograd/Engine/(TensorFlow/|Engines\.cs)|benchmarks/)"),
        ("Zoo.Tests", @"^Zoo\.Tests/"),
    ];

    static IEnumerable<string> Projects => Sources.Projects();

    [TestCaseSource(nameof(Projects))]
    public void ProjectsReferOnlyToThoseBelowThem(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        var refers = XDocument.Parse(Sources.Text(project)).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));
        Assert.That(refers, Is.SubsetOf(Below.TryGetValue(name, out var allowed) ? allowed : [.. Below.Keys]));
        Assert.That(name.StartsWith("Zoo.", StringComparison.Ordinal) && name != "Zoo.Tests", Is.EqualTo(Below.ContainsKey(name)), $"{name} is not among the rooms: say in this test what it may know.");
    }

    [Test]
    public void AssembliesReferOnlyToThoseBelowThem()
    {
        foreach (var assembly in new[] { typeof(NDArray).Assembly, typeof(Keras.Layer).Assembly, typeof(global::Zoo.Transfer.GraphNet).Assembly, typeof(Spark.ClusterException).Assembly })
            Assert.That(assembly.GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("Zoo.", StringComparison.Ordinal)), Is.SubsetOf(Below[assembly.GetName().Name!]));
    }

    [Test]
    public void NamespacesAreThoseOfTheirProjects()
    {
        foreach (var file in Sources.CSharp().Where(f => f.StartsWith("Zoo.", StringComparison.Ordinal)))
            Assert.That(Sources.Tree(file).Members.OfType<Microsoft.CodeAnalysis.CSharp.Syntax.BaseNamespaceDeclarationSyntax>().Select(n => n.Name.ToString() + "."),
                Has.All.StartsWith(file.Split('/')[0] + "."), file);
    }

    [Test]
    public void RoomsNameOnlyWhatIsTheirs()
    {
        var strangers = from file in Sources.CSharp()
                        where !file.StartsWith("Zoo.Tests/", StringComparison.Ordinal)
                        let named = Sources.Namespaces(Sources.Tree(file)).ToHashSet()
                        from rule in Outside
                        where !Regex.IsMatch(file, rule.Rooms) && named.Any(n => Within(n, rule.Namespace))
                        select $"{file} names {rule.Namespace}";
        Assert.That(strangers, Is.Empty);
    }

    [Test]
    public void AutogradNamesNothingOfKeras()
    {
        var files = Sources.CSharp().Where(f => f.StartsWith("Zoo.Autograd/", StringComparison.Ordinal)).ToArray();
        Assert.That(files, Has.Length.GreaterThan(50));
        Assert.That(files.Where(f => Sources.Namespaces(Sources.Tree(f)).Any(n => Below.Keys.Where(k => k != "Zoo.Autograd").Any(k => Within(n, k) || Within(n, k["Zoo.".Length..])))), Is.Empty);
    }

    [TestCase("using Spectre.Console;", true), TestCase("using P = Spectre.Console.Panel;", true), TestCase("class C { object o = new Spectre.Console.Table(); }", true), TestCase("class C { int o = Spectre.Console.Table.Count(); }", true)]
    [TestCase("// Spectre.Console", false), TestCase("class C { string s = \"Spectre.Console\"; }", false), TestCase("using Spectre.Consoles;", false)]
    public void TheRuleSeesNamesInCodeAndNotInWords(string code, bool seen) => Assert.That(Sources.Namespaces(Sources.Parse(code)).Any(n => Within(n, "Spectre.Console")), Is.EqualTo(seen));

    static bool Within(string name, string space) => name == space || name.StartsWith(space + ".", StringComparison.Ordinal);
}
