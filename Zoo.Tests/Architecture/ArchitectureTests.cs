using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Zoo.Autograd;

namespace Zoo.Tests.Architecture;

/// <summary>Rules of the house that no compiler checks, over the files that git tracks or would track.</summary>
internal sealed partial class ArchitectureTests
{
    const int MostLines = 350;

    [Test]
    public void AutogradKnowsNothingOfKeras()
    {
        Assert.That(typeof(NDArray).Assembly.GetReferencedAssemblies().Select(a => a.Name), Has.None.StartsWith("Zoo."));
        // a reference that no code uses yet does not show in the assembly
        Assert.That(File.ReadAllText(Path.Combine(Root(), "Zoo.Autograd", "Zoo.Autograd.csproj")), Does.Not.Contain("<ProjectReference"));
    }

    [Test]
    public void NativeFunctionsAreDeclaredInTheirOwnFiles()
    {
        var declaring = Sources().Where(f => NativeImport().IsMatch(Text(f))).ToArray();
        Assert.That(declaring, Is.Not.Empty, "the pattern finds no native function any more");
        Assert.That(declaring.Where(f => !NativeFile().IsMatch(Path.GetFileName(f))), Is.Empty);
    }

    [Test]
    public void FilesAreShort() =>
        Assert.That(Sources().Select(f => (File: f, Lines: File.ReadLines(Path.Combine(Root(), f)).Count())).Where(f => f.Lines > MostLines), Is.Empty);

    [Test]
    public void NoFileNamesAFolderOfOneMachine() =>
        Assert.That(Tracked().SelectMany(f => MachinePath().Matches(Text(f)).Select(m => $"{f}: {m.Value}")), Is.Empty);

    [TestCase("Library", "Import(Name)]", true), TestCase("Dll", "Import (Name)]", true), TestCase("Library", "Imports are", false)]
    public void TheImportPatternTellsDeclarationsFromWords(string start, string end, bool found) => Assert.That(NativeImport().IsMatch($"[{start}{end}"), Is.EqualTo(found));

    [TestCase("work/x", true), TestCase("home/me/x", true), TestCase("root/.cache", true), TestCase("usr/lib/x", false)]
    public void ThePathPatternTellsMachinesApart(string path, bool found) => Assert.That(MachinePath().IsMatch($"\"/{path}\""), Is.EqualTo(found));

    static string[] Sources() => [.. Tracked().Where(f => f.EndsWith(".cs", StringComparison.Ordinal))];

    static string[] Tracked()
    {
        if (!Path.Exists(Path.Combine(Root(), ".git"))) Assert.Ignore("The sources are no git checkout, so that tracked files cannot be told from others.");
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]) { WorkingDirectory = Root(), RedirectStandardOutput = true })!;
        var names = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.That(git.ExitCode, Is.Zero, "git ls-files");
        Assert.That(names, Is.Not.Empty, "git ls-files");
        return [.. names.Distinct().Where(f => File.Exists(Path.Combine(Root(), f)))];
    }

    static string Text(string file) => File.ReadAllText(Path.Combine(Root(), file));

    static string Root([CallerFilePath] string file = "") => new FileInfo(file).Directory!.Parent!.Parent!.FullName;

    [GeneratedRegex(@"\b(LibraryImport|DllImport)(Attribute)?\s*\(")]
    private static partial Regex NativeImport();

    [GeneratedRegex(@"^(Lib(Torch|TensorFlow)\w*|LibC)\.cs$")]
    private static partial Regex NativeFile();

    // absolute only: the character before the slash ends no relative path
    [GeneratedRegex(@"(?<![\w.}*)~-])/(work|root|home/\w+|Users/\w+)/[\w.]|\b[A-Za-z]:\\{1,2}Users\\")]
    private static partial Regex MachinePath();
}
