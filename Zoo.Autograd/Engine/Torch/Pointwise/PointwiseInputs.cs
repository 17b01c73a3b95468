using System.Runtime.CompilerServices;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>Brings inputs that are not read in order into tiles. Works on raw elements of 1, 2, 4 or 8 bytes.</summary>
internal static unsafe class PointwiseInputs
{
    internal static void Fill(byte* tile, byte* value, int size, int n)
    {
        switch (size)
        {
            case 1: new Span<byte>(tile, n).Fill(*value); break;
            case 2: new Span<short>(tile, n).Fill(*(short*)value); break;
            case 4: new Span<int>(tile, n).Fill(*(int*)value); break;
            default: new Span<long>(tile, n).Fill(*(long*)value); break;
        }
    }

    /// <summary>Repeats a run of <paramref name="period"/> elements until <paramref name="n"/> are there.</summary>
    internal static void Replicate(byte* tile, byte* run, long period, int size, long n)
    {
        long bytes = n * size, have = Math.Min(period * size, bytes);
        Unsafe.CopyBlockUnaligned(tile, run, (uint)have);
        for (; have < bytes; have *= 2)
            Unsafe.CopyBlockUnaligned(tile + have, tile, (uint)Math.Min(have, bytes - have));
    }

    /// <summary>Elements start … start + n of the iteration space, read through <paramref name="access"/>.</summary>
    internal static void Gather(byte* tile, byte* input, PointwiseAccess access, int size, long start, int n)
    {
        switch (size)
        {
            case 1: Gather((byte*)tile, (byte*)input, access, start, n); break;
            case 2: Gather((short*)tile, (short*)input, access, start, n); break;
            case 4: Gather((int*)tile, (int*)input, access, start, n); break;
            default: Gather((long*)tile, (long*)input, access, start, n); break;
        }
    }

    static void Gather<T>(T* tile, T* input, PointwiseAccess access, long start, int n) where T : unmanaged
    {
        long[] sizes = access.Sizes, strides = access.Strides;
        int last = sizes.Length - 1;
        long* at = stackalloc long[8];
        long offset = 0, rest = start;
        for (int i = last; i >= 0; i--)
        {
            at[i] = rest % sizes[i];
            rest /= sizes[i];
            offset += at[i] * strides[i];
        }
        long step = strides[last];
        for (int done = 0; done < n;)
        {
            int run = (int)Math.Min(sizes[last] - at[last], n - done);
            T* from = input + offset;
            if (step == 0)
                new Span<T>(tile + done, run).Fill(*from);
            else if (step == 1)
                new ReadOnlySpan<T>(from, run).CopyTo(new(tile + done, run));
            else
                for (int i = 0; i < run; i++)
                    tile[done + i] = from[i * step];
            done += run;
            offset += run * step;
            at[last] += run;
            for (int i = last; i > 0 && at[i] == sizes[i]; i--)
            {
                offset += strides[i - 1] - sizes[i] * strides[i];
                at[i] = 0;
                at[i - 1]++;
            }
        }
    }
}
