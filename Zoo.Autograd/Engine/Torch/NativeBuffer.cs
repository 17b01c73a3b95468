using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Owner of a block of native memory, aligned to 64 bytes, not initialised. Freed by Dispose or the finalizer.</summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    internal const int Alignment = 64;

    internal NativeBuffer(long bytes) : base(0, true)
    {
        Length = bytes;
        // a whole number of vectors, so that a kernel may round its last load up
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)((Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment), Alignment));
        if (bytes >= 1 << 20)
            GC.AddMemoryPressure(bytes);
    }

    internal long Length { get; }
    internal byte* Pointer => (byte*)handle;
    internal Span<T> AsSpan<T>() where T : unmanaged => new((void*)handle, checked((int)(Length / sizeof(T))));

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        if (Length >= 1 << 20)
            GC.RemoveMemoryPressure(Length);
        return true;
    }
}
