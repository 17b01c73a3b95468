using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Owner of a block of native memory, aligned to 64 bytes, not initialised. Freed by Dispose or the finalizer.</summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    internal const int Alignment = 64;

    readonly nuint size;
    readonly bool mapped;

    internal NativeBuffer(long bytes) : base(0, true)
    {
        Length = bytes;
        // a whole number of vectors, so that a kernel may round its last load up
        size = (nuint)((Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment);
        // large blocks beside the heap, which they would leave in pieces
        mapped = bytes >= Large && LibC.IsGlibc;
        var address = mapped ? LibC.Map(size) : NativeMemory.AlignedAlloc(size, Alignment);
        if (address is null) throw new OutOfMemoryException($"The embedded engine: there is no memory of {bytes:N0} bytes.");
        SetHandle((nint)address);
        if (bytes >= Large) GC.AddMemoryPressure(bytes);
    }

    const long Large = 1 << 20;

    internal long Length { get; }
    internal byte* Pointer => (byte*)handle;
    internal Span<T> AsSpan<T>() where T : unmanaged => new((void*)handle, checked((int)(Length / sizeof(T))));

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        if (mapped) LibC.munmap((byte*)handle, size);
        else NativeMemory.AlignedFree((void*)handle);
        if (Length >= Large) GC.RemoveMemoryPressure(Length);
        return true;
    }
}
