using System.Diagnostics;
using NUnit.Framework;

namespace Zoo.Tests.Architecture;

/// <summary>
/// The example published for three machines (docs/publishing.md). It takes minutes and restores the libraries of all three, so it runs only when
/// asked for: <c>ZOO_PUBLISH=1 dotnet test -c Release --filter FullyQualifiedName~PublishTests</c>.
/// </summary>
[Category("Publish"), NonParallelizable]
internal sealed class PublishTests
{
    string folder = "";

    [OneTimeSetUp]
    public void MakeFolder()
    {
        if (Environment.GetEnvironmentVariable("ZOO_PUBLISH") != "1") Assert.Ignore("Publishing takes minutes: set ZOO_PUBLISH=1 to run this.");
        folder = Directory.CreateTempSubdirectory("zoo-publish-").FullName;
    }

    [OneTimeTearDown]
    public void RemoveFolder()
    {
        if (folder.Length > 0) Directory.Delete(folder, recursive: true);
    }

    [TestCase("linux-x64", "LeNet", "libtorch_cpu.so", "libc10.so", "libgomp-98b21ff3.so.1", "libSkiaSharp.so")]
    [TestCase("win-x64", "LeNet.exe", "torch_cpu.dll", "c10.dll", "libiomp5md.dll", "uv.dll", "libSkiaSharp.dll")]
    [TestCase("osx-arm64", "LeNet", "libtorch_cpu.dylib", "libc10.dylib", "libomp.dylib", "libSkiaSharp.dylib")]
    public void ThePublishedFolderHoldsTheNativeFilesOfItsMachineOnly(string machine, params string[] natives)
    {
        var published = Publish(machine);
        var names = Directory.GetFiles(published, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!).ToArray();
        Assert.That(natives, Is.SubsetOf(names));
        var endings = new Dictionary<string, string> { ["linux-x64"] = ".so", ["osx-arm64"] = ".dylib" };
        Assert.That(names.Where(n => endings.Any(e => e.Key != machine && n.EndsWith(e.Value, StringComparison.Ordinal))), Is.Empty, "libraries of other machines");
        foreach (var name in natives) TestContext.Out.WriteLine($"{machine}: {name} {new FileInfo(Path.Combine(published, name)).Length:N0} bytes");
    }

    [Test]
    public void ThePublishedExampleRunsFromAnotherFolder()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Published for linux-x64, run there.");
        var published = Publish("linux-x64");
        var elsewhere = Directory.CreateDirectory(Path.Combine(folder, "elsewhere")).FullName;
        // far from the solution: neither the reference files nor a developer's TensorFlow may help
        var output = Run(Path.Combine(published, "LeNet"), elsewhere, ["--epochs", "1", "--samples", "12000"], ("ZOO_SHARED", null), ("ZOO_TENSORFLOW", null), ("ZOO_ENGINE", null));
        Assert.That(output.Trim().Split('\n')[^1], Does.Match(@"^test accuracy: 0\.9\d+$"), output);
    }

    string Publish(string machine)
    {
        var target = Path.Combine(folder, machine);
        if (!Directory.Exists(target))
            Run("dotnet", Sources.Root, ["publish", "examples/LeNet", "-c", "Release", "-r", machine, "-o", target, "--artifacts-path", Path.Combine(folder, "artifacts"), "-v", "quiet", "--nologo"], ("MSBUILDDISABLENODEREUSE", "1"));
        return target;
    }

    static string Run(string program, string from, string[] arguments, params ReadOnlySpan<(string Name, string? Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = from, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{output}\n{error.Result}");
        return output;
    }
}
