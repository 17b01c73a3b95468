using System.Text.RegularExpressions;
using NUnit.Framework;
using Zoo.Tests.Architecture;
using Zoo.Tests.Saving;

namespace Zoo.Tests.Docs;

/// <summary>The program of docs/custom-layers.md writes what stands below it.</summary>
[NonParallelizable] // it writes to the console
internal sealed partial class CustomLayersTests : InFolder
{
    [Test]
    public void TheProgramWritesWhatThePageSays()
    {
        var page = Sources.Text("docs/custom-layers.md").ReplaceLineEndings("\n");
        var block = ExamplesTests.Block().Match(page);
        var program = block.Groups[1].Value;
        Assert.That(program, Does.Contain("\"gates.keras\""));
        var written = Compiler.Run(program.Replace("\"gates.keras\"", $"@\"{At("gates.keras")}\""), ExamplesTests.Usings);
        Assert.That(written.ReplaceLineEndings("\n"), Is.EqualTo(Plain().Match(page, block.Index + block.Length).Groups[1].Value));
    }

    [GeneratedRegex(@"^```\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Plain();
}
