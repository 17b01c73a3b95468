using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Engine.Torch.Pointwise;
using static Zoo.Autograd.Engine.Torch.SmallProduct;

namespace Zoo.Autograd.Engine.Torch;

/// <summary><see cref="Ops.GruOps.Gru"/> and its gradient, as <see cref="LstmKernel"/> does its.</summary>
internal static unsafe class GruKernel
{
    /// <summary>(x, recurrent, bias, first, mask?) -> (states, gates, packed weights, one step's gates).</summary>
    internal static Values Forward(Kernel k)
    {
        var sizes = new RecurrentSizes(k.Node, k.Shape(0), k.Shape(3), training: k.Node.Flag("training"));
        HostKernel run = k.DType() == DType.Float32 ? new Run<float>(sizes, k.Node.Flag("reset_after")).Forward : new Run<double>(sizes, k.Node.Flag("reset_after")).Forward;
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])],
            [.. k.Node.Outputs.Select(o => (o.Shape, o.DType)), ([sizes.Packed(k.DType(), 3)], k.DType()), ([sizes.Training ? 0 : sizes.Batch, 4 * sizes.Units], k.DType())])[..2];
    }

    /// <summary>(recurrent, gates, states, dstates, mask?) -> (dx, dproduct, dfirst, packed weights, one step's room).</summary>
    internal static Values Backward(Kernel k)
    {
        var sizes = new RecurrentSizes(k.Node, k.Shape(1), k.OutShape(2), training: true);
        HostKernel run = k.DType() == DType.Float32 ? new Run<float>(sizes, k.Node.Flag("reset_after")).Backward : new Run<double>(sizes, k.Node.Flag("reset_after")).Backward;
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])],
            [.. k.Node.Outputs.Select(o => (o.Shape, o.DType)), ([sizes.Packed(k.DType(), 3)], k.DType()), (k.OutShape(2), k.DType())])[..3];
    }

    sealed class Run<T>(RecurrentSizes sizes, bool after) where T : unmanaged, INumber<T>
    {
        readonly nint units = sizes.Units;

        internal void Forward(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
        {
            T* matrix = (T*)inputs[1], packed = (T*)outputs[2];
            if (after) PackGates(matrix, sizes.Units, 3 * units, sizes.Units, 3, packed);
            else
            {
                PackGates(matrix, sizes.Units, 3 * units, sizes.Units, 2, packed);
                PackGates(matrix + 2 * units, sizes.Units, 3 * units, sizes.Units, 1, packed + sizes.Padded<T>() * units * 2);
            }
            var rows = new ForwardRows<T>
            {
                Sizes = sizes,
                After = after,
                X = (T*)inputs[0],
                Bias = (T*)inputs[2],
                First = (T*)inputs[3],
                Mask = inputs.Length > 4 ? (byte*)inputs[4] : null,
                States = (T*)outputs[0],
                Gates = (T*)outputs[sizes.Training ? 1 : 3],
                Packed = packed,
            };
            ParallelFor.Run(ref rows, sizes.Tiles, sizes.Grain);
        }

        internal void Backward(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
        {
            T* matrix = (T*)inputs[0], packed = (T*)outputs[3];
            if (after) PackTransposed(matrix, sizes.Units, 3 * units, 3 * sizes.Units, packed);
            else
            {
                PackTransposed(matrix, sizes.Units, 3 * units, 2 * sizes.Units, packed);
                PackTransposed(matrix + 2 * units, sizes.Units, 3 * units, sizes.Units, packed + sizes.Padded<T>() * units * 2);
            }
            var rows = new BackwardRows<T>
            {
                Sizes = sizes,
                After = after,
                Gates = (T*)inputs[1],
                States = (T*)inputs[2],
                DStates = (T*)inputs[3],
                Mask = inputs.Length > 4 ? (byte*)inputs[4] : null,
                DX = (T*)outputs[0],
                DProduct = (T*)outputs[1],
                DFirst = (T*)outputs[2],
                Packed = packed,
                Room = (T*)outputs[4],
            };
            ParallelFor.Run(ref rows, sizes.Tiles, sizes.Grain);
        }
    }

    struct ForwardRows<T> : IRangeBody where T : unmanaged, INumber<T>
    {
        internal RecurrentSizes Sizes;
        internal bool After;
        internal T* X, Bias, First, States, Gates, Packed;
        internal byte* Mask;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            var (units, w) = (Sizes.Units, Vector512<T>.Count);
            var sums = stackalloc Vector512<T>[Chunk * 4 * MaxVectors];
            Sizes.Copy(First, States, Sizes.FirstState, begin, end);
            for (var n = 0; n < Sizes.Steps; n++)
            {
                var (t, before, after) = Sizes.At(n);
                for (var tile = begin; tile < end; tile++)
                {
                    var row = (int)tile * Rows;
                    var (rows, entry) = (Math.Min(Rows, Sizes.Batch - row), t * Sizes.Batch + row);
                    var states = States + (nint)(before * Sizes.Batch + row) * units;
                    for (var from = 0; from < units; from += Chunk * w)
                    {
                        var (to, vectors) = (Math.Min(units, from + Chunk * w), After ? 3 : 2);
                        for (var j = from; j < to; j += w) SmallProduct.Run(states, units, rows, units, Packed + (nint)j * units * vectors, vectors, (T*)(sums + (j - from) / w * 16));
                        for (var r = 0; r < rows; r++)
                            for (var j = from; j < to; j += w) Gate(sums + (j - from) / w * 16 + vectors * r, entry + r, before, after, row + r, j, Math.Min(w, units - j));
                    }
                    for (var from = 0; from < units && !After; from += Chunk * w)
                    {
                        var to = Math.Min(units, from + Chunk * w);
                        for (var j = from; j < to; j += w)
                            SmallProduct.Run(GatesOf(entry) + 3 * (nint)units, 4 * units, rows, units, Packed + (Sizes.Padded<T>() * 2 + j) * units, 1, (T*)(sums + (j - from) / w * 16));
                        for (var r = 0; r < rows; r++)
                            for (var j = from; j < to; j += w) Candidate(sums[(j - from) / w * 16 + r], entry + r, before, after, row + r, j, Math.Min(w, units - j));
                    }
                }
            }
        }

        readonly T* GatesOf(int entry) => Gates + (nint)(Sizes.Training ? entry : entry % Sizes.Batch) * 4 * Sizes.Units;

        /// <summary>Both gates of a sample, some units of it, and, where the state is reset after its product, the new state; else what the candidate's product is made of.</summary>
        readonly void Gate(Vector512<T>* sums, int entry, int before, int after, int row, int j, int count)
        {
            nint units = Sizes.Units;
            T* x = X + entry * 3 * units + j, gates = GatesOf(entry) + j;
            var z = VectorMath.Sigmoid(sums[0] + Load(x, count));
            var reset = VectorMath.Sigmoid(sums[1] + Load(x + units, count));
            Store(z, gates, count);
            Store(reset, gates + units, count);
            var inner = After ? sums[2] + Load(Bias + j, count) : reset * Load(States + (before * Sizes.Batch + row) * units + j, count);
            Store(inner, gates + 3 * units, count);
            if (After) Finish(entry, VectorMath.Tanh(Load(x + 2 * units, count) + reset * inner), z, gates, before, after, row, j, count);
        }

        readonly void Candidate(Vector512<T> sum, int entry, int before, int after, int row, int j, int count)
        {
            nint units = Sizes.Units;
            var gates = GatesOf(entry) + j;
            Finish(entry, VectorMath.Tanh(sum + Load(X + entry * 3 * units + 2 * units + j, count)), Load(gates, count), gates, before, after, row, j, count);
        }

        readonly void Finish(int entry, Vector512<T> candidate, Vector512<T> z, T* gates, int before, int after, int row, int j, int count)
        {
            nint units = Sizes.Units;
            Store(candidate, gates + 2 * units, count);
            var old = Load(States + (before * Sizes.Batch + row) * units + j, count);
            Store(Mask is null || Mask[entry] != 0 ? z * old + (Vector512<T>.One - z) * candidate : old, States + (after * Sizes.Batch + row) * units + j, count);
        }
    }

    struct BackwardRows<T> : IRangeBody where T : unmanaged, INumber<T>
    {
        internal RecurrentSizes Sizes;
        internal bool After;
        internal T* Gates, States, DStates, DX, DProduct, DFirst, Packed, Room;
        internal byte* Mask;

        /// <summary>What comes back to the states is carried in the result for the first one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            nint units = Sizes.Units;
            var w = Vector512<T>.Count;
            var (first, last) = Sizes.Span(begin, end);
            Sizes.Copy(DStates + Sizes.LastState * Sizes.Batch * units, DFirst, 0, begin, end);
            T* carried = DFirst + first * units, room = Room + first * units;
            for (var n = Sizes.Steps - 1; n >= 0; n--)
            {
                var (t, before, _) = Sizes.At(n);
                for (var row = first; row < last; row++)
                    for (var j = 0; j < units; j += w) Cell(t * Sizes.Batch + row, (before * Sizes.Batch + row) * units + j, row * units + j, j, (int)Math.Min(w, units - j));
                var dx = DX + (t * Sizes.Batch + first) * 3 * units;
                if (After)
                {
                    AddRows(DProduct + (t * Sizes.Batch + first) * 3 * units, 3 * units, last - first, 3 * Sizes.Units, Packed, Sizes.Units, carried);
                    continue;
                }
                new Span<T>(room, (last - first) * Sizes.Units).Clear();
                AddRows(dx + 2 * units, 3 * units, last - first, Sizes.Units, Packed + Sizes.Padded<T>() * units * 2, Sizes.Units, room);
                for (var row = first; row < last; row++)
                    for (var j = 0; j < units; j += w) Reset(t * Sizes.Batch + row, (before * Sizes.Batch + row) * units + j, row * units + j, j, (int)Math.Min(w, units - j));
                AddRows(dx, 3 * units, last - first, 2 * Sizes.Units, Packed, Sizes.Units, carried);
            }
        }

        /// <summary>From the gradient for a sample's state after a step to that for its gates and, apart from products, for the state before it.</summary>
        readonly void Cell(int entry, nint before, nint carried, int j, int count)
        {
            nint units = Sizes.Units;
            var (dh, one) = (Load(DFirst + carried, count), Vector512<T>.One);
            Vector512<T> dz = default, dr = default, dc = default, inner = default, back = dh;
            if (Mask is null || Mask[entry] != 0)
            {
                var gates = Gates + entry * 4 * units + j;
                var (z, r, c) = (Load(gates, count), Load(gates + units, count), Load(gates + 2 * units, count));
                dz = dh * (Load(States + before, count) - c) * z * (one - z);
                dc = dh * (one - z) * (one - c * c);
                back = dh * z;
                if (After) (dr, inner) = (dc * Load(gates + 3 * units, count) * r * (one - r), dc * r);
            }
            var dx = DX + entry * 3 * units + j;
            Store(dz, dx, count);
            Store(dr, dx + units, count);
            Store(dc, dx + 2 * units, count);
            if (After)
            {
                var product = DProduct + entry * 3 * units + j;
                Store(dz, product, count);
                Store(dr, product + units, count);
                Store(inner, product + 2 * units, count);
            }
            Store(back + Load(DStates + before, count), DFirst + carried, count);
        }

        /// <summary>The gradient of the reset gate, from that of what the candidate's product is made of.</summary>
        readonly void Reset(int entry, nint before, nint carried, int j, int count)
        {
            nint units = Sizes.Units;
            var (made, r) = (Load(Room + carried, count), Load(Gates + (entry * 4 + 1) * units + j, count));
            var counts = Mask is null || Mask[entry] != 0;
            Store(counts ? made * Load(States + before, count) * r * (Vector512<T>.One - r) : default, DX + (entry * 3 + 1) * units + j, count);
            if (counts) Store(Load(DFirst + carried, count) + made * r, DFirst + carried, count);
        }
    }
}
