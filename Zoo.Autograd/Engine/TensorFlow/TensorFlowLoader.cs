using System.Runtime.InteropServices;
using System.Text;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>Finds and loads TensorFlow's library: <c>ZOO_TENSORFLOW</c>, beside the program, the system's loader. Fails once, with one error that lists what was tried.</summary>
internal static class TensorFlowLoader
{
    static readonly Lazy<(nint Handle, string File)> loaded = new(() => Load(Environment.GetEnvironmentVariable("ZOO_TENSORFLOW"), AppContext.BaseDirectory, Platform.Current()));
    static readonly Lazy<string> version = new(ReadVersion);

    internal static nint Handle => loaded.Value.Handle;

    /// <summary>The file that was loaded.</summary>
    internal static string File => loaded.Value.File;

    /// <summary>Engine and version, such as <c>TensorFlow 2.18.0</c>.</summary>
    internal static string Version => version.Value;

    /// <summary>Why the library cannot be loaded; null where it can.</summary>
    internal static string? Missing
    {
        get
        {
            try
            {
                _ = loaded.Value;
                return null;
            }
            catch (EngineException e)
            {
                return e.Message;
            }
        }
    }

    static unsafe string ReadVersion() => "TensorFlow " + LibTensorFlow.Text(LibTensorFlow.TF_Version());

    /// <summary>One platform's file names: libraries with what must be loaded before each.</summary>
    internal sealed record Platform(string Rid, (string Library, string[] Before)[] Names)
    {
        internal static Platform Current()
        {
            var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
            if (OperatingSystem.IsWindows()) return new("win-" + architecture, [("tensorflow.dll", []), ("tensorflow_cc.dll", ["tensorflow_framework.dll"])]);
            if (OperatingSystem.IsMacOS())
                return new("osx-" + architecture,
                    [("libtensorflow_cc.2.dylib", ["libtensorflow_framework.2.dylib"]), ("libtensorflow.2.dylib", ["libtensorflow_framework.2.dylib"]),
                    ("libtensorflow.dylib", ["libtensorflow_framework.2.dylib", "libtensorflow_framework.dylib"])]);
            return new("linux-" + architecture,
                [("libtensorflow_cc.so.2", ["libtensorflow_framework.so.2"]), ("libtensorflow.so.2", ["libtensorflow_framework.so.2"]),
                ("libtensorflow.so", ["libtensorflow_framework.so.2", "libtensorflow_framework.so"])]);
        }
    }

    /// <summary>Loads from the first place that works. A folder that the user names is the only place that counts.</summary>
    internal static (nint Handle, string File) Load(string? named, string program, Platform platform)
    {
        // Its log repeats what comes back as an error, and reports the processor on every start.
        if (Environment.GetEnvironmentVariable("TF_CPP_MIN_LOG_LEVEL") is null) LibTensorFlow.SetEnvironment("TF_CPP_MIN_LOG_LEVEL", "3");
        var tried = new StringBuilder();
        (string Folder, string What)[] folders = string.IsNullOrEmpty(named)
            ? [(Path.Combine(program, "runtimes", platform.Rid, "native"), "beside the program"), (program, "beside the program"), ("", "the system's loader")]
            : [(named, "ZOO_TENSORFLOW")];
        foreach (var (folder, what) in folders)
            foreach (var (library, before) in platform.Names)
            {
                var file = Path.Combine(folder, library);
                if (folder.Length > 0 && !System.IO.File.Exists(file))
                {
                    tried.Append($"\n  {file} ({what}): no such file");
                    continue;
                }
                foreach (var name in before) NativeLibrary.TryLoad(Path.Combine(folder, name), out _);
                try
                {
                    var handle = NativeLibrary.Load(file);
                    if (NativeLibrary.TryGetExport(handle, "TF_SessionRun", out _)) return (handle, file);
                    tried.Append($"\n  {file} ({what}): it has no function TF_SessionRun");
                }
                catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
                {
                    tried.Append($"\n  {file} ({what}): {e.Message.ReplaceLineEndings(" ")}");
                }
            }
        var (expected, needed) = platform.Names[0];
        throw new EngineException(
            $"TensorFlow: its library could not be loaded ({platform.Rid}). Tried:{tried}\n"
            + $"Expected {expected}{(needed.Length > 0 ? $" with {needed[0]} beside it" : "")}. Set ZOO_TENSORFLOW to the folder that holds the library (the unpacked libtensorflow archive, "
            + "or the folder tensorflow of a Python installation), or add the NuGet package SciSharp.TensorFlow.Redist to the program. The embedded engine needs none of this.")
        {
            NativeMessage = tried.ToString(),
            Version = "TensorFlow",
        };
    }
}
