namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Settings of glibc's allocator. A step frees and allocates the same large blocks over and over; by default each goes back to the system and comes again as
/// fresh pages, and these page faults are the largest avoidable cost of a step. It is process-wide, so <c>ZOO_MALLOPT=0</c> switches it off.
/// </summary>
internal static class TorchMemory
{
    static readonly Lazy<bool> tuned = new(Apply);

    /// <summary>Applies the settings once, before the first tensor. False where they are switched off or the C library is not glibc.</summary>
    internal static bool Tune() => tuned.Value;

    static bool Apply()
    {
        if (!LibC.IsGlibc || Environment.GetEnvironmentVariable("ZOO_MALLOPT") == "0")
            return false;
        const int high = int.MaxValue;
        bool ok = LibC.mallopt(LibC.MmapThreshold, high) == 1;
        ok &= LibC.mallopt(LibC.MmapMax, 0) == 1;              // the threshold alone is capped at 32 MB
        ok &= LibC.mallopt(LibC.TrimThreshold, high) == 1;     // never give the top of the heap back
        ok &= LibC.mallopt(LibC.TopPad, 64 << 20) == 1;        // grow in large strides
        ok &= LibC.mallopt(LibC.ArenaMax, 1) == 1;             // threads' own heaps would be mapped and unmapped again
        Stock();
        return ok;
    }

    /// <summary>
    /// Gives what is free in the heap back to the system, this once. A plan's first run has all its values there; those that get places in an arena leave their memory behind for good, for the heap never shrinks by itself.
    /// </summary>
    internal static void GiveBack()
    {
        if (tuned.Value) LibC.malloc_trim(0);
    }

    /// <summary>
    /// Leaves free chunks of every small size behind, each between two that stay. A small block that lives on would otherwise be cut out of a large one that is
    /// free just then, which never fits its tensor again: the heap grew by one activation every few thousand steps.
    /// </summary>
    static unsafe void Stock()
    {
        var free = new List<nint>();
        for (var size = 24; size <= 1 << 20; size += size < 1024 ? 16 : size / 2)
            for (var i = 0; i < (size < 1024 ? 16 : 8); i++)
            {
                free.Add((nint)System.Runtime.InteropServices.NativeMemory.Alloc((nuint)size));
                System.Runtime.InteropServices.NativeMemory.Alloc(24);   // stays: keeps its neighbours from becoming one
            }
        foreach (var block in free) System.Runtime.InteropServices.NativeMemory.Free((void*)block);
    }

    /// <summary>Whether what this thread allocates lies in the heap that sbrk grows; glibc only.</summary>
    internal static unsafe bool OnMainHeap()
    {
        if (!LibC.IsGlibc)
            return true;
        void* block = System.Runtime.InteropServices.NativeMemory.Alloc(4096);   // too large for a thread's own cache
        bool main = (nint)block < LibC.sbrk(0);
        System.Runtime.InteropServices.NativeMemory.Free(block);
        return main;
    }
}
