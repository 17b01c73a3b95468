using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>The C library's functions that the embedded engine needs; called on glibc only.</summary>
internal static unsafe partial class LibC
{
    const string Name = "libc.so.6";

    internal const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3, MmapMax = -4, ArenaMax = -8;

    /// <summary>For 1,024 processors, as glibc's cpu_set_t.</summary>
    const int MaskWords = 16;

    [LibraryImport(Name)] internal static partial int mallopt(int parameter, int value);
    [LibraryImport(Name)] internal static partial int malloc_trim(nuint pad);
    [LibraryImport(Name)] internal static partial int setenv(byte* name, byte* value, int overwrite);
    [LibraryImport(Name)] internal static partial int unsetenv(byte* name);

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

    /// <summary>The processors that the calling thread may use, by number; empty where the system does not say.</summary>
    internal static int[] Processors()
    {
        if (!IsGlibc) return [];
        var mask = stackalloc ulong[MaskWords];
        if (sched_getaffinity(0, MaskWords * sizeof(ulong), mask) != 0) return [];
        var found = new List<int>();
        for (var i = 0; i < MaskWords * 64; i++)
            if ((mask[i / 64] >> i % 64 & 1) != 0) found.Add(i);
        return [.. found];
    }

    /// <summary>Keeps the calling thread, and threads that it makes from now on, to these processors. False where the system refuses.</summary>
    internal static bool Bind(ReadOnlySpan<int> processors)
    {
        var mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        foreach (var p in processors) mask[p / 64] |= 1UL << p % 64;
        return sched_setaffinity(0, MaskWords * sizeof(ulong), mask) == 0;
    }

    /// <summary>The processor on which the calling thread runs just now.</summary>
    [LibraryImport(Name), SuppressGCTransition] internal static partial int sched_getcpu();
    [LibraryImport(Name)] private static partial int sched_getaffinity(int thread, nuint bytes, ulong* mask);
    [LibraryImport(Name)] private static partial int sched_setaffinity(int thread, nuint bytes, ulong* mask);

    /// <summary>Where the main heap ends.</summary>
    [LibraryImport("libc")] internal static partial nint sbrk(nint increment);
}
