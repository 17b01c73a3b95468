using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>The C library's functions that the embedded engine needs; called on glibc only.</summary>
internal static unsafe partial class LibC
{
    const string Name = "libc.so.6";

    internal const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3, MmapMax = -4, ArenaMax = -8;

    [LibraryImport(Name)] internal static partial int mallopt(int parameter, int value);
    [LibraryImport(Name)] internal static partial int setenv(byte* name, byte* value, int overwrite);

    /// <summary>Whether the process runs on glibc (musl and other systems have no mallopt worth calling).</summary>
    internal static bool IsGlibc { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad(Name, out nint handle) && NativeLibrary.TryGetExport(handle, "gnu_get_libc_version", out _);

    /// <summary>Where the main heap ends.</summary>
    [LibraryImport("libc")] internal static partial nint sbrk(nint increment);
}
