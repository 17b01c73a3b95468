using System.Runtime.CompilerServices;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>One run of a kernel: the part each thread does.</summary>
internal unsafe struct PointwiseRun : IRangeBody
{
    const int SlotBytes = PointwiseShape.TileBytes, InputBytes = 2 * SlotBytes + 64, RoomBytes = 2 * SlotBytes;

    static readonly NativeBuffer zeros = Zeros();
    [ThreadStatic] static NativeBuffer? scratch;

    internal PointwiseProgram Program;
    internal PointwiseCode Code;
    internal PointwiseLoop? Loop;
    /// <summary>The same where all sums of rows are 0.</summary>
    internal PointwiseLoop? Idle;
    internal PointwiseShape Shape;
    internal nint* Inputs, Outputs;
    /// <summary>Bit o: output o is written at the end of each tile.</summary>
    internal ulong Staged;
    /// <summary>Columns: into how many runs the units are split, each with accumulators of its own. Else 0.</summary>
    internal long Blocks;
    internal byte* Partials;
    /// <summary>Accumulators of one reduction.</summary>
    internal long Stride;

    public readonly void Do(long begin, long end)
    {
        byte** p = stackalloc byte*[Code.Values];
        byte* room = Scratch();
        if (Blocks == 0)
        {
            Units(begin, end, 0, p, room);
            return;
        }
        for (long block = begin; block < end; block++)
        {
            for (int r = 0; r < Code.Reductions.Length; r++)
                new Span<long>((long*)Partials + r * Stride + block * Shape.Unit, checked((int)Shape.Unit)).Fill(Code.Reducers[Code.Reductions[r]]!.Identity);
            Units(Shape.Units * block / Blocks, Shape.Units * (block + 1) / Blocks, block, p, room);
        }
    }

    readonly void Units(long begin, long end, long block, byte** p, byte* room)
    {
        int segment = -1;
        long* sums = stackalloc long[Code.Reductions.Length + 1];
        nint* ins = Inputs, outs = Outputs;
        for (long unit = begin; unit < end; unit++)
        {
            long start = unit * Shape.Unit, last = Math.Min(start + Shape.Unit, Shape.Count);
            if (Shape.UnitSegments is { } segments)
            {
                if (segments[unit] != segment)
                {
                    segment = segments[unit];
                    ins = Inputs + (long)segment * Program.Inputs.Length;
                    outs = Outputs + (long)segment * Program.Outputs.Length;
                    Prepare(ins, p, room);
                }
                start = Shape.UnitStarts![unit];
                last = Math.Min(start + Shape.Unit, Shape.SegmentLengths![segment]);
            }
            else if (unit == begin)
                Prepare(ins, p, room);
            for (int r = 0; r < Code.Reductions.Length; r++)
                sums[r] = Code.Reducers[Code.Reductions[r]]!.Identity;
            for (long at = start; at < last; at += Shape.Tile)
            {
                int n = (int)Math.Min(Shape.Tile, last - at);
                Tile(ins, outs, at, n, p, room);
                if (Code.Reductions.Length > 0)
                    Reduce(unit, block, at, n, p, room, sums);
                Copy(outs, at, n, p);
            }
            for (int r = 0; r < Code.Reductions.Length && Program.Layout is ReduceLayout.All or ReduceLayout.Rows; r++)
            {
                int o = Code.Reductions[r];
                if (Program.Layout == ReduceLayout.All)
                    ((long*)Partials)[r * Stride + unit] = sums[r];
                else if (Shape.Columns > Shape.Tile)
                    Code.Reducers[o]!.Store((byte*)Outputs[o] + unit * Code.Reducers[o]!.Size, sums[r], Shape.Columns);
            }
        }
    }

