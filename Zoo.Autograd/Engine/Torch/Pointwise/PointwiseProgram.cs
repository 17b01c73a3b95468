using System.Collections.Immutable;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A value within an element-wise program: the result of the instruction with that number.</summary>
internal readonly record struct Reg(int Index);

/// <summary>One instruction: opcode, dtype of the result, arguments (-1 = none), and a number for those that need one.</summary>
internal readonly record struct PointwiseInstruction(Opcode Op, DType DType, int A = -1, int B = -1, int C = -1, double Immediate = 0);

/// <summary>
/// A small program in single assignment form over the elements of its inputs; each instruction's result is known by its number.
/// Equal programs share one kernel, whatever the shapes.
/// </summary>
internal sealed class PointwiseProgram : IEquatable<PointwiseProgram>
{
    readonly int hash;

    internal PointwiseProgram(ImmutableArray<PointwiseInstruction> code, ImmutableArray<PointwiseOutput> outputs, ReduceLayout layout = ReduceLayout.None)
    {
        (Code, Outputs, Layout) = (code, outputs, layout);
        var mix = new HashCode();
        foreach (var instruction in Code) mix.Add(instruction);
        foreach (var output in Outputs) mix.Add(output);
        mix.Add(layout);
        hash = mix.ToHashCode();
        var loads = 0;
        foreach (var instruction in Code)
            if (instruction.Op == Opcode.Input) loads++;
        Inputs = new int[loads];
        Array.Fill(Inputs, -1);
        for (var i = 0; i < Code.Length; i++)
            if (Code[i].Op == Opcode.Input)
                if (Code[i].Immediate is var number && number < loads && Inputs[(int)number] < 0) Inputs[(int)number] = i;
                else throw new ArgumentException($"Pointwise: {this} loads {loads} inputs, of which one is number {number}. Expected each number below {loads} once.");
    }

    internal ImmutableArray<PointwiseInstruction> Code { get; }

    /// <summary>Instructions for an element that compute something.</summary>
    internal int Operations => Code.Count(i => i.Op is not (Opcode.Input or Opcode.Constant)) + Outputs.Count(o => o.Reduce != ReduceKind.None);

    /// <summary>The results that are written, as they are or reduced.</summary>
    internal ImmutableArray<PointwiseOutput> Outputs { get; }

    /// <summary>What the reductions among the outputs remove.</summary>
    internal ReduceLayout Layout { get; }

    /// <summary>For each input the instruction that loads it.</summary>
    internal int[] Inputs { get; }

    /// <summary>The dtype of an input.</summary>
    internal DType InputType(int input) => Code[Inputs[input]].DType;

    /// <summary>The dtype of a result.</summary>
    internal DType TypeOf(int value) => Code[value].DType;

    /// <summary>Whether an instruction only brings an input or a number: a 16-bit float is widened at once.</summary>
    internal static bool Loads(PointwiseInstruction x, IReadOnlyList<PointwiseInstruction> code) => x.Op <= Opcode.Constant || x.Op == Opcode.Cast && code[x.A] is { Op: Opcode.Input } input && input.DType.IsHalf();

    /// <summary>How many arguments an opcode has.</summary>
    internal static int Arguments(Opcode op) => op switch
    {
        <= Opcode.Constant => 0,
        <= Opcode.LeakyRelu => 1,
        < Opcode.Select => 2,
        _ => 3,
    };

    public bool Equals(PointwiseProgram? other) => other is not null && hash == other.hash && Layout == other.Layout
        && Code.AsSpan().SequenceEqual(other.Code.AsSpan()) && Outputs.AsSpan().SequenceEqual(other.Outputs.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as PointwiseProgram);

    public override int GetHashCode() => hash;

    public override string ToString()
    {
        var lines = Code.Select((x, i) =>
        {
            var arguments = string.Join(", ", new[] { x.A, x.B, x.C }.Take(Arguments(x.Op)).Select(v => $"%{v}"));
            return $"%{i} = {x.Op}.{x.DType.Name()} {arguments}{(x.Op <= Opcode.Constant || x.Immediate != 0 ? $" {x.Immediate:R}" : "")}";
        });
        var outs = Outputs.Select(o => o.Reduce == ReduceKind.None ? $"%{o.Value}" : $"{o.Reduce}.{Layout}(%{o.Value})");
        return $"{{ {string.Join("; ", lines)} }} -> {string.Join(", ", outs)}";
    }
}
