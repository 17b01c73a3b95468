using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// What an op's kernel rule writes on: called once when a plan is made, for one node whose shapes are all known. It records instructions;
/// nothing runs. Tensors have TensorFlow's logical shape; a channels-last picture is the same memory seen through <see cref="Permute"/>.
/// </summary>
internal sealed class Kernel
{
    readonly Value[] inputs;

    internal Kernel(Node node, Value[] inputs) => (Node, this.inputs) = (node, inputs);

    internal Node Node { get; }

    /// <summary>What was recorded, in order.</summary>
    internal List<Instruction> Instructions { get; } = [];

    /// <summary>An input.</summary>
    internal Value this[int input] => inputs[input];

    internal int Count => inputs.Length;
    internal Shape Shape(int input) => Node[input].Shape;
    internal Shape OutShape(int output = 0) => Node.Outputs[output].Shape;
    internal DType DType(int input = 0) => Node[input].DType;
    internal DType OutDType(int output = 0) => Node.Outputs[output].DType;

    /// <summary>Bytes of an element of an input, as it lies in memory.</summary>
    internal int Size(int input = 0) => TorchTensor.Size(DType(input));

    /// <summary>The value of an input that is constant when the plan is made.</summary>
    /// <exception cref="NeedsValueException">It is not: the session computes it first.</exception>
    internal NDArray Const(int input) => ShapeValues.Needed(Node, input);

    internal long[] ConstInts(int input) => ShapeValues.NeededInts(Node, input);

    /// <summary>An ATen op that returns one tensor, for instance <c>Call("mm", a, b)</c> or <c>Call("sum.dim_IntList", x, axes, keep, Arg.None)</c>.</summary>
    internal Value Call(string op, params Arg[] args) => CallMany(op, 1, args)[0];

    /// <summary>An ATen op that writes its one result to memory of ours, the last argument of its <c>out</c> form: only of ops that do not allocate in spite of that.</summary>
    internal Value Into(string op, params Arg[] args) => Call(op, [.. args, Empty(OutShape(), OutDType())]);

    /// <summary>An ATen op that returns several tensors.</summary>
    internal Value[] CallMany(string op, int results, params Arg[] args)
    {
        var outputs = new Value[results];
        for (var i = 0; i < results; i++) outputs[i] = new();
        Instructions.Add(new CallInstruction(op, args, outputs));
        return outputs;
    }

    /// <summary>The same numbers in another dtype.</summary>
    internal Value Cast(Value x, DType dtype) => Call("to.dtype", x, dtype, false, false, Arg.None);

    /// <summary>A view with permuted axes; no copy.</summary>
    internal Value Permute(Value x, params int[] axes) => Record(v => new PermuteInstruction(x, axes, v));

    /// <summary>A view of other sizes over the same row-major memory (made contiguous first where it is not).</summary>
    internal Value Reshape(Value x, params ReadOnlySpan<long> sizes)
    {
        var list = sizes.ToArray();
        return Record(v => new ReshapeInstruction(x, list, v));
    }

    /// <summary>A view with explicit sizes, strides and offset, in elements, over row-major memory: slices, broadcasts.</summary>
    internal Value Strided(Value x, long[] sizes, long[] strides, long offset = 0) => Record(v => new StridedInstruction(x, sizes, strides, offset, v));

    /// <summary>The same numbers in row-major memory of the shape seen; a copy only where needed.</summary>
    internal Value Contiguous(Value x) => Record(v => new ContiguousInstruction(x, v));

    /// <summary>Our own kernel over raw row-major memory: runs on the engine thread with input and output addresses. May throw: then no Parameter changes.</summary>
    internal Value[] Host(HostKernel run, Value[] arguments, params (Shape Shape, DType DType)[] results)
    {
        var outputs = new Value[results.Length];
        for (var i = 0; i < outputs.Length; i++) outputs[i] = new();
        Instructions.Add(new HostInstruction(run, arguments, results, outputs));
        return outputs;
    }

    /// <summary>Our own kernel with one result of float32, in the memory of an argument where one is named: one that has memory of its own and is not read any more.</summary>
    internal Value Host(HostKernel run, Value[] arguments, Value? over, Shape result) =>
        over is null ? Host(run, arguments, (result, Autograd.DType.Float32))[0] : Record(v => new HostInstruction(run, arguments, [], [v], over));

    /// <summary>Our own kernel whose results' sizes are known only when it has run: an op that is <see cref="Op.DataDependent"/>.</summary>
    internal Value[] Late(LateKernel run, Value[] arguments, int results)
    {
        var outputs = new Value[results];
        for (var i = 0; i < results; i++) outputs[i] = new();
        Instructions.Add(new LateInstruction(run, arguments, outputs));
        return outputs;
    }

