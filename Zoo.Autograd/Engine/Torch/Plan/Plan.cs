using System.Collections.Concurrent;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A program for concrete shapes as a flat array of steps over numbered slots. Shared by concurrent runs, each of which has slots of its own.</summary>
internal sealed class Plan
{
    /// <summary>What one thread does in the time that waking others costs, about.</summary>
    const double Small = 1 << 24;

    readonly ConcurrentBag<PlanRun> idle = [];
    bool? small, plain;
    nint[]? constants;
    int[][]? given;
    SettledValues? values;

    internal required Program Program { get; init; }
    internal required Step[] Steps { get; init; }
    /// <summary>What depends on constants and on Parameters that a run does not change: done again only when one of these was changed.</summary>
    internal required Step[] Before { get; init; }
    /// <summary>By slot: whether it is a result of <see cref="Before"/> that others read, which stays from run to run.</summary>
    internal required bool[] Settled { get; init; }
    /// <summary>By Parameter: whether <see cref="Before"/> depends on it.</summary>
    internal required bool[] Settling { get; init; }
    internal required int Slots { get; init; }
    internal required int[] Feeds { get; init; }
    internal required (int Slot, NDArray Value)[] Constants { get; init; }
    internal required (int Slot, Parameter Parameter)[] Parameters { get; init; }
    internal required int[] Fetches { get; init; }
    /// <summary>For each step, the results that are there when it is done.</summary>
    internal int[][] Given => given ??= Gives(Steps, slot => slot);

    /// <summary>The same for the steps that are left of them, where the slot that a result is seen through may be another than the one that is written.</summary>
    internal int[][] Gives(Step[] steps, Func<int, int> written)
    {
        var (gives, last) = (new int[steps.Length][], new int[Slots]);
        Array.Fill(gives, []);
        Array.Fill(last, -1);
        for (var i = 0; i < steps.Length; i++)
            foreach (var slot in steps[i].Writes) last[slot] = i;
        for (var i = 0; i < Fetches.Length; i++)
            if (last[written(Fetches[i])] is >= 0 and var step) gives[step] = [.. gives[step], i];
        return gives;
    }

    /// <summary>Steps that write Parameters, after all others.</summary>
    internal required UpdateStep[] Assignments { get; init; }
    /// <summary>Slots that become Parameters' new values, as they are or copied.</summary>
    internal required (Parameter Target, int Slot, bool Copy)[] Swaps { get; init; }

    /// <summary>Whether a run is about as short as waking others for it. By the program and its shapes alone, never by the clock: bits may depend on the number of threads.</summary>
    internal bool IsSmall => small ??= IsPlain && Steps.Concat(Assignments).Sum(s => s.Cost) < Small;

    /// <summary>Whether no step is managed code over arrays, which may run functions within functions, or wait for others.</summary>
    internal bool IsPlain => plain ??= Before.Concat(Steps).All(s => s is not ManagedStep);

    /// <summary>Where values lie; null until a first run has shown what shares memory.</summary>
    internal Arena? Arena { get; set; }

    /// <summary>What <see cref="Before"/> gave last.</summary>
    internal SettledValues? Values => Volatile.Read(ref values);

    /// <summary>Takes what <see cref="Before"/> gave; null gives all of it up, that of runs at rest too.</summary>
    internal void Settle(SettledValues? next)
    {
        if (Interlocked.Exchange(ref values, next) is not { } old) return;
        old.Dispose();
        if (next is null)
            while (idle.TryTake(out var run)) run.Unbind();
    }

    internal PlanRun Rent() => idle.TryTake(out var run) ? run : new(this);

    internal void Return(PlanRun run) => idle.Add(run);

    /// <summary>Handles of the constants, in the order of <see cref="Constants"/>; made on the first run, on an engine thread. 0 for strings, which each run has in its own table.</summary>
    internal nint[] ConstantHandles()
    {
        lock (idle)
            return constants ??= Array.ConvertAll(Constants, c => c.Value.DType == DType.String ? 0 : TorchArrays.From(c.Value));
    }

    ~Plan()
    {
        foreach (var handle in constants ?? [])
            if (handle != 0) TorchTensor.Delete(handle);
        values?.Dispose();
        ArenaPool.Trim();
    }
}
