namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>A program made ready: each instruction's loop, and where each value lies while a tile is worked on.</summary>
internal sealed unsafe class PointwiseCode
{
    internal struct Step
    {
        internal delegate*<byte*, byte*, byte*, byte*, long, int, void> Loop;
        internal int Result, A, B, C;
    }

    /// <summary>An output written while an input that shares its memory may still be read: then it waits in a slot until the tile's end.</summary>
    internal readonly record struct Hazard(int Output, int Input);

    /// <summary>A value whose tile is filled once.</summary>
    internal readonly record struct Constant(int Value, DType DType, double Number);

    const int Never = -1;

    readonly PointwiseProgram program;
    (ulong Scalars, ulong Zeros, PointwiseLoop? Loop)[] loops = [];

    internal PointwiseCode(PointwiseProgram program)
    {
        this.program = program;
        var code = program.Code;
        int[] lastUse = LastUses(program);
        // alphas are numbers within their instructions: each gets a value of its own behind the program's
        Values = code.Length + code.Count(HasAlpha);
        Direct = new int[Values];
        Slots = new int[Values];
        Array.Fill(Direct, Never);
        Array.Fill(Slots, Never);
        var copies = new List<int>();
        for (int o = 0; o < program.Outputs.Length; o++)
        {
            (int value, ReduceKind reduce) = program.Outputs[o];
            if (reduce != ReduceKind.None)
                continue;
            if (Direct[value] == Never && code[value].Op > Opcode.Constant)
                Direct[value] = o;
            else
                copies.Add(o);
        }
        Copies = [.. copies];

        var hazards = new List<Hazard>();
        var free = new Stack<int>();
        var steps = new List<Step>();
        var constants = new List<Constant>();
        int alpha = code.Length;
        for (int i = 0; i < code.Length; i++)
        {
            PointwiseInstruction x = code[i];
            if (x.Op == Opcode.Input)
                continue;
            if (x.Op == Opcode.Constant)
            {
                if (x.DType.Size() is not (1 or 2 or 4 or 8) || x.DType.IsComplex())
                    throw new ArgumentException($"Constant: there is no element-wise loop for {x.DType.Name()}. Expected a real number or truth value. Cast before.");
                constants.Add(new(i, x.DType, x.Immediate));
                Slots[i] = SlotCount++;
                continue;
            }
            int arguments = PointwiseProgram.Arguments(x.Op);
            var step = new Step { Loop = PointwiseTable.Find(x.Op, code[x.A].DType, x.DType), Result = i, A = x.A, B = arguments > 1 ? x.B : x.A, C = arguments > 2 ? x.C : x.A };
            if (HasAlpha(x))
            {
                constants.Add(new(alpha, x.DType, x.Immediate));
                Slots[alpha] = SlotCount++;
                (step.B, step.C) = x.Op == Opcode.LeakyRelu ? (alpha, step.C) : (step.B, alpha);
                alpha++;
            }
            steps.Add(step);
            bool waits = false;
            for (int input = 0; input < program.Inputs.Length && Direct[i] != Never; input++)
                if (lastUse[program.Inputs[input]] > i && program.InputType(input).Size() == x.DType.Size())
                {
                    hazards.Add(new(Direct[i], input));
                    waits = true;
                }
            if (Direct[i] == Never)
                Slots[i] = free.TryPop(out int slot) ? slot : SlotCount++;
            else if (waits)
                Slots[i] = SlotCount++;
            // freed only now: a result never shares its slot with an argument of another size
            ReadOnlySpan<int> read = [x.A, x.B, x.C];
            for (int k = 0; k < arguments; k++)
                if (lastUse[read[k]] == i && read[..k].IndexOf(read[k]) < 0 && code[read[k]].Op > Opcode.Constant && Direct[read[k]] == Never)
                    free.Push(Slots[read[k]]);
            if (lastUse[i] == Never && Direct[i] == Never)
                free.Push(Slots[i]);
        }
        (First, Last) = (program.Code.Count(x => x.Op == Opcode.Cast && PointwiseProgram.Loads(x, program.Code)), steps.Count);
        while (Last > First && code[steps[Last - 1].Result].DType.IsHalf())
            Last--;
        (Steps, Constants, Hazards) = ([.. steps], [.. constants], [.. hazards]);
        Reducers = [.. program.Outputs.Select(o => o.Reduce == ReduceKind.None ? null : new Reducer(o.Reduce, program.TypeOf(o.Value)))];
        Reductions = [.. Enumerable.Range(0, Reducers.Length).Where(o => Reducers[o] is not null)];
        if (program.Outputs.Length > 64)
            throw new ArgumentException($"Pointwise: the program has {program.Outputs.Length} outputs. Expected at most 64. Split it.");
    }

    static bool HasAlpha(PointwiseInstruction x) => x.Op is Opcode.LeakyRelu or Opcode.LeakyReluGrad;

    static int[] LastUses(PointwiseProgram program)
    {
        var last = new int[program.Code.Length];
        Array.Fill(last, Never);
        for (int i = 0; i < last.Length; i++)
        {
            PointwiseInstruction x = program.Code[i];
            ReadOnlySpan<int> arguments = [x.A, x.B, x.C];
            foreach (int v in arguments[..PointwiseProgram.Arguments(x.Op)])
                last[v] = v < i ? i : throw new ArgumentException($"Pointwise: instruction {i} reads value {v} before it is there in {program}.");
        }
        foreach (PointwiseOutput output in program.Outputs)
            last[output.Value] = int.MaxValue;
        return last;
    }

    /// <summary>How many values there are, alphas included.</summary>
    internal int Values { get; }
    internal Step[] Steps { get; }
    /// <summary>The steps that do not widen inputs and do not narrow results: from First up to Last.</summary>
    internal int First { get; }
    internal int Last { get; }

    /// <summary>These as one loop, where there is one, with the inputs that are one element for all, and those that are 0, as bits. Made once for each two such sets.</summary>
    internal PointwiseLoop? Loop(ulong scalars, ulong zeros = 0)
    {
        var known = loops;
        foreach (var (ones, nothing, loop) in known)
            if (ones == scalars && nothing == zeros)
                return loop;
        var made = PointwiseCompiler.Compile(program, scalars, zeros);
        loops = [.. known, (scalars, zeros, made)];   // of two threads at once one makes it in vain
        return made;
    }

    internal Constant[] Constants { get; }
    /// <summary>For each value the output it is written to as it is computed, or -1.</summary>
    internal int[] Direct { get; }
    /// <summary>For each value its place among the scratch tiles, or -1.</summary>
    internal int[] Slots { get; }
    internal int SlotCount { get; }
    /// <summary>Outputs that are copied at a tile's end: inputs and constants passed on, and second outputs of one value.</summary>
    internal int[] Copies { get; }
    internal Hazard[] Hazards { get; }
    internal Reducer?[] Reducers { get; }
    /// <summary>Outputs that are reductions.</summary>
    internal int[] Reductions { get; }
    /// <summary>Whether inputs are read by the loop alone (<see cref="Loop"/>), but for those that are widened before.</summary>
    internal bool IsOneLoop => Copies.Length == 0 && Reductions.Length == 0 && Last == Steps.Length;
}
