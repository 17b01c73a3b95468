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
internal sealed class PointwiseProgram(ImmutableArray<PointwiseInstruction> code, ImmutableArray<int> outputs) : IEquatable<PointwiseProgram>
{
    internal ImmutableArray<PointwiseInstruction> Code { get; } = code;

    /// <summary>The instructions whose results are written.</summary>
    internal ImmutableArray<int> Outputs { get; } = outputs;

    public bool Equals(PointwiseProgram? other) =>
        other is not null && Code.AsSpan().SequenceEqual(other.Code.AsSpan()) && Outputs.AsSpan().SequenceEqual(other.Outputs.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as PointwiseProgram);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var instruction in Code) hash.Add(instruction);
        foreach (var output in Outputs) hash.Add(output);
        return hash.ToHashCode();
    }
}
