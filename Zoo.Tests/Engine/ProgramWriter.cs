using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Tests.Engine;

/// <summary>Writes element-wise programs in few words.</summary>
internal sealed class ProgramWriter
{
    readonly PointwiseBuilder builder = new();
    readonly List<(Reg Value, ReduceKind Reduce)> outputs = [];
    ReduceLayout layout;
    int inputs;

    internal Reg Input(DType type) => builder.Input(inputs++, type);

    internal Reg Constant(DType type, double value) => builder.Constant(value, type);

    internal Reg Op(Opcode op, Reg a, double immediate = 0) => builder.Do(op, op is Opcode.IsNan or Opcode.IsInf or Opcode.IsFinite ? DType.Bool : TypeOf(a), a, immediate);

    internal Reg Op(Opcode op, Reg a, Reg b, double immediate = 0) => builder.Do(op, op is >= Opcode.Equal and <= Opcode.GreaterEqual ? DType.Bool : TypeOf(a), a, b, immediate);

    internal Reg Op(Opcode op, Reg a, Reg b, Reg c) => builder.Do(op, TypeOf(b), a, b, c);

    internal Reg Cast(Reg a, DType type) => builder.Do(Opcode.Cast, type, a);

    internal Reg Random(Opcode op, DType type, Reg key, Reg low, Reg high) => builder.Do(op, type, key, low, high);

    internal void Output(Reg value) => outputs.Add((value, ReduceKind.None));

    internal void Reduce(Reg value, ReduceKind kind, ReduceLayout over)
    {
        layout = over;
        outputs.Add((value, kind));
    }

    internal DType TypeOf(Reg value) => builder.DType(value);

    internal PointwiseProgram Build() => builder.Build(outputs.ToArray(), layout);
}
