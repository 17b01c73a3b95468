using System.Diagnostics;
using System.Reflection.PortableExecutable;
using NUnit.Framework;

namespace Zoo.Tests.Architecture;

/// <summary>What the tests of published folders and of packages share: a folder of their own, programs that are run, and what an assembly holds.</summary>
[Category("Publish"), NonParallelizable]
internal abstract class Publishing
{
    /// <summary>What crossgen's Linux images have in place of the machine: it, with the system's bits.</summary>
    const Machine LinuxX64 = (Machine)((ushort)Machine.Amd64 ^ 0x7B79);

    /// <summary>A new folder, far from the solution.</summary>
    protected string Folder { get; private set; } = "";

    [OneTimeSetUp]
    public void MakeFolder()
    {
        if (Environment.GetEnvironmentVariable("ZOO_PUBLISH") != "1") Assert.Ignore("Publishing takes minutes: set ZOO_PUBLISH=1 to run this.");
        Folder = Directory.CreateTempSubdirectory("zoo-publish-").FullName;
    }

    [OneTimeTearDown]
    public void RemoveFolder()
    {
        if (Folder.Length > 0) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Native code is made on this machine for this machine alone.</summary>
    protected static bool IsLinuxX64 => System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier == "linux-x64";

    /// <summary>Whether an assembly holds native code of Linux on x64 beside the IL; what is neither that nor IL for all machines fails.</summary>
    protected static bool HasNativeCode(string assembly)
    {
        using PEReader reader = new(File.OpenRead(assembly));
        var headers = reader.PEHeaders;
        var native = headers.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
        Assert.That(headers.CoffHeader.Machine, Is.EqualTo(native ? LinuxX64 : Machine.I386), assembly);
        Assert.That(headers.CorHeader.Flags.HasFlag(CorFlags.ILOnly), Is.Not.EqualTo(native), assembly);
        return native;
    }

    protected static string Run(string program, string from, string[] arguments, params ReadOnlySpan<(string Name, string? Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = from, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
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
