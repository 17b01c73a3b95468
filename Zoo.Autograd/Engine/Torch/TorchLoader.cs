using System.Runtime.InteropServices;
using System.Text;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Finds and loads libtorch by runtime identifier. Fails once, with one error that lists everything that was tried.</summary>
internal static unsafe class TorchLoader
{
    internal const string PackageVersion = "2.10.0";

    static ReadOnlySpan<byte> SpinCount => "4000"u8;
    static ReadOnlySpan<byte> Policy => "OMP_WAIT_POLICY"u8;

    static readonly Lazy<Handles> handles = new(() => Load(Folders(), Platform.Current()));

    /// <summary>The folder libtorch came from, "" when the system's loader found it.</summary>
    internal static string Folder => handles.Value.Folder;
    internal static nint Torch => handles.Value.Torch;
    internal static nint OpenMp => handles.Value.OpenMp;
    internal static string Version => $"libtorch {PackageVersion}";

    internal sealed record Handles(nint Torch, nint OpenMp, string Folder);

    /// <summary>Names of one platform's files: first the dependencies in loading order, then the library itself.</summary>
    internal sealed record Platform(string Rid, string[] Before, string Library, string OpenMp)
    {
        internal static Platform Current() => (OperatingSystem.IsWindows(), OperatingSystem.IsMacOS(), RuntimeInformation.ProcessArchitecture) switch
        {
            (true, _, Architecture.X64) => new("win-x64", ["libiomp5md.dll", "asmjit.dll", "fbgemm.dll", "uv.dll", "c10.dll"], "torch_cpu.dll", "libiomp5md.dll"),
            (_, true, Architecture.Arm64) => new("osx-arm64", ["libomp.dylib", "libc10.dylib"], "libtorch_cpu.dylib", "libomp.dylib"),
            (false, false, Architecture.X64) => new("linux-x64", ["libgomp-98b21ff3.so.1", "libc10.so"], "libtorch_cpu.so", "libgomp-98b21ff3.so.1"),
            var (_, _, architecture) => throw new EngineException(
                $"The embedded engine: there is no libtorch package for this machine ({RuntimeInformation.OSDescription}, {architecture}). "
                + "Expected linux-x64, win-x64 or osx-arm64. Run on one of these, or use the TensorFlow engine: Engine.Use(\"tensorflow\").")
            { Version = Version },
        };
    }

    /// <summary>Loads from the first of the folders that works.</summary>
    internal static Handles Load(IEnumerable<(string Folder, string What)> folders, Platform platform)
    {
        TorchMemory.Tune();
        QuietNativeLog();
        bool active = WaitPolicy();
        try
        {
            return Find(folders, platform);
        }
        finally
        {
            if (active) fixed (byte* name = Policy) LibC.unsetenv(name);
        }
    }

    static Handles Find(IEnumerable<(string Folder, string What)> folders, Platform platform)
    {
        var tried = new StringBuilder();
        foreach ((string folder, string what) in folders)
        {
            string file = Path.Combine(folder, platform.Library);
            if (!File.Exists(file))
            {
                tried.Append($"\n  {file} ({what}): no such file");
                continue;
            }
            nint openMp = 0;
            foreach (string name in platform.Before)
                if (NativeLibrary.TryLoad(Path.Combine(folder, name), out nint handle) && name == platform.OpenMp)
                    openMp = handle;
            try
            {
                return new(NativeLibrary.Load(file), openMp, folder);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                tried.Append($"\n  {file} ({what}): {e.Message.ReplaceLineEndings(" ")}");
            }
        }
        try
        {
            nint torch = NativeLibrary.Load(platform.Library);
            NativeLibrary.TryLoad(platform.OpenMp, out nint openMp);
            return new(torch, openMp, "");
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            tried.Append($"\n  {platform.Library} (the system's loader): {e.Message.ReplaceLineEndings(" ")}");
        }
        throw new EngineException(
            $"The embedded engine: {Version} ({platform.Library}, {platform.Rid}) could not be loaded. Tried:{tried}\n"
            + $"Expected {platform.Library} with {string.Join(", ", platform.Before)} beside it. Add the NuGet package libtorch-cpu-{platform.Rid} {PackageVersion} to the program "
            + $"(dotnet add package libtorch-cpu-{platform.Rid} --version {PackageVersion}), or set ZOO_TORCH to a folder that holds these files.")
        {
            NativeMessage = tried.ToString(),
            Version = Version,
        };
    }

    static IEnumerable<(string, string)> Folders()
    {
        string rid = Platform.Current().Rid;
        string home = AppContext.BaseDirectory;
        yield return (Path.Combine(home, "runtimes", rid, "native"), "beside the program");
        yield return (home, "beside the program");
        if (Environment.GetEnvironmentVariable("ZOO_TORCH") is { Length: > 0 } own)
            yield return (own, "ZOO_TORCH");
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        yield return (Path.Combine(packages, $"libtorch-cpu-{rid}", PackageVersion, "runtimes", rid, "native"), "NuGet packages");
    }

    /// <summary>Failures come back as codes and become exceptions; the same text on stderr would only confuse.</summary>
    static void QuietNativeLog() => SetUnlessGiven("TORCH_CPP_LOG_LEVEL"u8, "FATAL"u8);

    /// <summary>
    /// How long OpenMP's threads spin before they sleep. By default they wait for each other for a millisecond and more; where another process has one of the
    /// processors, the one that works is then kept from it by those that wait. As soon as the teams of a process have more threads together than there are processors (two callers at once), libgomp spins 100 times, which
    /// makes a step of two threads wait for sleepers, and does so to the end; 1,000 times where the policy is "active" when it is loaded. That is for libgomp alone: other programs and libraries must not read it.
    /// </summary>
    /// <returns>Whether the policy is set for the time of loading.</returns>
    static bool WaitPolicy()
    {
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null) return false;
        SetUnlessGiven("GOMP_SPINCOUNT"u8, SpinCount);
        if (!LibC.IsGlibc || Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") != Encoding.UTF8.GetString(SpinCount)) return false;
        fixed (byte* name = Policy, value = "active"u8)
            LibC.setenv(name, value, 1);
        return true;
    }

    /// <summary>The runtime keeps its own copy of the environment, so the variable must be set in the C library's.</summary>
    static void SetUnlessGiven(ReadOnlySpan<byte> variable, ReadOnlySpan<byte> text)
    {
        string key = Encoding.UTF8.GetString(variable);
        if (Environment.GetEnvironmentVariable(key) is not null)
            return;
        Environment.SetEnvironmentVariable(key, Encoding.UTF8.GetString(text));
        if (LibC.IsGlibc)
            fixed (byte* name = variable, value = text)
                LibC.setenv(name, value, 1);
    }
}
