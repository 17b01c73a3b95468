using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>The C library's functions that the embedded engine needs; called on glibc only.</summary>
internal static unsafe partial class LibC
{
    const string Name = "libc.so.6";

    internal const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3, MmapMax = -4, ArenaMax = -8;

    [LibraryImport(Name)] internal static partial int mallopt(int parameter, int value);
    [LibraryImport(Name)] internal static partial int malloc_trim(nuint pad);
    [LibraryImport(Name)] internal static partial int setenv(byte* name, byte* value, int overwrite);

    /// <summary>Whether the process runs on glibc (musl and other systems have no mallopt worth calling).</summary>
    internal static bool IsGlibc { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad(Name, out nint handle) && NativeLibrary.TryGetExport(handle, "gnu_get_libc_version", out _);

    /// <summary>Fresh memory from the system in whole pages, in huge ones where the system has them on request; null where there is none.</summary>
    internal static byte* Map(nuint bytes)
    {
        const int readWrite = 3, privateAnonymous = 0x22, hugePages = 14;
        var address = mmap(null, bytes, readWrite, privateAnonymous, -1, 0);
        if ((nint)address == -1) return null;
        madvise(address, bytes, hugePages);
        return address;
    }

    [LibraryImport(Name)] private static partial byte* mmap(byte* address, nuint bytes, int protection, int flags, int file, nint offset);
    [LibraryImport(Name)] private static partial int madvise(byte* address, nuint bytes, int advice);
    [LibraryImport(Name)] internal static partial int munmap(byte* address, nuint bytes);

    /// <summary>Where the main heap ends.</summary>
    [LibraryImport("libc")] internal static partial nint sbrk(nint increment);
}
