namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>How an input is read while the kernel walks the elements in row-major order.</summary>
internal enum AccessKind : byte
{
    /// <summary>One element each, in order.</summary>
    Full,
    /// <summary>One element for all.</summary>
    Scalar,
    /// <summary>The same run of elements over and over, as a bias.</summary>
    Periodic,
    /// <summary>Every element several times in a row, as one number for each row.</summary>
    Repeated,
    /// <summary>Any strides.</summary>
    Strided,
    /// <summary>Sums of rows, which are made bit by bit (<see cref="RowSums"/>).</summary>
    Summed,
}

/// <summary>One input's way through memory: sizes and strides with neighbours merged, outermost first.</summary>
internal sealed record PointwiseAccess(AccessKind Kind, long Period, long[] Sizes, long[] Strides)
{
    const int MaxRank = 8;

    /// <summary>Reading in the order of <paramref name="dims"/> with the given strides in elements (0 repeats).</summary>
    internal static PointwiseAccess Of(ReadOnlySpan<long> dims, ReadOnlySpan<long> strides)
    {
        Span<long> sizes = stackalloc long[dims.Length], steps = stackalloc long[dims.Length];
        var count = 0;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] == 1)
                continue;
            if (count > 0 && steps[count - 1] == strides[i] * dims[i])
                (sizes[count - 1], steps[count - 1]) = (sizes[count - 1] * dims[i], strides[i]);
            else
                (sizes[count], steps[count++]) = (dims[i], strides[i]);
        }
        long[] s = sizes[..count].ToArray(), t = steps[..count].ToArray();
        return (s.Length, t) switch
        {
            (0, _) or (1, [1]) => new(AccessKind.Full, 0, s, t),
            (1, [0]) => new(AccessKind.Scalar, 0, s, t),
            (2, [0, 1]) => new(AccessKind.Periodic, s[1], s, t),
            (2, [1, 0]) => new(AccessKind.Repeated, s[1], s, t),
            ( <= MaxRank, _) => new(AccessKind.Strided, 0, s, t),
            _ => throw new ArgumentException($"Pointwise: an input needs {s.Length} separate strides. Expected at most {MaxRank}. Copy it to row-major order before."),
        };
    }

    /// <summary>Strides with which an input of shape <paramref name="input"/> in row-major order is broadcast to <paramref name="dims"/>.</summary>
    internal static long[] Broadcast(ReadOnlySpan<long> dims, ReadOnlySpan<long> input)
    {
        var strides = new long[dims.Length];
        long step = 1;
        for (int i = input.Length - 1, o = dims.Length - 1; i >= 0; i--, o--)
        {
            if (o < 0 || (input[i] != dims[o] && input[i] != 1))
                throw new ShapeException($"Pointwise: an input of shape {Shape.Create(input)} cannot be broadcast to {Shape.Create(dims)}. Expected equal dimensions or 1.");
            strides[o] = input[i] == 1 ? 0 : step;
            step *= input[i];
        }
        return strides;
    }
}

/// <summary>
/// The concrete sizes of one use of a program, prepared once: how many elements, how each input is read, and how the elements split in units and tiles.
/// </summary>
internal sealed class PointwiseShape
{
    internal const int TileBytes = 4096;

    /// <param name="program">The program.</param>
    /// <param name="dims">The iteration space.</param>
    /// <param name="inputs">How each input is read.</param>
    /// <param name="reducedAxes">Where the program reduces rows: how many trailing axes go; where it reduces columns: how many leading axes.</param>
    internal PointwiseShape(PointwiseProgram program, ReadOnlySpan<long> dims, PointwiseAccess[] inputs, int reducedAxes = 0)
    {
        Inputs = inputs;
        for (int i = 0; i < Math.Min(inputs.Length, 64); i++)
            if (inputs[i].Kind == AccessKind.Scalar)
                Scalars |= 1UL << i;
            else if (inputs[i].Kind == AccessKind.Summed)
                Summed |= 1UL << i;
        Sums = inputs.Count(i => i.Kind == AccessKind.Summed);
        if (inputs.Length != program.Inputs.Length)
            throw new ArgumentException($"Pointwise: {inputs.Length} inputs were described, the program has {program.Inputs.Length}.");
        Count = Product(dims);
        (Rows, Columns) = program.Layout switch
        {
            ReduceLayout.Rows => (Product(dims[..^reducedAxes]), Product(dims[^reducedAxes..])),
            ReduceLayout.Columns => (Product(dims[..reducedAxes]), Product(dims[reducedAxes..])),
            _ => (1, Count),
        };
        Tile = TileElements(program);
        if (program.Layout is ReduceLayout.None or ReduceLayout.All)
            (UnitRows, Units, Unit) = (0, (Count + Tile - 1) / Tile, Tile);
        else if (Columns == 0 || Rows == 0)
            (UnitRows, Units, Unit) = (1, 0, 0);
        else if (Columns <= Tile)
        {
            UnitRows = (int)Math.Min(Tile / Columns, Rows);
            (Units, Unit) = ((Rows + UnitRows - 1) / UnitRows, UnitRows * Columns);
        }
        else
            (UnitRows, Units, Unit) = (1, Rows, Columns);
        Grain = GrainOf(program, Unit);
    }

