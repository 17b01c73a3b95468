namespace Zoo.Autograd.Engine.Torch;

/// <summary>Copies between <see cref="NDArray"/> and tensors.</summary>
internal static unsafe class TorchArrays
{
    /// <summary>A new tensor with the array's elements.</summary>
    internal static nint From(NDArray array)
    {
        var handle = TorchTensor.Empty(array.DType, array.Shape.Dims);
        array.Bytes.CopyTo(new Span<byte>(TorchTensor.Data(handle), array.Count * array.DType.Size()));
        return handle;
    }

    internal static void Read(nint tensor, Variable like, ref NDArray? array) => Read(tensor, like.Shape, like.DType, ref array);

    /// <summary>The elements of a row-major tensor; into the given array where it fits, else into a new one.</summary>
    internal static void Read(nint tensor, Shape shape, DType dtype, ref NDArray? array)
    {
        if (array is null || array.DType != dtype || array.Shape != shape) array = NDArray.Zeros(shape.IsKnown ? shape : TorchTensor.ShapeOf(tensor), dtype);
        new ReadOnlySpan<byte>(TorchTensor.Data(tensor), array.Count * dtype.Size()).CopyTo(array.Bytes);
    }
}
