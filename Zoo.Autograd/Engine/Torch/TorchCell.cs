namespace Zoo.Autograd.Engine.Torch;

/// <summary>The home of one Parameter's value on the embedded engine: a tensor in row-major memory, replaced as a whole.</summary>
internal sealed class TorchCell : IParameterHome
{
    nint handle;

    internal nint Handle => handle;

    /// <summary>The cell of a Parameter, whose value is brought over if it is elsewhere. Called with the store's lock held.</summary>
    internal static TorchCell Of(Parameter parameter)
    {
        if (parameter.Home is TorchCell here) return here;
        var cell = new TorchCell();
        parameter.MoveTo(cell, value => cell.handle = TorchArrays.From(value));
        return (TorchCell)parameter.Home!;
    }

    /// <summary>Takes a new tensor and gives the old one back.</summary>
    internal void Swap(ref nint next) => (handle, next) = (next, handle);

    public NDArray Read(Parameter parameter)
    {
        NDArray? value = null;
        TorchArrays.Read(handle, parameter.Shape, parameter.DType, ref value);
        return value!;
    }

    ~TorchCell()
    {
        if (handle != 0) TorchTensor.Delete(handle);
    }
}
