namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// How many threads one call may use. OpenMP keeps a team and a count for every thread that calls it, so the count is set once on each engine thread.
/// </summary>
internal static unsafe class TorchThreads
{
    static int count = Default();
    [ThreadStatic] static int current, own;

    /// <summary>Threads of one call: <c>ZOO_THREADS</c>, else the processors this process may use. A change reaches an engine thread with its next call.</summary>
    internal static int Count
    {
        get => own > 0 ? own : Volatile.Read(ref count);
        set => Volatile.Write(ref count, value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "TorchThreads: the number of threads must be positive."));
    }

    /// <summary>What counts in place of it for calls that this thread makes; 0 for none.</summary>
    internal static int Own
    {
        get => own;
        set => own = value;
    }

    /// <summary>Brings the calling thread's OpenMP team to <see cref="Count"/>.</summary>
    internal static void Apply()
    {
        int wanted = Count;
        if (current == wanted)
            return;
        uint now;
        TorchError.Check(LibTorch.torch_get_num_threads(&now), "torch_get_num_threads");   // its first call on a thread sets the count itself: it must not come after ours
        if (TorchLoader.OpenMp != 0)
            LibTorch.omp_set_num_threads(wanted);
        current = wanted;
    }

    /// <summary>What libtorch itself says for the calling thread.</summary>
    internal static int Actual()
    {
        uint now;
        TorchError.Check(LibTorch.torch_get_num_threads(&now), "torch_get_num_threads");
        return (int)now;
    }

    static int Default() => int.TryParse(Environment.GetEnvironmentVariable("ZOO_THREADS"), out int set) && set > 0 ? set : Environment.ProcessorCount;
}
