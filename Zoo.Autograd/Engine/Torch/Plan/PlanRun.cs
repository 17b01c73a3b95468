using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// One run of a plan. First phase: everything that can fail or be cancelled. Second phase, under the store's write lock: each Parameter takes its
/// new tensor, which is a swap of handles. Readers hold handles of their own, so they see whole steps only.
/// </summary>
internal sealed unsafe class PlanRun(Plan plan) : IEngineWork
{
    readonly nint[] slots = new nint[plan.Slots];
    readonly GCHandle[] pins = new GCHandle[plan.Feeds.Length];
    readonly NDArray[] feeds = new NDArray[plan.Feeds.Length];
    readonly NativeBuffer?[] places = new NativeBuffer?[plan.Feeds.Length];
    readonly NDArray?[] fetches = new NDArray?[plan.Fetches.Length];
    readonly bool[] handed = new bool[plan.Fetches.Length];
    readonly nint[] next = new nint[plan.Swaps.Length];
    readonly TextTable texts = new();
    readonly TorchCell?[] held = new TorchCell?[plan.Parameters.Length];
    readonly (TorchCell? Cell, long Version)[] found = new (TorchCell?, long)[plan.Parameters.Length];
    SettledValues? settled;
    [ThreadStatic] static CancellationToken running;
    CancellationToken cancel;
    PlanTrace? trace;
    Arena? arena;
    NativeBuffer? block;
    byte* bound;
    Action<int>? ready;
    bool alone;   // whether libtorch has one thread just now
    int own;   // what the caller said

    /// <summary>What cancels the run of this engine thread: for the runs that a kernel starts.</summary>
    internal static CancellationToken Cancellation => running;

    internal void Run(ReadOnlySpan<NDArray> given, Span<NDArray?> results, PlanTrace? tracing, Action<int>? handOut, CancellationToken token)
    {
        given.CopyTo(feeds);
        results.CopyTo(fetches);
        (cancel, trace, ready) = (token, tracing, handOut);
        try
        {
            if (plan.IsSmall) EngineThreads.RunHere(this);
            else EngineThreads.Run(this, mayStay: plan.IsPlain);
            fetches.CopyTo(results);
        }
        finally
        {
            Array.Clear(feeds);
            Array.Clear(fetches);
            ready = null;
        }
    }

    void IEngineWork.Execute()
    {
        var entered = texts.Enter();
        running = cancel;
        own = TorchThreads.Own;
        try
        {
            Enter();
            Load();
            Settle();
            var maker = plan.Arena is null ? new ArenaMaker(plan) : null;
            var (steps, given) = (arena?.Each ?? plan.Steps, ready is null ? null : arena?.Given ?? plan.Given);
            if (given is not null) Array.Clear(handed);
            for (var at = 0; at < steps.Length; at++)
            {
                var step = steps[at];
                cancel.ThrowIfCancellationRequested();
                Do(step);
                maker?.See(step, slots);
                if (given is not null)
                    foreach (var i in given[at]) Give(i);
                foreach (var slot in step.Frees) Free(slot);
            }
            Threads(false);
            if (maker is not null) plan.Arena ??= maker.Make();
            for (var i = 0; i < fetches.Length; i++)
                if (given is null || !handed[i]) Give(i);
            for (var i = 0; i < next.Length; i++)
            {
                var (target, slot, copy) = plan.Swaps[i];
                next[i] = copy ? TorchLayout.Copy(slots[slot], target.DType) : TorchTensor.Share(slots[slot]);
            }
            Assign();
        }
        finally
        {
            Threads(false);
            for (var i = 0; i < slots.Length; i++) Free(i);
            if (block is not null) ArenaPool.Return(block);
            block = null;
            for (var i = 0; i < next.Length; i++)
            {
                if (next[i] != 0) TorchTensor.Delete(next[i]);
                next[i] = 0;
            }
            for (var i = 0; i < pins.Length; i++)
                if (pins[i].IsAllocated) pins[i].Free();
            for (var i = 0; i < held.Length; i++)
            {
                held[i]?.LetGo();
                held[i] = null;
            }
            if (entered) texts.Leave();
        }
    }

    /// <summary>With one thread or as many as the caller said: libtorch's team is set only where neighbouring steps differ.</summary>
    void Threads(bool one)
    {
        if (one == alone) return;
        TorchThreads.Own = one ? 1 : own;
        TorchThreads.Apply();
        alone = one;
    }

    void Give(int fetch)
    {
        Threads(false);
        TorchArrays.Read(slots[plan.Fetches[fetch]], plan.Program.Fetches[fetch], ref fetches[fetch]);
        handed[fetch] = true;
        ready?.Invoke(fetch);
    }

