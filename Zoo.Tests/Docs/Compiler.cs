using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Docs;

/// <summary>Compiles examples as a user's program would be: with what is public, against this build.</summary>
static class Compiler
{
    const string Implicit = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    static readonly Lazy<MetadataReference[]> references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(p => Path.GetFileName(p) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
            .Concat([typeof(NDArray).Assembly.Location, typeof(Layer).Assembly.Location, typeof(global::Zoo.Transfer.GraphNet).Assembly.Location]).Select(p => MetadataReference.CreateFromFile(p)),
    ]);

    /// <summary>The errors of a program, or of declarations without one; <paramref name="usings"/> are added to those of every new project.</summary>
    public static string[] Errors(string code, string usings = "") => [.. Compile(code, usings).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())];

    /// <summary>Compiles a program, runs it in this process and gives what it writes.</summary>
    public static string Run(string code, string usings)
    {
        using var library = new MemoryStream();
        var made = Compile(code, usings).Emit(library);
        if (!made.Success) throw new InvalidOperationException(string.Join('\n', made.Diagnostics));
        var main = Assembly.Load(library.ToArray()).EntryPoint!;
        var (before, written) = (Console.Out, new StringWriter());
        try
        {
            Console.SetOut(written);
            main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()], null);
        }
        finally
        {
            Console.SetOut(before);
        }
        return written.ToString();
    }

    static CSharpCompilation Compile(string code, string usings)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        var tree = CSharpSyntaxTree.ParseText(code, options);
        var program = tree.GetCompilationUnitRoot().Members.Any(m => m is Microsoft.CodeAnalysis.CSharp.Syntax.GlobalStatementSyntax);
        return CSharpCompilation.Create("example", [tree, CSharpSyntaxTree.ParseText(Implicit + usings, options)], references.Value,
            new(program ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }
}
