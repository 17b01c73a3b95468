namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// The home of one Parameter's value on the embedded engine: a tensor that lies as <see cref="TorchLayout"/> says. A run that reads it holds it until its end; while only one holds it,
/// that one may write it in place, else it is replaced as a whole.
/// </summary>
internal sealed class TorchCell : IParameterHome
{
    static readonly Lock bringing = new();
    readonly NDArray? place;
    nint handle;
    int holders;
    long version;

    TorchCell(NDArray? place = null) => this.place = place;

    internal nint Handle => handle;

    /// <summary>Another number whenever the value may be another: given memory is written by others too. Asked for and changed with the store's lock held.</summary>
    internal long Version => place is null ? Volatile.Read(ref version) : Interlocked.Increment(ref version);

    /// <summary>Says that the value is written in place.</summary>
    internal void Written() => Interlocked.Increment(ref version);

    /// <summary>The cell of a Parameter, whose value is brought over if it is elsewhere. Called with the store's lock held.</summary>
    internal static TorchCell Of(Parameter parameter) => parameter.Home as TorchCell ?? Bring(parameter);

    static TorchCell Bring(Parameter parameter)
    {
        lock (bringing)   // two runs that begin at once must not make two cells: each would believe that it alone reads
        {
            if (parameter.Home is TorchCell there) return there;
            var cell = new TorchCell();
            parameter.MoveTo(cell, value => cell.handle = From(value));
            return cell;
        }
    }

    /// <summary>See <see cref="IEngine.Place"/>: only what lies row by row.</summary>
    internal static bool Place(Parameter parameter, NDArray memory)
    {
        if (parameter.Home is TorchCell { place: { } there } && there.IsAt(memory)) return true;
        if (parameter.DType != memory.DType || !TorchLayout.IsRowMajor(parameter.Shape)) return false;
        using (parameter.Store.Writing())
            parameter.MoveTo(new TorchCell(memory) { handle = TorchArrays.Over(memory) }, value => value.Bytes.CopyTo(memory.Bytes));
        return true;
    }

    /// <summary>Counts a run that reads the value until it lets go. Called with the store's lock held.</summary>
    internal nint Hold()
    {
        Interlocked.Increment(ref holders);
        return TorchTensor.Share(handle);
    }

    internal void LetGo() => Interlocked.Decrement(ref holders);

    /// <summary>Whether more than one run reads the value. Called with the store's write lock held, under which no other run can begin to.</summary>
    internal bool IsShared => Volatile.Read(ref holders) > 1;

    /// <summary>Takes a new tensor and gives the old one back; in given memory, takes its value.</summary>
    internal void Swap(ref nint next)
    {
        NDArray? into = place;
        if (into is not null) TorchArrays.Read(next, into.Shape, into.DType, ref into);
        else (handle, next) = (next, handle);
        Written();
    }

    public NDArray Read(Parameter parameter)
    {
        if (!TorchLayout.IsRowMajor(parameter.Shape))
        {
            var ordered = NDArray.Zeros(parameter.Shape, parameter.DType);
            TorchLayout.Reorder(HostMemory.Span<byte>(TorchTensor.Address(handle), ordered.Bytes.Length), ordered.Bytes, parameter.Shape, parameter.DType.Size(), back: true);
            return ordered;
        }
        NDArray? value = null;
        TorchArrays.Read(handle, parameter.Shape, parameter.DType, ref value);
        return value!;
    }

    static nint From(NDArray value)
    {
        if (TorchLayout.IsRowMajor(value.Shape)) return TorchArrays.From(value);
        var tensor = TorchLayout.Empty(value.DType, value.Shape.Dims);
        TorchLayout.Reorder(value.Bytes, HostMemory.Span<byte>(TorchTensor.Address(tensor), value.Bytes.Length), value.Shape, value.DType.Size(), back: false);
        return tensor;
    }

    ~TorchCell()
    {
        if (handle != 0) TorchTensor.Delete(handle);
    }
}
