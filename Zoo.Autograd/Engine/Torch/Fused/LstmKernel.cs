using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Engine.Torch.Pointwise;
using static Zoo.Autograd.Engine.Torch.SmallProduct;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// <see cref="Ops.RecurrentOps.Lstm"/> and its gradient. Samples do not meet: each thread goes through all steps with rows of its own. The product, the gates and
/// the new states of some units are one pass, with the sums in registers.
/// </summary>
internal static unsafe class LstmKernel
{
    /// <summary>(x, recurrent, first, memory, mask?) -> (states, memories, gates, packed weights).</summary>
    internal static Values Forward(Kernel k)
    {
        var sizes = new RecurrentSizes(k.Node, k.Shape(0), k.Shape(2), training: k.Node.Flag("training"));
        var packed = Shape.Create([sizes.Packed(k.DType(), 4)]);
        HostKernel run = k.DType() == DType.Float32 ? new Run<float>(sizes).Forward : new Run<double>(sizes).Forward;
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select(o => (o.Shape, o.DType)), (packed, k.DType())])[..3];
    }

    /// <summary>(recurrent, gates, memories, dstates, dmemories?, mask?) -> (dx, dfirst, dmemory, packed weights).</summary>
    internal static Values Backward(Kernel k)
    {
        var sizes = new RecurrentSizes(k.Node, k.Shape(1), k.OutShape(1), training: true);
        var packed = Shape.Create([sizes.Packed(k.DType(), 4)]);
        HostKernel run = k.DType() == DType.Float32 ? new Run<float>(sizes).Backward : new Run<double>(sizes).Backward;
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select(o => (o.Shape, o.DType)), (packed, k.DType())])[..3];
    }

    sealed class Run<T>(RecurrentSizes sizes) where T : unmanaged, INumber<T>
    {
        internal void Forward(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
        {
            PackGates((T*)inputs[1], sizes.Units, 4 * sizes.Units, sizes.Units, 4, (T*)outputs[3]);
            var rows = new ForwardRows<T>
            {
                Sizes = sizes,
                X = (T*)inputs[0],
                First = (T*)inputs[2],
                Memory = (T*)inputs[3],
                Mask = inputs.Length > 4 ? (byte*)inputs[4] : null,
                States = (T*)outputs[0],
                Memories = (T*)outputs[1],
                Gates = (T*)outputs[2],
                Packed = (T*)outputs[3],
            };
            ParallelFor.Run(ref rows, sizes.Tiles, sizes.Grain);
        }

        internal void Backward(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
        {
            PackTransposed((T*)inputs[0], sizes.Units, 4 * sizes.Units, 4 * sizes.Units, (T*)outputs[3]);
            var memories = sizes.MoreGradients ? (T*)inputs[4] : null;
            var rows = new BackwardRows<T>
            {
                Sizes = sizes,
                Gates = (T*)inputs[1],
                Memories = (T*)inputs[2],
                DStates = (T*)inputs[3],
                DMemories = memories,
                Mask = sizes.HasMask ? (byte*)inputs[^1] : null,
                DX = (T*)outputs[0],
                DFirst = (T*)outputs[1],
                DMemory = (T*)outputs[2],
                Packed = (T*)outputs[3],
            };
            ParallelFor.Run(ref rows, sizes.Tiles, sizes.Grain);
        }
    }

    struct ForwardRows<T> : IRangeBody where T : unmanaged, INumber<T>
    {
        internal RecurrentSizes Sizes;
        internal T* X, First, Memory, States, Memories, Gates, Packed;
        internal byte* Mask;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            var (units, w, tile) = (Sizes.Units, Vector512<T>.Count, Rows);
            var sums = stackalloc Vector512<T>[Chunk * 4 * MaxVectors];
            Sizes.Copy(First, States, Sizes.FirstState, begin, end);
            Sizes.Copy(Memory, Memories, Sizes.FirstState, begin, end);
            for (var n = 0; n < Sizes.Steps; n++)
            {
                var (t, before, after) = Sizes.At(n);
                for (var i = begin; i < end; i++)
                {
                    var row = (int)i * tile;
                    var rows = Math.Min(tile, Sizes.Batch - row);
                    for (var from = 0; from < units; from += Chunk * w)
                    {
                        var to = Math.Min(units, from + Chunk * w);
                        for (var j = from; j < to; j += w)
                            SmallProduct.Run(States + (nint)(before * Sizes.Batch + row) * units, units, rows, units, Packed + (nint)j * units * 4, 4, (T*)(sums + (j - from) / w * 16));
                        for (var r = 0; r < rows; r++)
                            for (var j = from; j < to; j += w) Cell(sums + (j - from) / w * 16 + 4 * r, t * Sizes.Batch + row + r, (nint)(before * Sizes.Batch + row + r) * units + j, (nint)(after * Sizes.Batch + row + r) * units + j, j, Math.Min(w, units - j));
                    }
                }
            }
        }

        /// <summary>The gates and new states of a sample, some units of it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly void Cell(Vector512<T>* sums, int entry, nint before, nint after, int j, int count)
        {
            nint units = Sizes.Units;
            var x = X + entry * 4 * units + j;
            var i = VectorMath.Sigmoid(sums[0] + Load(x, count));
            var f = VectorMath.Sigmoid(sums[1] + Load(x + units, count));
            var c = VectorMath.Tanh(sums[2] + Load(x + 2 * units, count));
            var o = VectorMath.Sigmoid(sums[3] + Load(x + 3 * units, count));
            if (Sizes.Training)
            {
                var gates = Gates + entry * 4 * units + j;
                Store(i, gates, count);
                Store(f, gates + units, count);
                Store(c, gates + 2 * units, count);
                Store(o, gates + 3 * units, count);
            }
            var old = Load(Memories + before, count);
            var counts = Mask is null || Mask[entry] != 0;
            var memory = counts ? f * old + i * c : old;
            Store(memory, Memories + after, count);
            Store(counts ? o * VectorMath.Tanh(memory) : Load(States + before, count), States + after, count);
        }
    }

    struct BackwardRows<T> : IRangeBody where T : unmanaged, INumber<T>
    {
        internal RecurrentSizes Sizes;
        internal T* Gates, Memories, DStates, DMemories, DX, DFirst, DMemory, Packed;
        internal byte* Mask;

        /// <summary>What comes back to the states is carried in the results for the first ones.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            var (units, w) = (Sizes.Units, Vector512<T>.Count);
            var (first, last) = Sizes.Span(begin, end);
            Sizes.Copy(DStates + (nint)Sizes.LastState * Sizes.Batch * units, DFirst, 0, begin, end);
            if (DMemories is null) new Span<T>(DMemory + (nint)first * units, (last - first) * units).Clear();
            else Sizes.Copy(DMemories + (nint)Sizes.LastState * Sizes.Batch * units, DMemory, 0, begin, end);
            for (var n = Sizes.Steps - 1; n >= 0; n--)
            {
                var (t, before, after) = Sizes.At(n);
                for (var row = first; row < last; row++)
                    for (var j = 0; j < units; j += w) Cell(t * Sizes.Batch + row, (nint)(before * Sizes.Batch + row) * units + j, (nint)(after * Sizes.Batch + row) * units + j, (nint)row * units + j, j, Math.Min(w, units - j));
                AddRows(DX + (nint)(t * Sizes.Batch + first) * 4 * units, 4 * units, last - first, 4 * units, Packed, units, DFirst + (nint)first * units);
            }
        }

        /// <summary>From the gradient for a sample's states after a step to that for its gates and, apart from the product, for the states before it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly void Cell(int entry, nint before, nint after, nint carried, int j, int count)
        {
            nint units = Sizes.Units;
            var (dh, dc, one) = (Load(DFirst + carried, count), Load(DMemory + carried, count), Vector512<T>.One);
            Vector512<T> di = default, df = default, dg = default, @do = default, state = dh;
            if (Mask is null || Mask[entry] != 0)
            {
                var gates = Gates + entry * 4 * units + j;
                var (i, f, c, o) = (Load(gates, count), Load(gates + units, count), Load(gates + 2 * units, count), Load(gates + 3 * units, count));
                var tanh = VectorMath.Tanh(Load(Memories + after, count));
                @do = dh * tanh * o * (one - o);
                dc += dh * o * (one - tanh * tanh);
                di = dc * c * i * (one - i);
                df = dc * Load(Memories + before, count) * f * (one - f);
                dg = dc * i * (one - c * c);
                (dc, state) = (dc * f, default);
            }
            var dx = DX + entry * 4 * units + j;
            Store(di, dx, count);
            Store(df, dx + units, count);
            Store(dg, dx + 2 * units, count);
            Store(@do, dx + 3 * units, count);
            Store(state + Load(DStates + before, count), DFirst + carried, count);
            Store(DMemories is null ? dc : dc + Load(DMemories + before, count), DMemory + carried, count);
        }
    }
}
