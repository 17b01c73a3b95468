using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Architecture;

namespace Zoo.Tests.Docs;

/// <summary>What the documentation shows compiles: C# blocks of Markdown files and the examples of public types and members.</summary>
internal sealed partial class ExamplesTests
{
    /// <summary>README shows whole programs; the guides leave the usings out.</summary>
    internal const string Usings = "global using Zoo.Autograd; global using Zoo.Keras; global using Zoo.Keras.Charts; global using Zoo.Keras.Datasets; global using Zoo.Keras.Saving; global using Zoo.Transfer; global using static Zoo.Keras.K; global using A = Zoo.Autograd.AutoGrad;";

    /// <summary>What an example of a member may use without saying where it comes from: data and a model, or expressions.</summary>
    static readonly string[] Given =
    [
        "static class Given { public static NDArray x = null!, y = null!, xTest = null!, yTest = null!; public static Model model = null!; public static History history = null!; }",
        "static class Given { public static Variable x = null!, y = null!, a = null!, b = null!; public static Model model = null!; }",
    ];

    static IEnumerable<TestCaseData> Blocks() =>
        from file in Sources.Tracked()
        where file.EndsWith(".md", StringComparison.Ordinal)
        from Match block in Block().Matches(Sources.Text(file).ReplaceLineEndings("\n"))
        select new TestCaseData(file, block.Groups[1].Value) { TestName = $"{file} line {Sources.Text(file)[..block.Index].Count(c => c == '\n') + 1}" };

    static IEnumerable<TestCaseData> Examples() =>
        from assembly in new[] { typeof(NDArray).Assembly, typeof(Layer).Assembly, typeof(global::Zoo.Transfer.GraphNet).Assembly }
        from member in XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
        where !member.Attribute("name")!.Value.Contains(".#ctor") // a primary constructor repeats what its class says
        from code in member.Elements("example").Elements("code")
        select new TestCaseData(code.Value) { TestName = $"example of {member.Attribute("name")!.Value}" };

    [TestCaseSource(nameof(Blocks))]
    public void BlocksCompile(string file, string code) => Assert.That(Compiler.Errors(code, file == "README.md" ? "" : Usings), Is.Empty, code);

    [TestCaseSource(nameof(Examples))]
    public void ExamplesCompile(string code)
    {
        // statements, or one expression; one way that compiles is enough, else the shortest list of complaints is shown
        string[] ways = code.TrimEnd()[^1] switch { ';' => [code], '}' => [code, $"_ = {code};"], _ => [$"_ = {code};"] };
        var complaints = (from way in ways from given in Given select Compiler.Errors(way, Usings + " global using static Given; " + given)).MinBy(e => e.Length)!;
        Assert.That(complaints, Is.Empty, code);
    }

    [Test]
    public void TheCompilerTellsGoodFromBad()
    {
        Assert.That(Compiler.Errors("using Zoo.Keras; Sequential s = [new Dense(3)];"), Is.Empty);
        Assert.That(Compiler.Errors("using Zoo.Keras; Sequential s = [new Dence(3)];"), Has.Length.EqualTo(1).And.One.Contains("Dence"));
        Assert.That(Compiler.Errors("class C : Zoo.Keras.SplitMix { }"), Is.Not.Empty, "what is internal is not a user's");
        Assert.That(Blocks().Count(), Is.GreaterThan(1));
        Assert.That(Examples().Count(), Is.GreaterThan(1));
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    internal static partial Regex Block();
}
