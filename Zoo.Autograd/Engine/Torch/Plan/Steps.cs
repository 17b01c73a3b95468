using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>One step of a plan: reads and writes tensor handles in numbered slots. A handle it writes is the slot's own.</summary>
internal abstract class Step
{
    /// <summary>Slots whose handles are deleted after this step, their last use.</summary>
    internal int[] Frees { get; set; } = [];
    /// <summary>The graph's name of what is computed, for messages and traces.</summary>
    internal string Label { get; set; } = "";
    /// <summary>The node that the step is of; null of what the plan itself adds.</summary>
    internal Node? Node { get; set; }
    /// <summary>Additions and multiplications, of the whole node.</summary>
    internal virtual double Arithmetic => Node?.Op.Arithmetic?.Invoke(Node) ?? 0;
    /// <summary>About how much work it is: its arithmetic; of an op that does not say, what factorizing matrices of its values' size takes, which is hardly ever too little.</summary>
    internal double Cost => Arithmetic is > 0 and var told ? told
        : IsView || Node is null ? 0
        : Node.Outputs.Concat(Node.Inputs.Where(v => v.Node.Tag is not Parameter)).Sum(v => v.Shape.IsKnown ? Math.Pow(v.Shape.Elements, 1.5) : double.PositiveInfinity);
    /// <summary>What sort of step it is, for traces.</summary>
    internal virtual string Kind => GetType().Name.Replace("Step", "", StringComparison.Ordinal).ToLowerInvariant();
    internal abstract int[] Reads { get; }
    internal abstract int[] Writes { get; }
    /// <summary>For each result what it is, where the step writes row-major memory that it may be given: its slot then holds a tensor already. Else empty.</summary>
    internal virtual (long[] Sizes, DType DType)[] Makes => [];
    /// <summary>Whether its result is the memory that it reads, seen otherwise, as far as that can be; and follows from that alone.</summary>
    internal virtual bool IsView => false;
    /// <summary>Whether it is too little for two threads; null where that is the same.</summary>
    internal virtual bool? Alone => false;
    internal abstract void Run(nint[] slots);

    /// <summary>The addresses of results that are made here: of those given, else of fresh memory.</summary>
    private protected void Places(nint[] slots, Span<nint> addresses)
    {
        var (makes, writes) = (Makes, Writes);
        for (var i = 0; i < addresses.Length; i++)
        {
            ref var slot = ref slots[writes[i]];
            if (slot == 0) slot = TorchTensor.Empty(makes[i].DType, makes[i].Sizes);
            addresses[i] = TorchTensor.Address(slot);
        }
    }
}

/// <summary>A call of an ATen op through the dispatcher.</summary>
internal sealed class CallStep(TorchOp op, (Arg Arg, int[] Slots)[] args, int[] results) : Step
{
    bool? isShort;

    internal override int[] Reads { get; } = [.. args.SelectMany(a => a.Slots)];
    internal override int[] Writes => results;
    internal override string Kind => op.Name;
    internal override bool? Alone => isShort ??= Cost < 2 * 100.0 * ParallelFor.Worth;   // a core does about 100 operations in a nanosecond

    internal override void Run(nint[] slots)
    {
        Span<ulong> stack = stackalloc ulong[24];
        var call = new TorchCall(stack);
        foreach (var (arg, at) in args) Push(ref call, arg, at, slots);
        call.Run(op);
        for (var i = 0; i < results.Length; i++) slots[results[i]] = call.Result(i);
    }

