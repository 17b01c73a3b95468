using System.Collections.Immutable;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// What an op's <see cref="Op.Pointwise"/> formula writes on: for one node at a time, whose inputs are results of earlier instructions, so that
/// a chain of ops becomes one program. Equal instructions are written once.
/// </summary>
internal sealed class PointwiseBuilder
{
    readonly List<PointwiseInstruction> code = [];
    readonly Dictionary<PointwiseInstruction, int> known = [];
    Reg[] arguments = [];

    /// <summary>The node whose formula is being written.</summary>
    internal Node Node { get; private set; } = null!;

    /// <summary>An input of the node.</summary>
    internal Reg this[int input] => arguments[input];

    /// <summary>The dtype of a result.</summary>
    internal DType DType(Reg r) => code[r.Index].DType;

    /// <summary>The next input of the program.</summary>
    internal Reg Input(int number, DType dtype) => Emit(new(Opcode.Input, dtype, Immediate: number));

    /// <summary>A number.</summary>
    internal Reg Constant(double value, DType dtype) => Emit(new(Opcode.Constant, dtype, Immediate: value));

    /// <summary>The opcode over the node's own inputs in their order; the result has the dtype of the node's output.</summary>
    internal Reg Do(Opcode op, double immediate = 0) => arguments.Length switch
    {
        1 => Emit(new(op, Node.Out.DType, arguments[0].Index, Immediate: immediate)),
        2 => Emit(new(op, Node.Out.DType, arguments[0].Index, arguments[1].Index, Immediate: immediate)),
        _ => Emit(new(op, Node.Out.DType, arguments[0].Index, arguments[1].Index, arguments[2].Index, immediate)),
    };

    internal Reg Do(Opcode op, DType dtype, Reg a, double immediate = 0) => Emit(new(op, dtype, a.Index, Immediate: immediate));

    internal Reg Do(Opcode op, DType dtype, Reg a, Reg b, double immediate = 0) => Emit(new(op, dtype, a.Index, b.Index, Immediate: immediate));

    internal Reg Do(Opcode op, DType dtype, Reg a, Reg b, Reg c) => Emit(new(op, dtype, a.Index, b.Index, c.Index));

    /// <summary>Appends a node's formula over results that are there already.</summary>
    internal Reg Append(Node node, Reg[] inputs)
    {
        (Node, arguments) = (node, inputs);
        return node.Op.Pointwise!(this);
    }

    internal PointwiseProgram Build(ReadOnlySpan<Reg> outputs)
    {
        var list = new PointwiseOutput[outputs.Length];
        for (var i = 0; i < list.Length; i++) list[i] = new(outputs[i].Index);
        return new([.. code], [.. list]);
    }

    /// <summary>A program some of whose results are reduced.</summary>
    internal PointwiseProgram Build(ReadOnlySpan<(Reg Value, ReduceKind Reduce)> outputs, ReduceLayout layout)
    {
        var list = new PointwiseOutput[outputs.Length];
        for (var i = 0; i < list.Length; i++) list[i] = new(outputs[i].Value.Index, outputs[i].Reduce);
        return new([.. code], [.. list], layout);
    }

    Reg Emit(PointwiseInstruction instruction)
    {
        if (instruction.DType == Autograd.DType.String) instruction = instruction with { DType = Autograd.DType.Int64 };   // places in the TextTable
        if (known.TryGetValue(instruction, out var at)) return new(at);
        known[instruction] = code.Count;
        code.Add(instruction);
        return new(code.Count - 1);
    }
}
