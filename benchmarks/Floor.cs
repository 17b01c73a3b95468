using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Benchmarks;

/// <summary>
/// A step written by hand: the calls that the plan makes, straight through the C ABI, into memory that is there already where the call allows it. What the
/// embedded engine takes more than this is its own cost. Runs on an engine thread.
/// </summary>
internal abstract unsafe class Floor : IPeer
{
    const int Labels = 10;
    readonly nint[] weights, first, second;
    readonly HostKernel entropy;
    readonly NDArray[] batch;
    readonly nint loss, mean, back, alpha;
    readonly (PointwiseKernel Kernel, PointwiseShape Shape) average, scale, adam;
    readonly Dictionary<(string, long, long), (PointwiseKernel Kernel, PointwiseShape Shape)> kernels = [];
    long step = 1;

    private protected Floor(Job job, int size)
    {
        Size = size;
        batch = job.Batch(size);
        weights = Array.ConvertAll(job.Weights, Value);
        first = Array.ConvertAll(job.Moments, m => Value(m.First));
        second = Array.ConvertAll(job.Moments, m => Value(m.Second));
        X = TorchArrays.From(batch[0]);
        entropy = CrossEntropy.Sparse([size, Labels], DType.Float32, DType.Int64);
        (loss, mean, back, alpha, Gradient) = (New(size), New(1), New(size, Labels), New(1), New(size, Labels));
        average = Make([size], [[size]], b => [(b.Input(0, DType.Float32), ReduceKind.Mean)], ReduceLayout.All, 1);
        scale = Make([size, Labels], [[size, Labels]], b => [(b.Do(Opcode.Mul, DType.Float32, b.Input(0, DType.Float32), b.Constant(1.0 / size, DType.Float32)), ReduceKind.None)]);
        var formula = Adam();
        adam = (PointwiseKernel.For(formula), PointwiseShape.Horizontal(formula, [.. job.Weights.Select(w => w.Shape.Elements)], [false, false, false, false, true]));
    }

    internal static Floor Find(string job, int size) => job == "mlp" ? new MlpFloor(size) : new LeNetFloor(size);

    private protected int Size { get; }
    private protected nint X { get; }
    /// <summary>The gradient for the logits.</summary>
    private protected nint Gradient { get; }
    private protected nint Weight(int i) => weights[i];

    /// <summary>Forward: the logits.</summary>
    private protected abstract nint Forward();

    /// <summary>Backward: the gradients of the weights.</summary>
    private protected abstract ReadOnlySpan<nint> Backward();

    public double Step()
    {
        Span<nint> to = [Address(loss), Address(back)];
        batch[1].AsSpan<long>();
        fixed (long* labels = batch[1].AsSpan<long>()) entropy([Address(Forward()), (nint)labels], to);
        Run(average, [loss], [mean]);
        Run(scale, [back], [Gradient]);
        Update(Backward());
        return *(float*)TorchTensor.Data(mean);
    }

    void Update(ReadOnlySpan<nint> gradients)
    {
        step++;
        *(float*)TorchTensor.Data(alpha) = (float)(Job.Rate * Math.Sqrt(1 - Math.Pow(Job.Beta2, step)) / (1 - Math.Pow(Job.Beta1, step)));
        Span<nint> ins = stackalloc nint[5 * weights.Length], outs = stackalloc nint[3 * weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            (ins[5 * i], ins[5 * i + 1], ins[5 * i + 2], ins[5 * i + 3], ins[5 * i + 4]) = (Address(first[i]), Address(gradients[i]), Address(second[i]), Address(weights[i]), Address(alpha));
            (outs[3 * i], outs[3 * i + 1], outs[3 * i + 2]) = (Address(first[i]), Address(second[i]), Address(weights[i]));
        }
        adam.Kernel.Run(ins, outs, adam.Shape);
    }

