namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Where what our own steps write lies: places in one block, shared by values whose times do not overlap. So a run asks the heap for nothing but what libtorch
/// allocates itself. Handles of places, and of views of them, are made once and stay with a <see cref="PlanRun"/>.
/// </summary>
internal sealed class Arena
{
    internal required (int Slot, long Offset, long[] Sizes, DType DType)[] Places { get; init; }
    /// <summary>Views of places: run once, when the block is known.</summary>
    internal required Step[] Once { get; init; }
    /// <summary>The other steps: run each time.</summary>
    internal required Step[] Each { get; init; }
    /// <summary>For each of these, the results that are there when it is done.</summary>
    internal required int[][] Given { get; init; }
    /// <summary>By slot: whether its handle stays from run to run.</summary>
    internal required bool[] Stays { get; init; }
    internal required long Bytes { get; init; }
}

/// <summary>
/// Makes an <see cref="Arena"/> of a run that has every value in the heap: ATen's ops do not say which of their results are views of an argument, but addresses
/// do. A place is needed until the last step that reads anything over it.
/// </summary>
internal sealed class ArenaMaker
{
    sealed class Piece
    {
        internal required int Slot, First;
        internal required nint Address;
        internal required long Bytes;
        internal required (long[] Sizes, DType DType) Made;
        internal int Last;

        internal bool Covers(nint address) => address >= Address && address < Address + Bytes;
    }

    readonly Plan plan;
    readonly Piece?[] pieces;
    readonly bool[] stays, used;   // what nobody asked an op for has no address
    readonly HashSet<int> given;
    readonly List<Piece> made = [];
    readonly List<Step> once = [], each = [];
    int now;

    internal ArenaMaker(Plan plan)
    {
        (this.plan, pieces, stays, used) = (plan, new Piece?[plan.Slots], new bool[plan.Slots], new bool[plan.Slots]);
        given = [.. plan.Swaps.Where(s => !s.Copy).Select(s => s.Slot)];   // becomes a Parameter's own memory
        foreach (var step in plan.Steps.Concat(plan.Assignments))
            foreach (var slot in step.Reads) used[slot] = true;
        foreach (var slot in plan.Fetches.Concat(plan.Swaps.Select(s => s.Slot))) used[slot] = true;
    }

    /// <summary>Looks at what a step has just done.</summary>
    internal void See(Step step, nint[] slots)
    {
        now++;
        foreach (var read in step.Reads)
            if (pieces[read] is { } piece) piece.Last = now;
        var makes = step.Makes;
        for (var i = 0; i < step.Writes.Length; i++)
        {
            var slot = step.Writes[i];
            if (!used[slot]) continue;
            var address = TorchTensor.Address(slots[slot]);
            if (makes.Length > 0) Make(slot, address, makes[i]);
            else pieces[slot] = Under(address, step.Reads);
        }
        // a view of what stays can stay
        if (step.IsView && stays[step.Reads[0]] && pieces[step.Writes[0]] is not null)
        {
            stays[step.Writes[0]] = true;
            once.Add(step);
        }
        else each.Add(step);
    }

    /// <summary>The first of these slots' pieces that holds an address.</summary>
    Piece? Under(nint address, int[] slots)
    {
        foreach (var slot in slots)
            if (pieces[slot] is { } piece && piece.Covers(address)) return piece;
        return null;
    }

    void Make(int slot, nint address, (long[] Sizes, DType DType) what)
    {
        long bytes = TorchTensor.Size(what.DType);
        foreach (var size in what.Sizes) bytes *= size;
        if (bytes == 0 || given.Contains(slot)) return;
        made.Add(pieces[slot] = new() { Slot = slot, First = now, Last = now, Address = address, Bytes = bytes, Made = what });
        stays[slot] = true;
    }

    internal Arena Make()
    {
        foreach (var slot in plan.Fetches.Concat(plan.Swaps.Select(s => s.Slot)).Concat(plan.Assignments.SelectMany(s => s.Reads)))
            if (pieces[slot] is { } piece) piece.Last = int.MaxValue;
        var (offsets, bytes) = Packing.Of([.. made.Select(p => (p.First, p.Last, (p.Bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment))]);
        return new()
        {
            Bytes = bytes,
            Places = [.. made.Select((p, i) => (p.Slot, offsets[i], p.Made.Sizes, p.Made.DType))],
            Once = [.. once],
            Each = [.. each],
            Stays = stays,
            Given = plan.Gives([.. each], slot => stays[slot] ? pieces[slot]!.Slot : slot)
        };
    }
}

/// <summary>The blocks that arenas lie in, as many as runs go on at once: one that is back is taken again by whichever plan fits into it.</summary>
internal static class ArenaPool
{
    static readonly List<NativeBuffer> idle = [];

    internal static NativeBuffer Rent(long bytes)
    {
        lock (idle)
        {
            var best = -1;
            for (var i = 0; i < idle.Count; i++)
                if (idle[i].Length >= bytes && (best < 0 || idle[i].Length < idle[best].Length)) best = i;
            if (best >= 0)
            {
                var block = idle[best];
                idle.RemoveAt(best);
                return block;
            }
            Trim();   // all are too small: the new one will serve their plans as well
        }
        TorchMemory.GiveBack();
        return new(bytes);
    }

    internal static void Return(NativeBuffer block)
    {
        lock (idle) idle.Add(block);
    }

    /// <summary>Gives back what no run uses.</summary>
    internal static void Trim()
    {
        lock (idle)
        {
            foreach (var block in idle) block.Dispose();
            idle.Clear();
        }
    }
}
