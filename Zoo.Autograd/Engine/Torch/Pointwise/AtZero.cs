namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>
/// Which results of a program are one of its inputs where others are 0: an update that leaves weights as they are where there is no gradient. By algebra: 0 times or divided by anything is 0, so it is the
/// program's own result, but for the sign of a zero, wherever that is a number.
/// </summary>
internal static class AtZero
{
    /// <summary>What is known of a value: nothing, that it is an input, or that it is a number.</summary>
    readonly record struct Known(int? Input = null, double? Number = null);

    static readonly Known zero = new(Number: 0);

    /// <summary>For each result the input that it is; null of others.</summary>
    internal static int?[] Results(PointwiseProgram program, bool[] isZero)
    {
        var known = new Known[program.Code.Length];
        for (var i = 0; i < known.Length; i++) known[i] = Of(program, program.Code[i], known, isZero);
        return [.. program.Outputs.Select(o => o.Reduce == ReduceKind.None && known[o.Value].Input is { } input && program.TypeOf(o.Value) == program.InputType(input) ? input : (int?)null)];
    }

    static Known Of(PointwiseProgram program, PointwiseInstruction x, Known[] known, bool[] isZero)
    {
        Known a = x.A < 0 ? default : known[x.A], b = x.B < 0 ? default : known[x.B], c = x.C < 0 ? default : known[x.C];
        return x.Op switch
        {
            Opcode.Input => isZero[(int)x.Immediate] ? zero : new(Input: (int)x.Immediate),
            Opcode.Constant => new(Number: x.Immediate),
            Opcode.Cast when a == zero || a.Input is { } input && Holds(x.DType, program.InputType(input)) => a,
            Opcode.Neg or Opcode.Abs or Opcode.Sign or Opcode.Square or Opcode.Sqrt or Opcode.Tanh when a == zero => zero,
            Opcode.Add when a == zero => b,
            Opcode.Add or Opcode.Sub when b == zero => a,
            Opcode.Mul or Opcode.MulNoNan when a == zero || b == zero => zero,
            Opcode.Div or Opcode.DivNoNan when a == zero => zero,
            Opcode.Maximum when a.Number is { } p && b.Number is { } q => new(Number: Math.Max(p, q)),
            Opcode.Minimum when a.Number is { } p && b.Number is { } q => new(Number: Math.Min(p, q)),
            Opcode.Select when b == c => b,
            _ => default,
        };
    }

    /// <summary>Whether a type has all numbers of another.</summary>
    static bool Holds(DType type, DType other) => type == other || type.IsFloat() && other.IsFloat() && type.Size() > other.Size();
}
