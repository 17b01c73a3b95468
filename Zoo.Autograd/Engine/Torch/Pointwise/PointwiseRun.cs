using System.Runtime.CompilerServices;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>One run of a kernel: the part each thread does.</summary>
internal unsafe struct PointwiseRun : IRangeBody
{
    const int SlotBytes = PointwiseShape.TileBytes, InputBytes = 2 * SlotBytes + 64, RoomBytes = 2 * SlotBytes;

    [ThreadStatic] static NativeBuffer? scratch;

    internal PointwiseProgram Program;
    internal PointwiseCode Code;
    internal PointwiseLoop? Loop;
    /// <summary>The same where all sums of rows are 0, which it does not read; null where all sums have to be made.</summary>
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
        int segment = -1, count = 0;
        long* totals = stackalloc long[Code.Reductions.Length + 1];
        RowSums* sums = stackalloc RowSums[Shape.Sums];
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
                    count = Prepare(ins, p, room, sums);
                    for (int i = 0; i < count; i++)
                        sums[i].Seek(Shape.UnitStarts![unit]);
                }
                start = Shape.UnitStarts![unit];
                last = Math.Min(start + Shape.Unit, Shape.SegmentLengths![segment]);
            }
            else if (unit == begin)
                Prepare(ins, p, room, sums);
            for (int r = 0; r < Code.Reductions.Length; r++)
                totals[r] = Code.Reducers[Code.Reductions[r]]!.Identity;
            for (long at = start; at < last; at += Shape.Tile)
            {
                int n = (int)Math.Min(Shape.Tile, last - at);
                Tile(ins, outs, at, n, p, room, sums, count);
                if (Code.Reductions.Length > 0)
                    Reduce(unit, block, at, n, p, room, totals);
                Copy(outs, at, n, p);
            }
            for (int r = 0; r < Code.Reductions.Length && Program.Layout is ReduceLayout.All or ReduceLayout.Rows; r++)
            {
                int o = Code.Reductions[r];
                if (Program.Layout == ReduceLayout.All)
                    ((long*)Partials)[r * Stride + unit] = totals[r];
                else if (Shape.Columns > Shape.Tile)
                    Code.Reducers[o]!.Store((byte*)Outputs[o] + unit * Code.Reducers[o]!.Size, totals[r], Shape.Columns);
            }
        }
    }

    /// <summary>The segments that begin at places begin up to end in the list of one of the sums, but for those that an earlier one has.</summary>
    internal readonly void Rows(int sums, long begin, long end)
    {
        byte** p = stackalloc byte*[Code.Values];
        byte* room = Scratch();
        RowSums* all = stackalloc RowSums[Shape.Sums];
        var own = (RowSums*)Inputs[sums];
        int count = Prepare(Inputs, p, room, all);
        for (long i = begin; i < end; i++)
        {
            int row = own->Begins(i);
            for (int other = 0; other < sums && row >= 0; other++)
                if (Shape.Inputs[other].Kind == AccessKind.Summed && ((RowSums*)Inputs[other])->Has(row))
                    row = -1;
            if (row < 0)
                continue;
            for (int k = 0; k < count; k++)
                all[k].Seek(row * own->Width);
            for (long at = row * own->Width, beyond = at + own->Width; at < beyond; at += Shape.Tile)
            {
                int n = (int)Math.Min(Shape.Tile, beyond - at);
                Tile(Inputs, Outputs, at, n, p, room, all, count);
                Copy(Outputs, at, n, p);
            }
        }
    }

    /// <summary>Sets the places of all values and fills those that stay the same from tile to tile. Answers how many sums of rows there are.</summary>
    readonly int Prepare(nint* ins, byte** p, byte* room, RowSums* sums)
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
        int count = 0;
        for (int i = 0; i < Program.Inputs.Length; i++)
        {
            PointwiseAccess access = Shape.Inputs[i];
            int size = Program.InputType(i).Size();
            byte* area = p[Program.Inputs[i]] = areas + (long)i * InputBytes;
            if (access.Kind == AccessKind.Scalar)
                PointwiseInputs.Fill(area, (byte*)ins[i], size, Shape.Tile);
            else if (access.Kind == AccessKind.Periodic && access.Period <= Shape.Tile)
                PointwiseInputs.Replicate(area, (byte*)ins[i], access.Period, size, Shape.Tile + access.Period);
            else if (access.Kind == AccessKind.Summed)
                count = RowSums.Add(sums, count, *(RowSums*)ins[i], (float*)area);
        }
        return count;
    }

    readonly void Tile(nint* ins, nint* outs, long at, int n, byte** p, byte* room, RowSums* sums, int count)
    {
        byte* areas = Areas(room);
        for (int i = 0; i < count; i++)
            sums[i].From(at);
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
                case AccessKind.Scalar or AccessKind.Summed:
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
        int done = Loop is null ? 0 : n & ~15;   // whole vectors of floats
        if (Idle is null)
        {
            RowSums.Make(sums, count, 0, done);
            Loop?.Invoke(p, 0, done * sizeof(float));
        }
        else   // what is added up is used at once, while the divisions of what came before are on their way
            for (long from = 0; from < done;)
            {
                RowSums.Next(sums, count, from, done, out long idle, out long to);
                if (idle > from)
                    Idle(p, from * sizeof(float), idle * sizeof(float));
                if (to > idle)
                    Loop!(p, idle * sizeof(float), to * sizeof(float));
                from = to;
            }
        if (done < n)
        {
            RowSums.Make(sums, count, done, n);
            Steps(Code.First, Code.Last, at + done, n - done, done * sizeof(float), p);
        }
        Steps(Code.Last, Code.Steps.Length, at, n, 0, p);
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
