namespace Zoo.Autograd.Engine.Torch;

/// <summary>Tensors as libtorch's handles. Whoever gets a handle deletes it; views and new handles share the memory and keep it alive.</summary>
internal static unsafe class TorchTensor
{
    /// <summary>libtorch's number of a type.</summary>
    internal static int Code(DType dtype) => dtype switch
    {
        DType.UInt8 => 0,
        DType.Int8 => 1,
        DType.Int16 => 2,
        DType.Int32 => 3,
        DType.Int64 or DType.String or DType.Variant => 4,   // a string is its place in the TextTable, as is a list of tensors
        DType.Float16 => 5,
        DType.Float32 => 6,
        DType.Float64 => 7,
        DType.Complex64 => 9,
        DType.Complex128 => 10,
        DType.Bool => 11,
        DType.BFloat16 => 15,
        DType.UInt16 => 27,
        DType.UInt32 => 28,
        DType.UInt64 => 29,
        _ => throw new EngineException($"The embedded engine: there are no tensors of {dtype.Name()}. Expected a number or truth value; cast before.") { Version = TorchLoader.Version },
    };

    /// <summary>Bytes of one element of a type.</summary>
    internal static int Size(DType dtype) => dtype is DType.String or DType.Variant ? sizeof(long) : dtype.Size();

    /// <summary>A new, uninitialised tensor in row-major order.</summary>
    internal static nint Empty(DType dtype, ReadOnlySpan<long> sizes)
    {
        Span<long> strides = stackalloc long[sizes.Length];
        RowMajor(sizes, strides);
        return Empty(dtype, sizes, strides);
    }

    /// <summary>A new, uninitialised tensor with the given strides (in elements).</summary>
    internal static nint Empty(DType dtype, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
    {
        nint result;
        fixed (long* size = sizes, stride = strides)
            TorchError.Check(LibTorch.aoti_torch_empty_strided(sizes.Length, size, stride, Code(dtype), 0, 0, &result), "empty_strided");
        return result;
    }

    /// <summary>A tensor over memory that someone else owns and keeps alive.</summary>
    internal static nint FromMemory(void* data, DType dtype, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
    {
        nint result;
        fixed (long* size = sizes, stride = strides)
            TorchError.Check(LibTorch.aoti_torch_create_tensor_from_blob(data, sizes.Length, size, stride, 0, Code(dtype), 0, 0, &result), "create_tensor_from_blob");
        return result;
    }

    /// <summary>A tensor in row-major order over memory that someone else owns and keeps alive.</summary>
    internal static nint FromMemory(void* data, DType dtype, ReadOnlySpan<long> sizes)
    {
        Span<long> strides = stackalloc long[sizes.Length];
        RowMajor(sizes, strides);
        return FromMemory(data, dtype, sizes, strides);
    }

    /// <summary>The same memory seen with other sizes and strides; <paramref name="offset"/> elements further on.</summary>
    internal static nint View(nint tensor, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides, long offset = 0)
    {
        nint result;
        fixed (long* size = sizes, stride = strides)
            TorchError.Check(LibTorch.aoti_torch__reinterpret_tensor(tensor, sizes.Length, size, stride, offset, &result), "_reinterpret_tensor", [tensor]);
        return result;
    }

    /// <summary>Another reference to the same tensor: what a dispatcher call consumes.</summary>
    internal static nint Share(nint tensor)
    {
        nint result;
        TorchError.Check(LibTorch.aoti_torch_new_tensor_handle(tensor, &result), "new_tensor_handle");
        return result;
    }

    internal static void Delete(nint tensor) => TorchError.Check(LibTorch.aoti_torch_delete_tensor_object(tensor), "delete_tensor_object");

    /// <summary>The address of the first element.</summary>
    internal static void* Data(nint tensor)
    {
        void* data;
        TorchError.Check(LibTorch.aoti_torch_get_data_ptr(tensor, &data), "get_data_ptr");
        return data;
    }

    /// <summary>The same as a number.</summary>
    internal static nint Address(nint tensor) => (nint)Data(tensor);

    internal static long Elements(nint tensor)
    {
        long count;
        TorchError.Check(LibTorch.aoti_torch_get_numel(tensor, &count), "get_numel");
        return count;
    }

    /// <summary>The sizes, valid as long as the tensor.</summary>
    internal static ReadOnlySpan<long> Sizes(nint tensor)
    {
        long* sizes;
        TorchError.Check(LibTorch.aoti_torch_get_sizes(tensor, &sizes), "get_sizes");
        return new(sizes, Rank(tensor));
    }

    /// <summary>The strides in elements, valid as long as the tensor.</summary>
    internal static ReadOnlySpan<long> Strides(nint tensor)
    {
        long* strides;
        TorchError.Check(LibTorch.aoti_torch_get_strides(tensor, &strides), "get_strides");
        return new(strides, Rank(tensor));
    }

    internal static int Rank(nint tensor)
    {
        long rank;
        TorchError.Check(LibTorch.aoti_torch_get_dim(tensor, &rank), "get_dim");
        return (int)rank;
    }

    /// <summary>libtorch's number of the tensor's type.</summary>
    internal static int TypeCode(nint tensor)
    {
        int code;
        TorchError.Check(LibTorch.aoti_torch_get_dtype(tensor, &code), "get_dtype");
        return code;
    }

    /// <summary>Bytes of one element.</summary>
    internal static int ElementSize(nint tensor) => TypeCode(tensor) switch { 0 or 1 or 11 => 1, 2 or 5 or 15 or 27 => 2, 3 or 6 or 28 => 4, 10 => 16, _ => 8 };

    internal static Shape ShapeOf(nint tensor) => Shape.Create(Sizes(tensor));

    internal static void RowMajor(ReadOnlySpan<long> sizes, Span<long> strides)
    {
        long step = 1;
        for (int i = sizes.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(sizes[i], 1);
        }
    }
}