    static PointwiseProgram Adam()
    {
        var b = new PointwiseBuilder();
        Reg Do(Opcode op, Reg x, Reg y) => b.Do(op, DType.Float32, x, y);
        Reg Number(double value) => b.Constant(value, DType.Float32);
        var (m, g, v, w, rate) = (b.Input(0, DType.Float32), b.Input(1, DType.Float32), b.Input(2, DType.Float32), b.Input(3, DType.Float32), b.Input(4, DType.Float32));
        var one = Do(Opcode.Add, m, Do(Opcode.Mul, Do(Opcode.Sub, g, m), Number(1 - Job.Beta1)));
        var two = Do(Opcode.Add, v, Do(Opcode.Mul, Do(Opcode.Sub, b.Do(Opcode.Square, DType.Float32, g), v), Number(1 - Job.Beta2)));
        var next = Do(Opcode.Sub, w, Do(Opcode.Div, Do(Opcode.Mul, one, rate), Do(Opcode.Add, b.Do(Opcode.Sqrt, DType.Float32, two), Number(Job.Epsilon))));
        return b.Build([one, two, next]);
    }

    /// <summary>relu(x + bias).</summary>
    private protected void BiasRelu(nint x, nint bias, nint result, long rows, long columns) =>
        Run(Cached("relu", rows, columns, [[rows, columns], [columns]], b => [(b.Do(Opcode.Relu, DType.Float32, b.Do(Opcode.Add, DType.Float32, b.Input(0, DType.Float32), b.Input(1, DType.Float32))), ReduceKind.None)]), [x, bias], [result]);

    private protected void Bias(nint x, nint bias, nint result, long rows, long columns) =>
        Run(Cached("bias", rows, columns, [[rows, columns], [columns]], b => [(b.Do(Opcode.Add, DType.Float32, b.Input(0, DType.Float32), b.Input(1, DType.Float32)), ReduceKind.None)]), [x, bias], [result]);

    private protected void ReluGradient(nint gradient, nint output, nint result, long rows, long columns) =>
        Run(Cached("grad", rows, columns, [[rows, columns], [rows, columns]], b => [(b.Do(Opcode.ReluGrad, DType.Float32, b.Input(0, DType.Float32), b.Input(1, DType.Float32)), ReduceKind.None)]), [gradient, output], [result]);

    private protected void ColumnSums(nint x, nint result, long rows, long columns) =>
        Run(Cached("sums", rows, columns, [[rows, columns]], b => [(b.Input(0, DType.Float32), ReduceKind.Sum)], ReduceLayout.Columns), [x], [result]);

    private protected static void MatMul(nint a, nint b, nint result) => TorchError.Check(LibTorch.aoti_torch_cpu_mm_out(result, a, b), "mm_out");

    private protected static nint Transposed(nint x) => TorchTensor.View(x, [TorchTensor.Sizes(x)[1], TorchTensor.Sizes(x)[0]], [1, TorchTensor.Sizes(x)[1]]);

    private protected static nint New(params ReadOnlySpan<long> sizes) => TorchTensor.Empty(DType.Float32, sizes);

    private protected static nint Address(nint tensor) => TorchTensor.Address(tensor);

    (PointwiseKernel, PointwiseShape) Cached(string name, long rows, long columns, long[][] inputs, Func<PointwiseBuilder, (Reg, ReduceKind)[]> formula, ReduceLayout layout = ReduceLayout.None) =>
        kernels.TryGetValue((name, rows, columns), out var known) ? known : kernels[(name, rows, columns)] = Make([rows, columns], inputs, formula, layout, layout == ReduceLayout.None ? 0 : 1);

    static (PointwiseKernel, PointwiseShape) Make(long[] dims, long[][] inputs, Func<PointwiseBuilder, (Reg, ReduceKind)[]> formula, ReduceLayout layout = ReduceLayout.None, int axes = 0)
    {
        var builder = new PointwiseBuilder();
        var program = builder.Build(formula(builder), layout);
        return (PointwiseKernel.For(program), PointwiseShape.Broadcast(program, dims, inputs, axes));
    }

    static void Run((PointwiseKernel Kernel, PointwiseShape Shape) kernel, ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
    {
        Span<nint> from = stackalloc nint[inputs.Length], to = stackalloc nint[outputs.Length];
        for (var i = 0; i < from.Length; i++) from[i] = Address(inputs[i]);
        for (var i = 0; i < to.Length; i++) to[i] = Address(outputs[i]);
        kernel.Kernel.Run(from, to, kernel.Shape);
    }

    static nint Value(Parameter p)
    {
        using (p.Store.Writing()) return TorchTensor.Share(TorchCell.Of(p).Handle);
    }
}
