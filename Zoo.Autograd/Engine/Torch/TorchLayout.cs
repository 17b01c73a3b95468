namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// How a Parameter lies in memory: row by row, but with the last axis outermost where there are four: a convolution's filter, logically HWIO, lies as OHWI, which
/// the kernels take and give without a copy. An optimizer's slots of a filter lie like the filter.
/// </summary>
internal static unsafe class TorchLayout
{
    internal static bool IsRowMajor(Shape shape) => shape.Rank != 4;

    /// <summary>The strides of a Parameter of that shape.</summary>
    internal static void Strides(ReadOnlySpan<long> sizes, Span<long> strides)
    {
        TorchTensor.RowMajor(sizes, strides);
        if (sizes.Length != 4) return;
        for (var i = 0; i < 3; i++) strides[i] = strides[i] / Math.Max(1, sizes[3]);
        strides[3] = Math.Max(1, sizes[0]) * Math.Max(1, sizes[1]) * Math.Max(1, sizes[2]);
    }

    /// <summary>A new tensor that lies as a Parameter does.</summary>
    internal static nint Empty(DType dtype, ReadOnlySpan<long> sizes)
    {
        Span<long> strides = stackalloc long[sizes.Length];
        Strides(sizes, strides);
        return TorchTensor.Empty(dtype, sizes, strides);
    }

    /// <summary>Whether a tensor lies as a Parameter of its shape does.</summary>
    internal static bool Holds(nint tensor)
    {
        var sizes = TorchTensor.Sizes(tensor);
        var strides = TorchTensor.Strides(tensor);
        Span<long> wanted = stackalloc long[sizes.Length];
        Strides(sizes, wanted);
        for (var i = 0; i < sizes.Length; i++)
            if (sizes[i] != 1 && strides[i] != wanted[i]) return false;
        return true;
    }

    /// <summary>A copy that lies as a Parameter does.</summary>
    internal static nint Copy(nint tensor, DType dtype)
    {
        var copy = Empty(dtype, TorchTensor.Sizes(tensor));
        TorchError.Check(LibTorch.aoti_torch_copy_(copy, tensor, 0), "copy_", [tensor]);
        return copy;
    }

    /// <summary>Brings elements from row-major memory to a Parameter's, or back.</summary>
    internal static void Reorder(ReadOnlySpan<byte> from, Span<byte> to, Shape shape, int size, bool back)
    {
        var (rows, columns) = ((int)(shape.Elements / Math.Max(1, shape[3])), (int)shape[3]);
        if (back) (rows, columns) = (columns, rows);
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) from.Slice((r * columns + c) * size, size).CopyTo(to[((c * rows + r) * size)..]);
    }
}
