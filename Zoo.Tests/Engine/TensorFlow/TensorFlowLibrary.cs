using System.Diagnostics;
using Zoo.Autograd.Engine.TensorFlow;

namespace Zoo.Tests.Engine.TensorFlow;

/// <summary>Where the tests find TensorFlow: as a user would, or in the reference files.</summary>
static class TensorFlowLibrary
{
    static readonly Lazy<string?> missing = new(() =>
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ZOO_TENSORFLOW")) && Goldens.Shared.Folder is { } shared
            && Path.Combine(shared, "tensorflow", "unpack.sh") is var script && OperatingSystem.IsLinux() && File.Exists(script))
        {
            using var unpack = Process.Start(new ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true })!;
            var folder = unpack.StandardOutput.ReadToEnd().Trim();
            unpack.WaitForExit();
            if (unpack.ExitCode == 0) Environment.SetEnvironmentVariable("ZOO_TENSORFLOW", folder);
        }
        return TensorFlowLoader.Missing;
    });

    /// <summary>Skips the test, with the reason, where TensorFlow's library is absent.</summary>
    public static void Require()
    {
        if (missing.Value is { } reason) Goldens.Shared.Missing(reason);
    }
}
