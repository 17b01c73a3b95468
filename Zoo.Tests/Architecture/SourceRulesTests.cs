using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NUnit.Framework;

namespace Zoo.Tests.Architecture;

/// <summary>Rules of the house that no compiler checks, over the files that git tracks or would track.</summary>
internal sealed partial class SourceRulesTests
{
    const int MostLines = 300, MostLinesOfLayers = 60;

    static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception"];

    /// <summary>Hosts that may be named: where data sets are, whose formats we write, and this machine.</summary>
    static readonly string[] Hosts = ["storage.googleapis.com", "ossci-datasets.s3.amazonaws.com", "www.cs.toronto.edu", "127.0.0.1", "localhost", "www.tensorflow.org", "keras.io", "learn.microsoft.com", "www.w3.org", "schemas.microsoft.com"];

    [Test]
    public void NativeFunctionsAreDeclaredInTheirOwnFiles()
    {
        var declaring = Sources.CSharp().Where(f => Attributes(Sources.Tree(f)).Any(a => a is "LibraryImport" or "DllImport")).ToArray();
        Assert.That(declaring, Is.Not.Empty, "the rule finds no native function any more");
        Assert.That(declaring.Where(f => !NativeFile().IsMatch(f)), Is.Empty);
    }

    [Test]
    public void UnsafeCodeStaysInTheEngines()
    {
        var daring = Sources.CSharp().Where(f => Sources.Words(Sources.Tree(f)).Contains("unsafe")).ToArray();
        Assert.That(daring, Is.Not.Empty, "the rule finds no unsafe code any more");
        Assert.That(daring.Where(f => !EngineFile().IsMatch(f)), Is.Empty);
        Assert.That(Sources.Projects().Where(p => Sources.Text(p).Contains("<AllowUnsafeBlocks>")), Is.SubsetOf(new[] { "Zoo.Autograd/Zoo.Autograd.csproj", "Zoo.Tests/Zoo.Tests.csproj", "benchmarks/benchmarks.csproj" }));
    }

    [Test]
    public void FilesAreShort() =>
        Assert.That(Sources.CSharp().Select(f => (File: f, Lines: File.ReadLines(Path.Combine(Sources.Root, f)).Count())).Where(f => f.Lines >= MostLines), Is.Empty);

    [Test]
    public void LongLayersSayWhyAndOnlyThey()
    {
        var layers = Sources.CSharp().Where(f => LayerFile().IsMatch(f)).Select(f => (File: f, Long: File.ReadLines(Path.Combine(Sources.Root, f)).Count() > MostLinesOfLayers, Says: Reason().IsMatch(Sources.Text(f)))).ToArray();
        Assert.That(layers, Has.Length.GreaterThan(100), "the rule finds no layers any more");
        Assert.That(layers.Where(f => f.Long != f.Says).Select(f => f.File), Is.Empty, $"a layer of more than {MostLinesOfLayers} lines has a line '// Longer than a layer should be: …' with the reason before its summary; no other has");
    }

    [TestCase("// Longer than a layer should be: it reads GloVe files.", true), TestCase("// Longer than a layer should be: yes", false), TestCase("/// Longer than a layer should be: it reads GloVe files.", false)]
    public void AReasonIsASentence(string line, bool counts) => Assert.That(Reason().IsMatch(line), Is.EqualTo(counts));

    [Test]
    public void NothingIsLeftForLater() =>
        Assert.That(from file in Texts() where !file.EndsWith("SourceRulesTests.cs", StringComparison.Ordinal) let text = Sources.Text(file) from word in Unfinished where Regex.IsMatch(text, $@"\b{word}\b") select $"{file}: {word}", Is.Empty);

    [Test]
    public void NoCatchIsEmpty() => Assert.That(Sources.CSharp().SelectMany(f => Swallowed(Sources.Tree(f)).Select(c => $"{f}({c.GetLocation().GetLineSpan().StartLinePosition.Line + 1})")), Is.Empty);

    [TestCase("try { } catch { }", 1), TestCase("try { } catch (Exception e) { }", 1), TestCase("try { } catch (Exception) { ; }", 1), TestCase("try { } catch (Exception) { /* why */ }", 0), TestCase("try { } catch { throw; }", 0)]
    public void TheCatchRuleWantsAWordOrAnAct(string code, int found) => Assert.That(Swallowed(Sources.Parse(code)).Count(), Is.EqualTo(found));

    [Test]
    public void NoFileNamesAFolderOfOneMachine() => Assert.That(Texts().SelectMany(f => MachinePath().Matches(Sources.Text(f)).Select(m => $"{f}: {m.Value}")), Is.Empty);

    [TestCase("work/x", true), TestCase("home/me/x", true), TestCase("root/.cache", true), TestCase("usr/lib/x", false)]
    public void ThePathPatternTellsMachinesApart(string path, bool found) => Assert.That(MachinePath().IsMatch($"\"/{path}\""), Is.EqualTo(found));

    [Test]
    public void NoFileNamesAHostThatIsNotKnown() =>
        Assert.That(from file in Texts() from Match m in Url().Matches(Sources.Text(file)) where !Hosts.Contains(m.Groups[1].Value) select $"{file}: {m.Value}", Is.Empty);

    [TestCase("//registry.internal/x", "registry.internal"), TestCase("//10.0.0.1:80/", "10.0.0.1"), TestCase("//me@host.x", "host.x")]
    public void TheHostPatternFindsHosts(string rest, string host) => Assert.That(Url().Match("see http:" + rest).Groups[1].Value, Is.EqualTo(host));

    static IEnumerable<string> Texts() => Sources.Tracked().Where(Sources.IsText);

    static IEnumerable<string> Attributes(CompilationUnitSyntax tree) => tree.DescendantNodes().OfType<AttributeSyntax>().Select(a => a.Name.ToString().Split('.')[^1]).Select(n => n.EndsWith("Attribute", StringComparison.Ordinal) ? n[..^9] : n);

    /// <summary>Catch blocks that neither do nor say anything.</summary>
    static IEnumerable<CatchClauseSyntax> Swallowed(CompilationUnitSyntax tree) => tree.DescendantNodes().OfType<CatchClauseSyntax>()
        .Where(c => c.Block.Statements.All(s => s is EmptyStatementSyntax) && !c.Block.DescendantTrivia().Any(t => t.ToString().TrimStart().StartsWith('/')));

    [GeneratedRegex(@"/(Lib(Torch|TensorFlow)\w*|LibC)\.cs$")]
    private static partial Regex NativeFile();

    [GeneratedRegex(@"^Zoo\.Keras/(Layers|Torch)/")]
    private static partial Regex LayerFile();

    [GeneratedRegex(@"^// Longer than a layer should be: .{15,}\.\r?$", RegexOptions.Multiline)]
    private static partial Regex Reason();

    // in Ops only the kernels of our own that walk native memory
    [GeneratedRegex(@"^(Zoo\.Autograd/Engine/(Torch|TensorFlow)|Zoo\.Tests/Engine|benchmarks)/|^Zoo\.Autograd/Ops/(Rows|TruncatedNormals)\.cs$")]
    private static partial Regex EngineFile();

    // absolute only: the character before the slash ends no relative path
    [GeneratedRegex(@"(?<![\w.}*)~-])/(work|root|home/\w+|Users/\w+)/[\w.]|\b[A-Za-z]:\\{1,2}Users\\")]
    private static partial Regex MachinePath();

    // a host may be computed: {…}
    [GeneratedRegex(@"\b(?:https?|ftp)://(?:[^\s/@""'<>{}]*@)?([A-Za-z0-9.-]+)")]
    private static partial Regex Url();
}
