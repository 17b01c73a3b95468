using System.Diagnostics;
using NUnit.Framework;
using Zoo.Keras;

namespace Zoo.Tests.Saving;

[Platform("Linux,MacOsX")]
public class DiskFullTests
{
    const int Refused = 42;

    internal static int SaveInChild(string path)
    {
        try
        {
            new Sequential { K.Input([1024]), new Dense(1024) { Name = "new" } }.Save(path);
            return 0;
        }
        catch (ModelFileException e)
        {
            Console.WriteLine(e.Message);
            return Refused;
        }
    }

    [Test]
    public void A_full_disk_while_saving_leaves_the_old_file_whole([Values(0, 1, 64, 1024)] int blocks)
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var path = Path.Combine(folder, "model.keras");
            new Sequential { K.Input([4]), new Dense(4) { Name = "old" } }.Save(path);
            var before = File.ReadAllBytes(path);
            var (code, output) = Run($"trap '' XFSZ; ulimit -f {blocks}; DOTNET_EnableDiagnostics=0 DOTNET_EnableWriteXorExecute=0 exec '{Environment.ProcessPath}' exec '{typeof(DiskFullTests).Assembly.Location}' save '{path}'");
            Assert.That(code, Is.EqualTo(Refused), output);
            Assert.That(output, Does.Contain("could not be written").And.Contain("is as it was"));
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
            Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(1), "nothing is left beside it");
            (code, output) = Run($"exec '{Environment.ProcessPath}' exec '{typeof(DiskFullTests).Assembly.Location}' save '{path}'");
            Assert.That(code, Is.Zero, output);
            Assert.That(Model.Load(path).Layers[0].Name, Is.EqualTo("new"));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    static (int Code, string Output) Run(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