    static void Push(ref TorchCall call, Arg arg, int[] at, nint[] slots)
    {
        switch (arg.Is)
        {
            case Arg.Kind.None: call.None(); break;
            case Arg.Kind.Tensor: call.Tensor(slots[at[0]]); break;
            case Arg.Kind.OptionalTensor: call.OptionalTensor(slots[at[0]]); break;
            case Arg.Kind.Int: call.Int(arg.Int); break;
            case Arg.Kind.Bool: call.Bool(arg.Int != 0); break;
            case Arg.Kind.Double: call.Double(arg.Double); break;
            case Arg.Kind.Ints: call.Ints((long[])arg.Object!); break;
            case Arg.Kind.Bools: call.Bools((bool[])arg.Object!); break;
            case Arg.Kind.DType: call.Int(TorchTensor.Code((DType)arg.Int)); break;
            case Arg.Kind.OptionalInts: call.OptionalInts((long[])arg.Object!); break;
            case Arg.Kind.OptionalInt: call.OptionalInt(arg.Int); break;
            case Arg.Kind.OptionalDType: call.OptionalInt(TorchTensor.Code((DType)arg.Int)); break;
            case Arg.Kind.OptionalDouble: call.OptionalDouble(arg.Double); break;
            case Arg.Kind.Text:
                call.String((byte[])arg.Object!);
                break;
            case Arg.Kind.OptionalText:
                call.OptionalString((byte[])arg.Object!);
                break;
            case Arg.Kind.Tensors:
                Span<nint> tensors = stackalloc nint[at.Length];
                for (var i = 0; i < at.Length; i++) tensors[i] = slots[at[i]];
                call.Tensors(tensors);
                break;
        }
    }
}

/// <summary>A view with permuted axes.</summary>
internal sealed class PermuteStep(int x, int[] axes, int result) : Step
{
    internal override bool IsView => true;
    internal override bool? Alone => null;
    internal override int[] Reads { get; } = [x];
    internal override int[] Writes { get; } = [result];

    internal override void Run(nint[] slots)
    {
        Span<long> sizes = stackalloc long[axes.Length], strides = stackalloc long[axes.Length];
        var from = TorchTensor.Sizes(slots[x]);
        var steps = TorchTensor.Strides(slots[x]);
        for (var i = 0; i < axes.Length; i++) (sizes[i], strides[i]) = (from[axes[i]], steps[axes[i]]);
        slots[result] = TorchTensor.View(slots[x], sizes, strides);
    }
}

/// <summary>A view of row-major memory with given sizes and strides.</summary>
internal sealed class ViewStep(int x, long[] sizes, long[] strides, long offset, int result) : Step
{
    internal override bool IsView => true;
    internal override bool? Alone => null;
    internal override int[] Reads { get; } = [x];
    internal override int[] Writes { get; } = [result];
    internal override void Run(nint[] slots) => slots[result] = TorchTensor.View(slots[x], sizes, strides, offset);
}

/// <summary>Row-major memory: the same tensor where it is so already, else a copy.</summary>
internal sealed class ContiguousStep(int x, int result) : Step
{
    static readonly TorchOp clone = new("aten::clone");

    internal override bool IsView => true;
    internal override int[] Reads { get; } = [x];
    internal override int[] Writes { get; } = [result];

    internal override void Run(nint[] slots)
    {
        slots[result] = IsRowMajor(slots[x]) ? TorchTensor.Share(slots[x]) : Copy(slots[x]);
    }

    internal static nint Copy(nint tensor)
    {
        Span<ulong> stack = stackalloc ulong[4];
        var call = new TorchCall(stack);
        call.Tensor(tensor);
        call.OptionalInt(0);   // memory format: contiguous
        call.Run(clone);
        return call.Result();
    }

    internal static bool IsRowMajor(nint tensor)
    {
        var sizes = TorchTensor.Sizes(tensor);
        var strides = TorchTensor.Strides(tensor);
        long step = 1;
        for (var i = sizes.Length - 1; i >= 0; i--)
        {
            if (sizes[i] != 1 && strides[i] != step) return false;
            step *= Math.Max(1, sizes[i]);
        }
        return true;
    }
}

/// <summary>Memory as a Parameter's: the same tensor where it lies so already, else a copy.</summary>
internal sealed class LayoutStep(int x, DType dtype, int result) : Step
{
    internal override bool IsView => true;
    internal override int[] Reads { get; } = [x];
    internal override int[] Writes { get; } = [result];
    internal override void Run(nint[] slots) => slots[result] = TorchLayout.Holds(slots[x]) ? TorchTensor.Share(slots[x]) : TorchLayout.Copy(slots[x], dtype);
}

/// <summary>Memory whose contents nobody has written.</summary>
internal sealed class EmptyStep(Shape shape, DType dtype, int result) : Step
{
    internal override bool? Alone => null;
    internal override int[] Reads => [];
    internal override int[] Writes { get; } = [result];
    internal override (long[] Sizes, DType DType)[] Makes { get; } = [(shape.ToArray(), dtype)];

    internal override void Run(nint[] slots)
    {
        Span<nint> address = stackalloc nint[1];
        Places(slots, address);
    }
}