    void Do(Step step)
    {
        if (trace is null)
        {
            Run(step);
            return;
        }
        var start = Stopwatch.GetTimestamp();
        Run(step);
        var time = Stopwatch.GetElapsedTime(start);
        long bytes = 0;
        foreach (var slot in step.Reads.Concat(step.Writes).Distinct())
            if (slots[slot] != 0) bytes += TorchTensor.Elements(slots[slot]) * TorchTensor.ElementSize(slots[slot]);
        trace!.Add(step, start, time, bytes);
    }

    void Run(Step step)
    {
        if (step.Alone is { } one) Threads(one);
        try
        {
            step.Run(slots);
        }
        catch (DivideByZeroException e)
        {
            throw new EngineException($"{step.Label}: a whole number is divided by 0. Expected another divisor, or floating-point numbers, which then become infinite.", e) { Op = step.Label };
        }
    }

    /// <summary>Takes a block for the plan's arena. Handles of places are made only where it is another than last time.</summary>
    void Enter()
    {
        if (plan.Arena is not { Bytes: > 0 } known) return;
        block = ArenaPool.Rent(known.Bytes);
        if (arena == known && bound == block.Pointer) return;
        Unbind();
        arena = known;
        foreach (var (slot, offset, sizes, dtype) in known.Places) slots[slot] = TorchTensor.FromMemory(block.Pointer + offset, dtype, sizes);
        foreach (var step in known.Once) step.Run(slots);
        bound = block.Pointer;
    }

    /// <summary>Gives back what stays from run to run.</summary>
    internal void Unbind()
    {
        bound = null;
        arena = null;
        settled = null;
        for (var i = 0; i < slots.Length; i++) Free(i);
    }

    ~PlanRun() => Unbind();

    void Load()
    {
        for (var i = 0; i < feeds.Length; i++)
        {
            if (feeds[i].DType is DType.String or DType.Variant)
            {
                slots[plan.Feeds[i]] = TorchArrays.From(feeds[i]);
                continue;
            }
            pins[i] = GCHandle.Alloc(feeds[i].Data, GCHandleType.Pinned);
            var address = (byte*)pins[i].AddrOfPinnedObject() + (long)feeds[i].Offset * feeds[i].DType.Size();
            // managed memory lies at any multiple of 8: elsewhere in a vector sums round otherwise, and complex128 ends the process
            if ((nint)address % NativeBuffer.Alignment != 0) address = Aligned(i);
            slots[plan.Feeds[i]] = TorchTensor.FromMemory(address, feeds[i].DType, feeds[i].Shape.Dims);
        }
        var constants = plan.ConstantHandles();
        for (var i = 0; i < constants.Length; i++) slots[plan.Constants[i].Slot] = constants[i] == 0 ? TorchArrays.From(plan.Constants[i].Value) : TorchTensor.Share(constants[i]);
        if (plan.Parameters.Length == 0) return;
        using (plan.Parameters[0].Parameter.Store.Reading())
            for (var i = 0; i < held.Length; i++)
            {
                var cell = held[i] = TorchCell.Of(plan.Parameters[i].Parameter);
                slots[plan.Parameters[i].Slot] = cell.Hold();
                if (plan.Settling[i]) found[i] = (cell, cell.Version);
            }
    }

    /// <summary>What depends on Parameters alone: as it was where none of these was written since, else computed.</summary>
    void Settle()
    {
        if (plan.Before.Length == 0) return;
        if (settled is null || !settled.Hold(found))
        {
            Unsettle();
            if (plan.Values is { } known && known.Hold(found) && known.Share(slots)) settled = known;
        }
        if (settled is not null) return;
        foreach (var step in plan.Before)
        {
            cancel.ThrowIfCancellationRequested();
            Do(step);
            foreach (var slot in step.Frees) Free(slot);
        }
        plan.Settle(settled = new([.. found], plan.Settled, slots));
    }

    void Unsettle()
    {
        settled = null;
        for (var i = 0; i < slots.Length; i++)
            if (plan.Settled[i]) Free(i);
    }

    /// <summary>A copy of what is fed, at whole vectors, in memory that stays for the next run.</summary>
    byte* Aligned(int feed)
    {
        var bytes = feeds[feed].Bytes;
        var place = places[feed] ??= new(bytes.Length);
        bytes.CopyTo(place.AsSpan<byte>());
        return place.Pointer;
    }

    void Assign()
    {
        if (plan.Program.Updates.Length == 0) return;
        using (plan.Program.Updates[0].Target.Store.Writing())
        {
            foreach (var step in plan.Assignments) step.Prepare(slots);
            for (var i = 0; i < next.Length; i++) TorchCell.Of(plan.Swaps[i].Target).Swap(ref next[i]);
            foreach (var step in plan.Assignments) Do(step);
        }
    }

    void Free(int slot)
    {
        if (slots[slot] == 0 || arena is not null && arena.Stays[slot] || settled is not null && plan.Settled[slot]) return;
        TorchTensor.Delete(slots[slot]);
        slots[slot] = 0;
    }
}
