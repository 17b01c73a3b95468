using System.Runtime.InteropServices;

namespace Zoo.Autograd;

public sealed partial class NDArray
{
    /// <summary>Bytes of a line of the processor's cache, which the widest vectors fill.</summary>
    internal const int Line = 64;

    /// <summary>Zeros that never move and begin with a line of the cache: engines compute in them as they are. Float32 and float64.</summary>
    internal static NDArray Fixed(Shape shape, DType dtype)
    {
        var (n, more) = (checked((int)shape.Elements), Line / dtype.Size());
        Array data = dtype switch
        {
            DType.Float32 => GC.AllocateArray<float>(n + more, pinned: true),
            DType.Float64 => GC.AllocateArray<double>(n + more, pinned: true),
            _ => throw new ArgumentException($"NDArray: fixed memory of {dtype.Name()} was asked for. Expected float32 or float64."),
        };
        var beyond = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(data, 0) % Line);
        return new(dtype, shape, data, beyond == 0 ? 0 : (Line - beyond) / dtype.Size());
    }

    /// <summary>Whether two arrays begin at the same element of the same memory.</summary>
    internal bool IsAt(NDArray other) => ReferenceEquals(Data, other.Data) && Offset == other.Offset;
}