/// <summary>A managed kernel over raw memory.</summary>
internal sealed class HostStep(HostKernel run, int[] inputs, (long[] Sizes, DType DType)[] outputs, int[] results) : Step
{
    internal override int[] Reads => inputs;
    internal override int[] Writes => results;
    internal override (long[] Sizes, DType DType)[] Makes => outputs;

    internal override void Run(nint[] slots)
    {
        Span<nint> from = stackalloc nint[inputs.Length], to = stackalloc nint[results.Length];
        for (var i = 0; i < from.Length; i++) from[i] = TorchTensor.Address(slots[inputs[i]]);
        Places(slots, to);
        run(from, to);
    }
}

/// <summary>A managed kernel over raw memory whose result goes where one of its arguments lies.</summary>
internal sealed class OverStep(HostKernel run, int[] inputs, int over, int result) : Step
{
    internal override int[] Reads => inputs;
    internal override int[] Writes { get; } = [result];
    internal override string Kind => "host";

    internal override void Run(nint[] slots)
    {
        Span<nint> from = stackalloc nint[inputs.Length], to = stackalloc nint[1];
        for (var i = 0; i < from.Length; i++) from[i] = TorchTensor.Address(slots[inputs[i]]);
        slots[result] = TorchTensor.Share(slots[over]);
        to[0] = TorchTensor.Address(slots[result]);
        run(from, to);
    }
}

/// <summary>A function of host arrays.</summary>
internal sealed class ManagedStep(Func<Node, NDArray[], NDArray[]> run, int[] inputs, DType[] types, Node node, int[] results) : Step
{
    readonly Shape[] shapes = [.. node.Outputs.Where(o => o.DType != DType.Resource).Select(o => o.DType == DType.Variant ? Shape.Unknown : o.Shape)];
    internal override int[] Reads => inputs;
    internal override int[] Writes => results;

    internal override void Run(nint[] slots)
    {
        var arrays = new NDArray[inputs.Length];
        for (var i = 0; i < arrays.Length; i++)
        {
            NDArray? array = null;
            TorchArrays.Read(slots[inputs[i]], TorchTensor.ShapeOf(slots[inputs[i]]), types[i], ref array);
            arrays[i] = array!;
        }
        var found = run(node, arrays);
        for (var i = 0; i < results.Length; i++) slots[results[i]] = Fits(i, found[i].Shape) ? TorchArrays.From(found[i])
            : throw new EngineException($"{Label}: its result is {found[i].Shape}. Expected {shapes[i]}, as its graph says.") { Op = node.Op.Name };

        // what reads the result counts on the shape that was known when the plan was made
        bool Fits(int i, Shape shape) => shapes[i].Accepts(shape);
    }
}

/// <summary>A managed kernel over raw memory that finds out its results' sizes.</summary>
internal sealed class LateStep(LateKernel run, int[] inputs, int[] results) : Step
{
    internal override int[] Reads => inputs;
    internal override int[] Writes => results;

    internal override void Run(nint[] slots)
    {
        Span<nint> from = stackalloc nint[inputs.Length];
        for (var i = 0; i < from.Length; i++) from[i] = TorchTensor.Address(slots[inputs[i]]);
        var found = run(from);
        for (var i = 0; i < results.Length; i++) slots[results[i]] = TorchArrays.From(found[i]);
    }
}

/// <summary>A fused element-wise program.</summary>
internal sealed class PointwiseStep(PointwiseProgram program, PointwiseShape shape, long[] sizes, DType[] dtypes, int[] inputs, int[] results) : Step
{
    readonly PointwiseKernel kernel = PointwiseKernel.For(program);

    internal override int[] Reads => inputs;
    internal override int[] Writes => results;
    internal override (long[] Sizes, DType DType)[] Makes { get; } = Array.ConvertAll(dtypes, dtype => (sizes, dtype));
    internal override double Arithmetic => kernel.Program.Operations * (double)shape.Count;

    internal override void Run(nint[] slots)
    {
        Span<nint> from = stackalloc nint[inputs.Length], to = stackalloc nint[results.Length];
        for (var i = 0; i < from.Length; i++) from[i] = TorchTensor.Address(slots[inputs[i]]);
        Places(slots, to);
        kernel.Run(from, to, shape);
    }
}
