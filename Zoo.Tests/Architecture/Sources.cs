using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NUnit.Framework;

namespace Zoo.Tests.Architecture;

/// <summary>The files that git tracks or would track, and the syntax of those in C#.</summary>
static class Sources
{
    static readonly ConcurrentDictionary<string, CompilationUnitSyntax> trees = new();
    static readonly Lazy<string[]> tracked = new(List);

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Folder();

    /// <summary>Paths from the root, with slashes.</summary>
    public static string[] Tracked()
    {
        if (!Path.Exists(Path.Combine(Root, ".git"))) Assert.Ignore("The sources are no git checkout, so that tracked files cannot be told from others.");
        return tracked.Value;
    }

    public static string[] CSharp() => [.. Tracked().Where(f => f.EndsWith(".cs", StringComparison.Ordinal))];

    public static string[] Projects() => [.. Tracked().Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))];

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>Files of text: no archive, picture or array.</summary>
    public static bool IsText(string file)
    {
        var start = new byte[4096];
        using var stream = File.OpenRead(Path.Combine(Root, file));
        return !start.AsSpan(0, stream.Read(start)).Contains((byte)0);
    }

    /// <summary>The syntax of a file, comments included.</summary>
    public static CompilationUnitSyntax Tree(string file) => trees.GetOrAdd(file, f => Parse(Text(f)));

    public static CompilationUnitSyntax Parse(string text) => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.CSharp14)).GetCompilationUnitRoot();

    /// <summary>Every word of the code that names something; comments and strings are none.</summary>
    public static IEnumerable<string> Words(CompilationUnitSyntax tree) => tree.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken) || t.IsKeyword()).Select(t => t.ValueText);

    /// <summary>The namespaces that a file names, in usings and in code: <c>Zoo.Keras.Saving</c>.</summary>
    public static IEnumerable<string> Namespaces(CompilationUnitSyntax tree) => tree.DescendantNodes()
        .Select(n => n switch
        {
            UsingDirectiveSyntax { NamespaceOrType: { } name } => name.ToString(),
            QualifiedNameSyntax name => name.ToString(),
            MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax or IdentifierNameSyntax } member => member.ToString(),
            _ => null,
        })
        .OfType<string>();

    static string[] List()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]) { WorkingDirectory = Root, RedirectStandardOutput = true })!;
        var names = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        if (git.ExitCode != 0 || names.Length == 0) throw new InvalidOperationException($"git ls-files ended with {git.ExitCode} and {names.Length} names in {Root}.");
        return [.. names.Distinct().Where(f => File.Exists(Path.Combine(Root, f)))];
    }

    static string Folder([CallerFilePath] string file = "") => new FileInfo(file).Directory!.Parent!.Parent!.FullName;
}
