using NUnit.Framework;

namespace Zoo.Tests.Architecture;

/// <summary>
/// The example published for three machines (docs/publishing.md). It takes minutes and restores the libraries of all three, so it runs only when
/// asked for: <c>ZOO_PUBLISH=1 dotnet test -c Release --filter FullyQualifiedName~PublishTests</c>.
/// </summary>
internal sealed class PublishTests : Publishing
{
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
        AssertCode(published, machine, libraries: 2);
        AssertCode(Path.Combine(Folder, "artifacts", "bin", "LeNet", $"release_{machine}"), machine, libraries: 2);   // what dotnet build -r leaves
        foreach (var name in natives) TestContext.Out.WriteLine($"{machine}: {name} {new FileInfo(Path.Combine(published, name)).Length:N0} bytes");
        TestContext.Out.WriteLine($"{machine}: {Directory.GetFiles(published, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length):N0} bytes in all");
    }

    [Test]
    public void ThePublishedExampleRunsFromAnotherFolder()
    {
        if (!OperatingSystem.IsLinux() || System.Runtime.InteropServices.RuntimeInformation.OSArchitecture != System.Runtime.InteropServices.Architecture.X64) Assert.Ignore("Published for linux-x64, run there.");
        var published = Publish("linux-x64");
        var elsewhere = Directory.CreateDirectory(Path.Combine(Folder, "elsewhere")).FullName;
        // far from the solution: neither the reference files nor a developer's TensorFlow may help
        var output = Run(Path.Combine(published, "LeNet"), elsewhere, ["--epochs", "1", "--samples", "12000"], ("ZOO_SHARED", null), ("ZOO_TENSORFLOW", null), ("ZOO_ENGINE", null));
        Assert.That(output.Trim().Split('\n')[^1], Does.Match(@"^test accuracy: 0\.9\d+$"), output);
    }

    /// <summary>Libraries have native code where the machine that builds and the target are linux-x64, and are plain IL for any machine elsewhere.</summary>
    static void AssertCode(string folder, string machine, int libraries)
    {
        var ours = Directory.GetFiles(folder, "Zoo.*.dll");
        Assert.That(ours, Has.Length.EqualTo(libraries), folder);
        var expected = machine == "linux-x64" && IsLinuxX64;
        Assert.Multiple(() =>
        {
            foreach (var file in ours) Assert.That(HasNativeCode(file), Is.EqualTo(expected), $"{machine}: native code in {file}");
        });
    }

    string Publish(string machine)
    {
        var target = Path.Combine(Folder, machine);
        if (!Directory.Exists(target))
            Run("dotnet", Sources.Root, ["publish", "examples/LeNet", "-c", "Release", "-r", machine, "-o", target, "--artifacts-path", Path.Combine(Folder, "artifacts"), "-v", "quiet", "--nologo"]);
        return target;
    }
}
