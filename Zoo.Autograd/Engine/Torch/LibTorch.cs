using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// libtorch's C ABI: every declaration, and nothing else. Tensors are handles that someone must delete; a return value other than 0 is a failure. Lists of
/// integers are pointer and length; an optional tensor is a pointer to a handle, or null.
/// </summary>
internal static unsafe partial class LibTorch
{
    const string T = "zoo-libtorch", Omp = "zoo-openmp";

    /// <summary>The version of the stable ABI these declarations follow.</summary>
    internal const ulong AbiVersion = (2UL << 56) | (10UL << 48);

    static LibTorch()
    {
        NativeResolver.Register(T, () => TorchLoader.Torch);
        NativeResolver.Register(Omp, () => TorchLoader.OpenMp);
    }

    // threads
    [LibraryImport(Omp)] internal static partial void omp_set_num_threads(int count);
    [LibraryImport(T)] internal static partial int torch_get_num_threads(uint* count);
    [LibraryImport(T)] internal static partial int torch_get_thread_idx(uint* index);
    [LibraryImport(T)] internal static partial int torch_parallel_for(long begin, long end, long grain, delegate* unmanaged<long, long, void*, void> body, void* context);

    // tensors
    [LibraryImport(T)] internal static partial int aoti_torch_empty_strided(long rank, long* sizes, long* strides, int dtype, int device, int index, nint* result);
    [LibraryImport(T)] internal static partial int aoti_torch_create_tensor_from_blob(void* data, long rank, long* sizes, long* strides, long offset, int dtype, int device, int index, nint* result);
    [LibraryImport(T)] internal static partial int aoti_torch__reinterpret_tensor(nint self, long rank, long* sizes, long* strides, long offsetIncrement, nint* result);
    [LibraryImport(T)] internal static partial int aoti_torch_new_tensor_handle(nint self, nint* result);
    [LibraryImport(T)] internal static partial int aoti_torch_delete_tensor_object(nint self);
    [LibraryImport(T)] internal static partial int aoti_torch_copy_(nint self, nint source, int nonBlocking);
    [LibraryImport(T)] internal static partial int aoti_torch_zero_(nint self);
    [LibraryImport(T), SuppressGCTransition] internal static partial int aoti_torch_get_data_ptr(nint self, void** result);
    [LibraryImport(T), SuppressGCTransition] internal static partial int aoti_torch_get_dim(nint self, long* result);
    [LibraryImport(T), SuppressGCTransition] internal static partial int aoti_torch_get_numel(nint self, long* result);
    [LibraryImport(T), SuppressGCTransition] internal static partial int aoti_torch_get_sizes(nint self, long** result);
    [LibraryImport(T), SuppressGCTransition] internal static partial int aoti_torch_get_strides(nint self, long** result);
    [LibraryImport(T), SuppressGCTransition] internal static partial int aoti_torch_get_dtype(nint self, int* result);
    [LibraryImport(T), SuppressGCTransition] internal static partial int aoti_torch_get_storage_offset(nint self, long* result);

    // the dispatcher, lists and strings
    [LibraryImport(T)] internal static partial int torch_call_dispatcher(byte* name, byte* overload, ulong* stack, ulong version);
    [LibraryImport(T)] internal static partial int torch_new_list_reserve_size(nuint size, nint* result);
    [LibraryImport(T)] internal static partial int torch_list_push_back(nint list, ulong value);
    [LibraryImport(T)] internal static partial int torch_list_size(nint list, nuint* result);
    [LibraryImport(T)] internal static partial int torch_list_get_item(nint list, nuint index, ulong* result);
    [LibraryImport(T)] internal static partial int torch_delete_list(nint list);
    [LibraryImport(T)] internal static partial int torch_new_string_handle(byte* data, nuint length, nint* result);
    [LibraryImport(T)] internal static partial void aoti_torch_grad_mode_set_enabled([MarshalAs(UnmanagedType.U1)] bool enabled);

    // matrix products
    [LibraryImport(T)] internal static partial int aoti_torch_cpu_mm_out(nint result, nint a, nint b);
    [LibraryImport(T)] internal static partial int aoti_torch_cpu_bmm_out(nint result, nint a, nint b);
    [LibraryImport(T)] internal static partial int aoti_torch_cpu_addmm_out(nint result, nint self, nint a, nint b, double beta, double alpha);
    [LibraryImport(T)] internal static partial int aoti_torch_cpu_baddbmm_out(nint result, nint self, nint a, nint b, double beta, double alpha);

    // convolution and pooling
    [LibraryImport(T)]
    internal static partial int aoti_torch_cpu_convolution(nint input, nint weight, nint* bias, long* stride, long strideLength, long* padding, long paddingLength,
        long* dilation, long dilationLength, int transposed, long* outputPadding, long outputPaddingLength, long groups, nint* result);
    [LibraryImport(T)]
    internal static partial int aoti_torch_cpu_convolution_backward(nint gradOutput, nint input, nint weight, long** biasSizes, long biasSizesLength, long* stride, long strideLength,
        long* padding, long paddingLength, long* dilation, long dilationLength, int transposed, long* outputPadding, long outputPaddingLength, long groups, int* mask, long maskLength,
        nint* gradInput, nint* gradWeight, nint* gradBias);
    [LibraryImport(T)]
    internal static partial int aoti_torch_cpu_max_pool2d_with_indices(nint self, long* kernel, long kernelLength, long* stride, long strideLength, long* padding, long paddingLength,
        long* dilation, long dilationLength, int ceil, nint* result, nint* indices);
    [LibraryImport(T)]
    internal static partial int aoti_torch_cpu_max_pool2d_with_indices_backward(nint gradOutput, nint self, long* kernel, long kernelLength, long* stride, long strideLength, long* padding,
        long paddingLength, long* dilation, long dilationLength, int ceil, nint indices, nint* result);
    [LibraryImport(T)]
    internal static partial int aoti_torch_cpu_avg_pool2d(nint self, long* kernel, long kernelLength, long* stride, long strideLength, long* padding, long paddingLength, int ceil,
        int countPadding, long* divisor, nint* result);
    [LibraryImport(T)]
    internal static partial int aoti_torch_cpu_avg_pool2d_backward(nint gradOutput, nint self, long* kernel, long kernelLength, long* stride, long strideLength, long* padding,
        long paddingLength, int ceil, int countPadding, long* divisor, nint* result);

    // joining
    [LibraryImport(T)] internal static partial int aoti_torch_cpu_cat(nint* tensors, long count, long dim, nint* result);
}
