using System.Diagnostics;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Saving;

[Platform("Linux,MacOsX")]
public class DiskFullTests
{
    const int Refused = 42;

    internal static int SaveInChild(string path)
    {
        try
        {
            KerasArchive.Write(path, [], new() { ["class_name"] = "new" }, Weights(1 << 20), []);
            return 0;
        }
        catch (ModelFileException e)
        {
            Console.WriteLine(e.Message);
            return Refused;
        }
    }

    static H5Group Weights(int size)
    {
        var root = new H5Group();
        root.Group("layers/dense/vars").Add("0", NDArray.Zeros([size]));
        return root;
    }

    [Test]
    public void A_full_disk_while_saving_leaves_the_old_file_whole([Values(0, 1, 64, 1024)] int blocks)
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var path = Path.Combine(folder, "model.keras");
            KerasArchive.Write(path, [], new() { ["class_name"] = "old" }, Weights(10), []);
            var before = File.ReadAllBytes(path);
            var (code, output) = Run($"trap '' XFSZ; ulimit -f {blocks}; DOTNET_EnableDiagnostics=0 DOTNET_EnableWriteXorExecute=0 exec '{Environment.ProcessPath}' exec '{typeof(DiskFullTests).Assembly.Location}' save '{path}'");
            Assert.That(code, Is.EqualTo(Refused), output);
            Assert.That(output, Does.Contain("could not be written").And.Contain("is as it was"));
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
            Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(1), "nothing is left beside it");
            (code, output) = Run($"exec '{Environment.ProcessPath}' exec '{typeof(DiskFullTests).Assembly.Location}' save '{path}'");
            Assert.That(code, Is.Zero, output);
            using var archive = KerasArchive.Open(path);
            Assert.That(archive.Config()["class_name"], Is.EqualTo("new"));
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
