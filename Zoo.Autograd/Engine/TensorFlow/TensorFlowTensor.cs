using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>Host arrays to TensorFlow's tensors and back.</summary>
internal static unsafe class TensorFlowTensor
{
    // Below this, copying is cheaper than a pinned handle and its release.
    const int PinFrom = 32 * 1024;
    const int StringSize = 24, Alignment = 64;

    /// <summary>
    /// A tensor over an array's own memory, or a copy of it: where the array is small, where TensorFlow finds it not aligned for its kernels,
    /// or where <paramref name="copy"/> says that the tensor may outlive the run.
    /// </summary>
    internal static nint From(NDArray array, bool copy = false)
    {
        Span<long> dims = stackalloc long[array.Shape.Rank];
        for (var i = 0; i < dims.Length; i++) dims[i] = array.Shape[i];
        fixed (long* shape = dims)
        {
            if (array.DType == DType.String) return Strings(array, shape, dims.Length);
            var bytes = array.Bytes;
            if (copy || bytes.Length < PinFrom)
            {
                var tensor = LibTensorFlow.TF_AllocateTensor((int)array.DType, shape, dims.Length, (nuint)bytes.Length);
                bytes.CopyTo(new Span<byte>(LibTensorFlow.TF_TensorData(tensor), bytes.Length));
                return tensor;
            }
            var pin = new PinnedGCHandle<Array>(array.Data);
            var data = LibTensorFlow.Address(array.Data) + (long)array.Offset * array.DType.Size();
            return LibTensorFlow.TF_NewTensor((int)array.DType, shape, dims.Length, data, (nuint)bytes.Length, &Unpin, (void*)PinnedGCHandle<Array>.ToIntPtr(pin));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Unpin(void* data, nuint length, void* handle) => PinnedGCHandle<Array>.FromIntPtr((nint)handle).Dispose();

    /// <summary>The memory is ours, so that the strings are released when TensorFlow's last reference goes, not when ours does.</summary>
    static nint Strings(NDArray array, long* dims, int rank)
    {
        var items = array.AsSpan<byte[]>();
        var length = (nuint)(items.Length * StringSize);
        var data = (byte*)NativeMemory.AlignedAlloc(Math.Max(length, 1), Alignment);
        for (var i = 0; i < items.Length; i++)
        {
            LibTensorFlow.TF_StringInit(data + i * StringSize);
            fixed (byte* text = items[i]) LibTensorFlow.TF_StringCopy(data + i * StringSize, text, (nuint)items[i].Length);
        }
        return LibTensorFlow.TF_NewTensor((int)DType.String, dims, rank, data, length, &FreeStrings, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void FreeStrings(void* data, nuint length, void* argument)
    {
        for (nuint at = 0; at < length; at += StringSize) LibTensorFlow.TF_StringDealloc((byte*)data + at);
        NativeMemory.AlignedFree(data);
    }

    /// <summary>A tensor's values: in <paramref name="reuse"/> where it has the right dtype and shape, else in a new array.</summary>
    internal static NDArray ToArray(nint tensor, NDArray? reuse = null)
    {
        var (number, rank) = (LibTensorFlow.TF_TensorType(tensor), LibTensorFlow.TF_NumDims(tensor));
        var dtype = (DType)number;
        if (number is <= 0 or > (int)DType.UInt64 || (dtype.Size() == 0 && dtype != DType.String))
            throw new EngineException($"TensorFlow: a tensor of its type {number} cannot be fetched. Expected numbers, truth values or strings. Fetch what is computed from it instead.") { Version = TensorFlowLoader.Version };
        var same = reuse is not null && reuse.DType == dtype && reuse.Shape.Rank == rank;
        for (var i = 0; same && i < rank; i++) same = reuse!.Shape[i] == LibTensorFlow.TF_Dim(tensor, i);
        if (!same)
        {
            var dims = new long[rank];
            for (var i = 0; i < rank; i++) dims[i] = LibTensorFlow.TF_Dim(tensor, i);
            reuse = NDArray.Zeros(Shape.Create(dims), dtype);
        }
        var data = (byte*)LibTensorFlow.TF_TensorData(tensor);
        if (dtype != DType.String) new ReadOnlySpan<byte>(data, checked((int)LibTensorFlow.TF_TensorByteSize(tensor))).CopyTo(reuse!.Bytes);
        else
        {
            var items = reuse!.AsSpan<byte[]>();
            for (var i = 0; i < items.Length; i++)
                items[i] = new ReadOnlySpan<byte>(LibTensorFlow.TF_StringGetDataPointer(data + i * StringSize), checked((int)LibTensorFlow.TF_StringGetSize(data + i * StringSize))).ToArray();
        }
        return reuse;
    }
}