    /// <summary>The segments that begin at places begin up to end in the list of one of the sums, but for those that an earlier one has.</summary>
    internal readonly void Rows(int sums, long begin, long end)
    {
        byte** p = stackalloc byte*[Code.Values];
        byte* room = Scratch();
        var own = (RowSums*)Inputs[sums];
        Prepare(Inputs, p, room);
        for (long i = begin; i < end; i++)
        {
            int row = own->Begins(i);
            for (int other = 0; other < sums && row >= 0; other++)
                if (Shape.Inputs[other].Kind == AccessKind.Summed && ((RowSums*)Inputs[other])->Has(row * own->Width, own->Width))
                    row = -1;
            if (row < 0)
                continue;
            for (long at = row * own->Width, beyond = at + own->Width; at < beyond; at += Shape.Tile)
            {
                int n = (int)Math.Min(Shape.Tile, beyond - at);
                Tile(Inputs, Outputs, at, n, p, room);
                Copy(Outputs, at, n, p);
            }
        }
    }

    /// <summary>Sets the places of all values and fills those that stay the same from tile to tile.</summary>
    readonly void Prepare(nint* ins, byte** p, byte* room)
    {
        byte* slots = room + RoomBytes;
        for (int v = 0; v < Code.Values; v++)
            p[v] = Code.Slots[v] >= 0 ? slots + (long)Code.Slots[v] * SlotBytes : null;
        foreach (PointwiseCode.Constant constant in Code.Constants)
        {
            long bits = constant.DType switch
            {
                DType.Float32 => BitConverter.SingleToInt32Bits((float)constant.Number),
                DType.Float64 => BitConverter.DoubleToInt64Bits(constant.Number),
                _ => (long)constant.Number,
            };
            PointwiseInputs.Fill(p[constant.Value], (byte*)&bits, constant.DType.Size(), Shape.Tile);
        }
        byte* areas = Areas(room);
        for (int i = 0; i < Program.Inputs.Length; i++)
        {
            PointwiseAccess access = Shape.Inputs[i];
            int size = Program.InputType(i).Size();
            byte* area = p[Program.Inputs[i]] = areas + (long)i * InputBytes;
            if (access.Kind == AccessKind.Scalar)
                PointwiseInputs.Fill(area, (byte*)ins[i], size, Shape.Tile);
            else if (access.Kind == AccessKind.Periodic && access.Period <= Shape.Tile)
                PointwiseInputs.Replicate(area, (byte*)ins[i], access.Period, size, Shape.Tile + access.Period);
        }
    }

    readonly void Tile(nint* ins, nint* outs, long at, int n, byte** p, byte* room)
    {
        byte* areas = Areas(room);
        bool idle = Shape.Sums != 0 && IsIdle(ins, at, n);
        for (int i = 0; i < Program.Inputs.Length; i++)
        {
            PointwiseAccess access = Shape.Inputs[i];
            int size = Program.InputType(i).Size();
            byte* area = areas + (long)i * InputBytes;
            ref byte* place = ref p[Program.Inputs[i]];
            switch (access.Kind)
            {
                case AccessKind.Full:
                    place = (byte*)ins[i] + at * size;
                    break;
                case AccessKind.Scalar:
                    break;
                case AccessKind.Summed when idle:
                    place = zeros.Pointer;
                    break;
                case AccessKind.Summed:
                    place = area;
                    ((RowSums*)ins[i])->Fill((float*)area, at, n);
                    break;
                case AccessKind.Periodic when access.Period <= Shape.Tile:
                    place = area + at % access.Period * size;
                    break;
                case AccessKind.Periodic when at % access.Period + n <= access.Period:
                    place = (byte*)ins[i] + at % access.Period * size;
                    break;
                default:
                    place = area;
                    PointwiseInputs.Gather(area, (byte*)ins[i], access, size, at, n);
                    break;
            }
        }
        foreach (ref readonly PointwiseCode.Step step in Code.Steps.AsSpan())
        {
            int o = Code.Direct[step.Result];
            if (o >= 0 && (Staged >> o & 1) == 0)
                p[step.Result] = (byte*)outs[o] + at * Program.TypeOf(step.Result).Size();
        }
        Steps(0, Code.First, at, n, 0, p);
        int done = 0;
        if ((idle ? Idle : Loop) is { } loop)
        {
            done = n & ~15;   // whole vectors of floats
            loop(p, done * sizeof(float));
        }
        if (done < n)
            Steps(Code.First, Code.Last, at + done, n - done, done * sizeof(float), p);
        Steps(Code.Last, Code.Steps.Length, at, n, 0, p);
    }