    /// <summary>Inputs of the given shapes, in row-major order, broadcast to the iteration space.</summary>
    internal static PointwiseShape Broadcast(PointwiseProgram program, long[] dims, long[][] inputs, int reducedAxes = 0) =>
        new(program, dims, [.. inputs.Select(input => PointwiseAccess.Of(dims, PointwiseAccess.Broadcast(dims, input)))], reducedAxes);

    /// <summary>
    /// The horizontal form: one program over a list of arrays of the given lengths. Inputs are Full, Scalar or Summed.
    /// </summary>
    internal static PointwiseShape Horizontal(PointwiseProgram program, ReadOnlySpan<long> lengths, ReadOnlySpan<AccessKind> inputs)
    {
        if (program.Layout is ReduceLayout.Rows or ReduceLayout.Columns)
            throw new ArgumentException("Pointwise: a program over several arrays reduces all elements or none, not rows or columns.");
        int tile = TileElements(program);
        var segments = new List<int>();
        var starts = new List<long>();
        for (int s = 0; s < lengths.Length; s++)
            for (long at = 0; at < lengths[s]; at += tile)
            {
                segments.Add(s);
                starts.Add(at);
            }
        return new(program, [segments.Count * (long)tile], [.. inputs.ToArray().Select(kind => new PointwiseAccess(kind, 0, [], []))]) { UnitSegments = [.. segments], UnitStarts = [.. starts], SegmentLengths = lengths.ToArray() };
    }

    internal PointwiseAccess[] Inputs { get; }
    /// <summary>Bit i: input i is one element for all.</summary>
    internal ulong Scalars { get; }
    /// <summary>Bit i: input i is sums of rows.</summary>
    internal ulong Summed { get; }
    /// <summary>How many inputs are sums of rows.</summary>
    internal int Sums { get; }
    internal long Count { get; }
    internal long Rows { get; }
    internal long Columns { get; }
    /// <summary>Elements of a tile at most.</summary>
    internal int Tile { get; }
    /// <summary>What one thread does without interruption: a tile, several whole rows, or one long row.</summary>
    internal long Units { get; }
    internal long Unit { get; }
    internal int UnitRows { get; }
    /// <summary>Units below which another thread does not pay.</summary>
    internal long Grain { get; }
    internal int[]? UnitSegments { get; private init; }
    internal long[]? UnitStarts { get; private init; }
    internal long[]? SegmentLengths { get; private init; }

    static int TileElements(PointwiseProgram program)
    {
        int largest = 4;
        foreach (PointwiseInstruction instruction in program.Code)
            largest = Math.Max(largest, instruction.DType.Size());
        return TileBytes / largest;
    }

    /// <summary>Work that is worth another thread, by a rough count of arithmetic and memory traffic.</summary>
    static long GrainOf(PointwiseProgram program, long unit)
    {
        double nanoseconds = 0;
        foreach (PointwiseInstruction instruction in program.Code)
            nanoseconds += 0.04 * PointwiseTable.Weight(instruction.Op) * instruction.DType.Size() / 4;
        for (int i = 0; i < program.Inputs.Length; i++)
            nanoseconds += 0.05 * program.InputType(i).Size();
        nanoseconds += 0.2 * program.Outputs.Length;
        return Math.Max(1, (long)(ParallelFor.Worth / (nanoseconds * Math.Max(unit, 1))));
    }

    static long Product(ReadOnlySpan<long> dims)
    {
        long n = 1;
        foreach (long d in dims)
            n *= d;
        return n;
    }
}
