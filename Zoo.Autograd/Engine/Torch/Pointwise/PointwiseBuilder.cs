using System.Runtime.InteropServices;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// What an op's <see cref="Op.Pointwise"/> formula writes on: for one node at a time, whose inputs are results of earlier instructions, so that
/// a chain of ops becomes one program. Equal instructions are written once. float16 and bfloat16 are only how values lie in memory: they are widened where
/// they are read, computed in float32, and rounded (to nearest, ties to even) where they are stored or a cast asks for it.
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

    /// <summary>The quotient of the node's floating-point inputs brought to a whole number: where it jumps depends on how the quotient itself is rounded.</summary>
    internal Reg Quotient(Opcode whole) => Do(whole, Node.Out.DType, Rounded(Do(Opcode.Div), Node.Out.DType));

    /// <summary>Begins another program.</summary>
    internal void Clear()
    {
        code.Clear();
        known.Clear();
    }

    /// <summary>Appends a node's formula over results that are there already.</summary>
    internal Reg Append(Node node, Reg[] inputs)
    {
        (Node, arguments) = (node, inputs);
        return node.Op.Pointwise!(this);
    }

    internal PointwiseProgram Build(params Reg[] outputs) => Build(Array.ConvertAll(outputs, o => (o, ReduceKind.None)), ReduceLayout.None);

    /// <summary>A program some of whose results are reduced. What only loads comes first, what only stores last: between them lies what may be one compiled loop.</summary>
    internal PointwiseProgram Build((Reg Value, ReduceKind Reduce)[] outputs, ReduceLayout layout)
    {
        var (place, placed) = (new int[code.Count], 0);
        for (var stage = 0; stage < 3; stage++)
            for (var i = 0; i < place.Length; i++)
                if (Stage(i) == stage) place[i] = placed++;
        var sorted = new PointwiseInstruction[code.Count];
        for (var i = 0; i < place.Length; i++) sorted[place[i]] = code[i] with { A = New(code[i].A), B = New(code[i].B), C = New(code[i].C) };
        return new(ImmutableCollectionsMarshal.AsImmutableArray(sorted), [.. outputs.Select(o => new PointwiseOutput(place[o.Value.Index], o.Reduce))], layout);

        int Stage(int at) => PointwiseProgram.Loads(code[at], code) ? 0 : code[at].DType.IsHalf() && !code.Exists(x => x.A == at || x.B == at || x.C == at) ? 2 : 1;

        int New(int at) => at < 0 ? at : place[at];
    }

    /// <summary>A value as it is stored in a dtype.</summary>
    internal Reg Stored(Reg value, DType dtype)
    {
        if (!dtype.IsHalf()) return value;
        var made = code[value.Index];
        return made.Op == Opcode.Cast && code[made.A].DType == dtype ? new(made.A) : Write(new(Opcode.Cast, dtype, value.Index));
    }

    /// <summary>A value as it is read again after it was stored: all who see it see the same number.</summary>
    internal Reg Rounded(Reg value, DType dtype) => dtype.IsHalf() ? Write(new(Opcode.Cast, Autograd.DType.Float32, Stored(value, dtype).Index)) : value;

    Reg Emit(PointwiseInstruction instruction)
    {
        var dtype = instruction.DType;
        if (dtype == Autograd.DType.String) return Write(instruction with { DType = Autograd.DType.Int64 });   // places in the TextTable
        if (instruction.Op == Opcode.Input && dtype.IsHalf()) return Write(new(Opcode.Cast, Autograd.DType.Float32, Write(instruction).Index));
        if (dtype.IsHalf()) instruction = instruction with { DType = Autograd.DType.Float32 };
        if (instruction.Op != Opcode.Cast) return Write(instruction);
        return Rounded(code[instruction.A].DType == instruction.DType ? new(instruction.A) : Write(instruction), dtype);
    }

    Reg Write(PointwiseInstruction instruction)
    {
        if (known.TryGetValue(instruction, out var at)) return new(at);
        known[instruction] = code.Count;
        code.Add(instruction);
        return new(code.Count - 1);
    }
}
