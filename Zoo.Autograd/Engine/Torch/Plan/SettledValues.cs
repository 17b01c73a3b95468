namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Results that follow from Parameters as they were at some time: folded, packed and permuted weights. They hold as long as no such Parameter is written or moved.
/// </summary>
internal sealed class SettledValues : IDisposable
{
    readonly (TorchCell? Cell, long Version)[] from;
    readonly nint[] handles;
    bool gone;

    /// <summary>Takes references to results of a run that holds the cells; null for those that do not matter.</summary>
    internal SettledValues((TorchCell? Cell, long Version)[] from, bool[] settled, nint[] slots)
    {
        (this.from, handles) = (from, new nint[slots.Length]);
        for (var i = 0; i < slots.Length; i++)
            if (settled[i] && slots[i] != 0) handles[i] = TorchTensor.Share(slots[i]);
    }

    /// <summary>Whether they hold for what a run has found.</summary>
    internal bool Hold((TorchCell? Cell, long Version)[] found)
    {
        for (var i = 0; i < from.Length; i++)
            if (from[i].Cell is { } cell && (!ReferenceEquals(cell, found[i].Cell) || from[i].Version != found[i].Version)) return false;
        return true;
    }

    /// <summary>Gives references to them; false where they were given up meanwhile.</summary>
    internal bool Share(nint[] slots)
    {
        lock (handles)
        {
            if (gone) return false;
            for (var i = 0; i < slots.Length; i++)
                if (handles[i] != 0) slots[i] = TorchTensor.Share(handles[i]);
            return true;
        }
    }

    public void Dispose()
    {
        lock (handles)
        {
            if (gone) return;
            gone = true;
            foreach (var handle in handles)
                if (handle != 0) TorchTensor.Delete(handle);
        }
    }
}
