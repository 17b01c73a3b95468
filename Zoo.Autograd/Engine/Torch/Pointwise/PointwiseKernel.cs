using System.Collections.Concurrent;
using System.Numerics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>
/// Runs a <see cref="PointwiseProgram"/>: tile by tile in the first-level cache, over libtorch's threads. Tiles lie at fixed places, so an element's bits do not
/// depend on the number of threads; sums over columns are split by the number of threads, all others by tiles. Nothing managed is allocated by a run.
/// An output may lie in an input's memory, where that input is read in order and has elements of equal size.
/// </summary>
internal sealed unsafe class PointwiseKernel
{
    static readonly ConcurrentDictionary<PointwiseProgram, PointwiseKernel> cache = new();
    [ThreadStatic] static NativeBuffer? partials;

    readonly PointwiseCode code;

    PointwiseKernel(PointwiseProgram program) => (Program, code) = (program, new(program));

    internal PointwiseProgram Program { get; }

    /// <summary>The kernel of a program; equal programs share it.</summary>
    internal static PointwiseKernel For(PointwiseProgram program) => cache.GetOrAdd(program, static p => new(p));

    /// <summary>
    /// Runs over the elements of <paramref name="shape"/>. In the horizontal form the addresses follow each other array by array, and a reduced output is
    /// taken from the first.
    /// </summary>
    internal void Run(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs, PointwiseShape shape)
    {
        fixed (nint* ins = inputs, outs = outputs)
        {
            var body = Whole(ins, outs, shape, Staged(inputs, outputs));
            if (code.Reductions.Length == 0 || Program.Layout == ReduceLayout.Rows)
            {
                if (shape.Units > 0)
                    ParallelFor.Run(ref body, shape.Units, shape.Grain);
                else if (Program.Layout == ReduceLayout.Rows)
                    StoreNothing(outs, shape.Rows);
                return;
            }
            bool columns = Program.Layout == ReduceLayout.Columns;
            body.Blocks = columns ? Math.Clamp(shape.Units / shape.Grain, Math.Min(1, shape.Units), TorchThreads.Count) : 0;
            body.Stride = columns ? body.Blocks * shape.Unit : shape.Units;
            body.Partials = Room(body.Stride * code.Reductions.Length * sizeof(long));
            ParallelFor.Run(ref body, columns ? body.Blocks : shape.Units, columns ? 1 : shape.Grain);
            for (int r = 0; r < code.Reductions.Length; r++)
            {
                int o = code.Reductions[r];
                var part = (long*)body.Partials + r * body.Stride;
                if (columns)
                    Columns(code.Reducers[o]!, part, (byte*)outs[o], shape, body.Blocks);
                else
                    All(code.Reducers[o]!, part, (byte*)outs[o], shape);
            }
        }
    }

    PointwiseRun Whole(nint* inputs, nint* outputs, PointwiseShape shape, ulong staged)
    {
        bool canRest = shape.Sums > 0 && shape.Sums == BitOperations.PopCount(shape.Summed) && code.IsOneLoop;
        return new() { Program = Program, Code = code, Loop = code.Loop(shape.Scalars), Idle = canRest ? code.Loop(shape.Scalars, shape.Summed) : null, Shape = shape, Inputs = inputs, Outputs = outputs, Staged = staged };
    }

    /// <summary>The horizontal form, done for the rows alone that sums among the inputs have: each once, by the first of the sums that has it.</summary>
    internal void Rows(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs, PointwiseShape shape)
    {
        fixed (nint* ins = inputs, outs = outputs)
            for (int array = 0; array * Program.Outputs.Length < outputs.Length; array++)
                for (int i = 0; i < Program.Inputs.Length; i++)
                {
                    if (shape.Inputs[i].Kind != AccessKind.Summed)
                        continue;
                    var body = new PointwiseRows { Run = Whole(ins + array * Program.Inputs.Length, outs + array * Program.Outputs.Length, shape, Staged(inputs, outputs)), Sums = i };
                    ParallelFor.Run(ref body, ((RowSums*)body.Run.Inputs[i])->Count, Math.Max(1, shape.Grain / 4));
                }
    }

    static void All(Reducer reducer, long* partial, byte* result, PointwiseShape shape)
    {
        long sum = reducer.Identity;
        for (long done = 0; done < shape.Units; done += int.MaxValue)
            sum = reducer.Merge(sum, reducer.Fold((byte*)(partial + done), (int)Math.Min(shape.Units - done, int.MaxValue)));
        long count = shape.Count;
        if (shape.SegmentLengths is not null)
        {
            count = 0;
            foreach (long length in shape.SegmentLengths)
                count += length;
        }
        reducer.Store(result, sum, count);
    }

    /// <summary>Brings the blocks together, block by block and row by row, and then writes the columns.</summary>
    static void Columns(Reducer reducer, long* partial, byte* result, PointwiseShape shape, long blocks)
    {
        for (long row = 1; row < blocks * shape.UnitRows; row++)
            for (long at = 0; at < shape.Columns; at += int.MaxValue)
                reducer.Merge((byte*)(partial + at), (byte*)(partial + row * shape.Columns + at), (int)Math.Min(shape.Columns - at, int.MaxValue));
        for (long c = 0; c < shape.Columns; c++)
            reducer.Store(result + c * reducer.Size, blocks == 0 ? reducer.Identity : partial[c], shape.Rows);
    }

    void StoreNothing(nint* outputs, long count)
    {
        foreach (int o in code.Reductions)
            for (long i = 0; i < count; i++)
                code.Reducers[o]!.Store((byte*)outputs[o] + i * code.Reducers[o]!.Size, code.Reducers[o]!.Identity, 0);
    }

    ulong Staged(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
    {
        ulong staged = 0;
        int ins = Program.Inputs.Length, outs = Program.Outputs.Length;
        foreach (PointwiseCode.Hazard hazard in code.Hazards)
            for (int s = 0; s * outs < outputs.Length; s++)
                if (inputs[s * ins + hazard.Input] == outputs[s * outs + hazard.Output])
                    staged |= 1UL << hazard.Output;
        return staged;
    }

    static byte* Room(long bytes)
    {
        if (partials is null || partials.Length < bytes)
        {
            partials?.Dispose();
            partials = new(Math.Max(bytes, 64 << 10));
        }
        return partials.Pointer;
    }
}
