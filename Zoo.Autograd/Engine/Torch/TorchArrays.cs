namespace Zoo.Autograd.Engine.Torch;

/// <summary>Copies between <see cref="NDArray"/> and tensors. Strings only while a plan runs, for they are places in its <see cref="TextTable"/>.</summary>
internal static unsafe class TorchArrays
{
    /// <summary>A new tensor with the array's elements.</summary>
    internal static nint From(NDArray array)
    {
        var handle = TorchTensor.Empty(array.DType, array.Shape.Dims);
        if (array.DType == DType.String)
        {
            var texts = array.AsSpan<byte[]>();
            var places = Places(handle, array.Count);
            for (var i = 0; i < texts.Length; i++) places[i] = TextTable.Current.Place(texts[i]);
        }
        else if (array.DType == DType.Variant)
        {
            var places = Places(handle, array.Count);
            for (var i = 0; i < places.Length; i++) places[i] = TextTable.Current.Hold(array.Data.GetValue(array.Offset + i));
        }
        else array.Bytes.CopyTo(new Span<byte>(TorchTensor.Data(handle), array.Count * array.DType.Size()));
        return handle;
    }

    /// <summary>A tensor in the array's own memory, which is <see cref="NDArray.Fixed"/>.</summary>
    internal static nint Over(NDArray array) => TorchTensor.FromMemory((byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(array.Data, array.Offset), array.DType, array.Shape.Dims);

    internal static void Read(nint tensor, Variable like, ref NDArray? array) => Read(tensor, like.Shape, like.DType, ref array);

    /// <summary>The elements of a row-major tensor; into the given array where it fits, else into a new one.</summary>
    internal static void Read(nint tensor, Shape shape, DType dtype, ref NDArray? array)
    {
        if (array is null || array.DType != dtype || array.Shape != shape) array = NDArray.Zeros(shape.IsKnown ? shape : TorchTensor.ShapeOf(tensor), dtype);
        if (dtype == DType.String)
        {
            var texts = array.AsSpan<byte[]>();
            var places = Places(tensor, array.Count);
            for (var i = 0; i < texts.Length; i++) texts[i] = TextTable.Current[places[i]];
        }
        else if (dtype == DType.Variant)
        {
            var places = Places(tensor, array.Count);
            for (var i = 0; i < places.Length; i++) array.Data.SetValue(TextTable.Current.Held(places[i]), array.Offset + i);
        }
        else new ReadOnlySpan<byte>(TorchTensor.Data(tensor), array.Count * dtype.Size()).CopyTo(array.Bytes);
    }

    static Span<long> Places(nint tensor, int count) => new(TorchTensor.Data(tensor), count);
}
