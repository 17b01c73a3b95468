namespace Zoo.Autograd.Engine.Torch;

/// <summary>Raw memory of tensors seen as spans.</summary>
internal static unsafe class HostMemory
{
    internal static Span<T> Span<T>(nint address, int count) where T : unmanaged => new((void*)address, count);
}