    /// <summary>
    /// A function of host arrays: what works on strings, lists of tensors, loops. Handles of variables are neither given nor taken. It gives an array for each output of the node; one whose size the shape rule leaves open may have any. May throw: then no
    /// Parameter changes.
    /// </summary>
    internal Values Managed(Func<Node, NDArray[], NDArray[]> run)
    {
        var outputs = Array.ConvertAll(Node.Outputs, o => o.DType == Autograd.DType.Resource ? null : new Value());
        var read = Enumerable.Range(0, Count).Where(i => DType(i) != Autograd.DType.Resource).ToArray();
        Instructions.Add(new ManagedInstruction(run, Array.ConvertAll(read, i => inputs[i]), Array.ConvertAll(read, DType), [.. outputs.OfType<Value>()]));
        return outputs;
    }

    /// <summary>
    /// A reduction of the first input by our own kernels where the axes are the first or the last ones of a type they know, which is much faster than libtorch's for short rows and
    /// long columns; null elsewhere.
    /// </summary>
    internal Value? Reduce(Value x, ReduceKind kind, ReadOnlySpan<int> axes, int output = 0)
    {
        var (shape, dtype) = (Shape(0), DType());
        var (leading, trailing) = (true, true);
        for (var i = 0; i < axes.Length; i++) (leading, trailing) = (leading && axes[i] == i, trailing && axes[i] == shape.Rank - axes.Length + i);
        if (dtype is not (Autograd.DType.Float32 or Autograd.DType.Float64) || axes.Length == 0 || !leading && !trailing || shape.Elements == 0) return null;
        var layout = leading && trailing ? ReduceLayout.All : trailing ? ReduceLayout.Rows : ReduceLayout.Columns;
        var builder = new PointwiseBuilder();
        var code = builder.Build([(builder.Input(0, dtype), kind)], layout);
        var count = axes.Length;
        return Record(v => new ReduceInstruction(x, code, shape, count, OutShape(output), v));
    }

    /// <summary>Memory of a shape whose contents nobody reads: ATen's backward ops take some tensors only for their sizes.</summary>
    internal Value Empty(Shape shape, DType dtype) => Record(v => new EmptyInstruction(shape, dtype, v));

    /// <summary>Channels-last memory seen channels first, as ATen has it: NHWC as NCHW.</summary>
    internal Value ChannelsFirst(Value x, int spatial = 2) => Permute(x, [0, spatial + 1, .. Enumerable.Range(1, spatial)]);

    /// <summary>The way back.</summary>
    internal Value ChannelsLast(Value x, int spatial = 2) => Permute(x, [0, .. Enumerable.Range(2, spatial), 1]);

    Value Record(Func<Value, Instruction> make)
    {
        var v = new Value();
        Instructions.Add(make(v));
        return v;
    }
}

/// <summary>Runs a managed kernel. Addresses are of row-major memory; tensors come in the order they were recorded.</summary>
internal delegate void HostKernel(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs);

/// <summary>The same for results whose sizes it finds out.</summary>
internal delegate NDArray[] LateKernel(ReadOnlySpan<nint> inputs);

/// <summary>A tensor while a plan is made; the planner gives it a slot.</summary>
internal sealed class Value
{
    internal int? Slot { get; set; }
}

/// <summary>The results of a kernel rule, one for each output of the node; null for an output nobody can ask for.</summary>
internal sealed class Values(Value?[] list)
{
    internal Value?[] List { get; } = list;
    public static implicit operator Values(Value one) => new([one]);
    public static implicit operator Values(Value?[] many) => new(many);
}

internal abstract record Instruction;
internal sealed record CallInstruction(string Op, Arg[] Args, Value[] Results) : Instruction;
internal sealed record PermuteInstruction(Value X, int[] Axes, Value Result) : Instruction;
internal sealed record ReshapeInstruction(Value X, long[] Sizes, Value Result) : Instruction;
internal sealed record StridedInstruction(Value X, long[] Sizes, long[] Strides, long Offset, Value Result) : Instruction;
internal sealed record ContiguousInstruction(Value X, Value Result) : Instruction;
internal sealed record HostInstruction(HostKernel Run, Value[] Arguments, (Shape Shape, DType DType)[] Outputs, Value[] Results, Value? Over = null) : Instruction;
internal sealed record ManagedInstruction(Func<Node, NDArray[], NDArray[]> Run, Value[] Arguments, DType[] Types, Value[] Results) : Instruction;
internal sealed record LateInstruction(LateKernel Run, Value[] Arguments, Value[] Results) : Instruction;
internal sealed record ReduceInstruction(Value X, PointwiseProgram Code, Shape Shape, int Axes, Shape ResultShape, Value Result) : Instruction;
internal sealed record EmptyInstruction(Shape Shape, DType DType, Value Result) : Instruction;