    /// <summary>Whether there are no rows for any of the sums of a tile.</summary>
    readonly bool IsIdle(nint* ins, long at, int n)
    {
        for (int i = 0; i < Program.Inputs.Length; i++)
            if (Shape.Inputs[i].Kind == AccessKind.Summed && ((RowSums*)ins[i])->Has(at, n))
                return false;
        return true;
    }

    static NativeBuffer Zeros()
    {
        var buffer = new NativeBuffer(SlotBytes);
        buffer.AsSpan<byte>().Clear();
        return buffer;
    }

    readonly void Steps(int from, int to, long at, int n, long skip, byte** p)
    {
        foreach (ref readonly PointwiseCode.Step step in Code.Steps.AsSpan(from..to))
            step.Loop(p[step.Result] + skip, p[step.A] + skip, p[step.B] + skip, p[step.C] + skip, at, n);
    }

    readonly void Reduce(long unit, long block, long at, int n, byte** p, byte* room, long* sums)
    {
        for (int r = 0; r < Code.Reductions.Length; r++)
        {
            int o = Code.Reductions[r];
            Reducer reducer = Code.Reducers[o]!;
            byte* wide = reducer.Widen(p[Program.Outputs[o].Value], room, n);
            if (Program.Layout == ReduceLayout.Columns)
                reducer.Merge((byte*)((long*)Partials + r * Stride + block * Shape.Unit + (at - unit * Shape.Unit)), wide, n);
            else if (Program.Layout == ReduceLayout.All || Shape.Columns > Shape.Tile)
                sums[r] = reducer.Merge(sums[r], reducer.Fold(wide, n));
            else
                for (long row = 0, columns = Shape.Columns; row * columns < n; row++)
                    reducer.Store((byte*)Outputs[o] + (unit * Shape.UnitRows + row) * reducer.Size, reducer.Fold(wide + row * columns * sizeof(long), (int)columns), columns);
        }
    }

    readonly void Copy(nint* outs, long at, int n, byte** p)
    {
        foreach (int o in Code.Copies)
            CopyOne(outs, o, at, n, p);
        if (Staged != 0)
            for (int o = 0; o < Program.Outputs.Length; o++)
                if ((Staged >> o & 1) != 0)
                    CopyOne(outs, o, at, n, p);
    }

    readonly void CopyOne(nint* outs, int o, long at, int n, byte** p)
    {
        int v = Program.Outputs[o].Value, size = Program.TypeOf(v).Size();
        Unsafe.CopyBlockUnaligned((byte*)outs[o] + at * size, p[v], (uint)(n * size));
    }

    readonly byte* Areas(byte* room) => room + RoomBytes + (long)Code.SlotCount * SlotBytes;

    readonly byte* Scratch()
    {
        long bytes = RoomBytes + (long)Code.SlotCount * SlotBytes + (long)Program.Inputs.Length * InputBytes;
        if (scratch is null || scratch.Length < bytes)
        {
            scratch?.Dispose();
            scratch = new(bytes);
        }
        return scratch.Pointer;
    }
}

/// <summary>A run of a kernel over rows: the part each thread does.</summary>
internal struct PointwiseRows : IRangeBody
{
    internal PointwiseRun Run;
    internal int Sums;

    public readonly void Do(long begin, long end) => Run.Rows(Sums, begin, end);
}
