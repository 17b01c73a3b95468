using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Work over a range of numbers.</summary>
internal interface IRangeBody
{
    /// <summary>Does the numbers from <paramref name="begin"/> up to <paramref name="end"/>. Runs on several threads at once.</summary>
    void Do(long begin, long end);
}

/// <summary>Runs managed code on libtorch's own threads, so that two thread pools never fight. Allocates nothing; an exception comes back to the caller.</summary>
internal static unsafe class ParallelFor
{
    /// <summary>Nanoseconds of work for which another thread is worth waking, about: a thread that sleeps takes nearly as long to come.</summary>
    internal const int Worth = 50_000;

    struct Context
    {
        internal delegate*<ref byte, long, long, void> Body;
        internal void* State;
        internal Exception? Error;
    }

    /// <summary>Splits 0..count in runs of at least <paramref name="grain"/>; a single run stays on the calling thread.</summary>
    internal static void Run<TBody>(ref TBody body, long count, long grain) where TBody : struct, IRangeBody, allows ref struct
    {
        if (count <= 0)
            return;
        if (count <= grain || TorchThreads.Count == 1)
        {
            body.Do(0, count);
            return;
        }
        // the body and the context stay on this thread's stack until the call returns; the collector knows and updates the references in them
        fixed (byte* state = &Unsafe.As<TBody, byte>(ref body))
        {
            var context = new Context { Body = &Call<TBody>, State = state };
            int code = LibTorch.torch_parallel_for(0, count, grain, &Trampoline, Unsafe.AsPointer(ref context));
            if (context.Error is not null)
                ExceptionDispatchInfo.Throw(context.Error);
            TorchError.Check(code, "torch_parallel_for");
        }
    }

    static void Call<TBody>(ref byte state, long begin, long end) where TBody : struct, IRangeBody, allows ref struct =>
        Unsafe.As<byte, TBody>(ref state).Do(begin, end);

    [UnmanagedCallersOnly]
    static void Trampoline(long begin, long end, void* pointer)
    {
        ref var context = ref Unsafe.AsRef<Context>(pointer);
        try
        {
            context.Body(ref *(byte*)context.State, begin, end);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref context.Error, error, null);   // the first one; the caller throws it
        }
    }
}
