using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Keras;

namespace Zoo.Benchmarks.Jobs;

/// <summary>
/// PyTorch's eager mode without Python: the ops that its modules call, one by one through the dispatcher of libtorch, whose own autograd records them and goes back; Adam in its fused form. Pictures
/// and filters lie channels last, matrices of dense layers as in PyTorch. An op takes over the tensors that it is given, as if the variable that held them were set anew. Runs on the process' main
/// thread, as a script would.
/// </summary>
internal sealed unsafe partial class Eager : IPeer
{
    static readonly TorchOp requiresGrad = new("aten::requires_grad_"), backward = new("aten::_backward"), fusedAdam = new("aten::_fused_adam_");

    readonly Job job;
    readonly Dictionary<string, NDArray> values;
    readonly Dictionary<string, nint> weights = [];
    readonly List<(nint Weight, nint First, nint Second, nint Step)> trained = [];
    readonly nint[] inputs;
    readonly nint labels;
    float steps;

    /// <summary>The samples of a batch.</summary>
    internal int Batch { get; }

    internal Eager(Job job, Dictionary<string, NDArray> values, int batch, int threads)
    {
        (this.job, this.values, Batch) = (job, values, batch);
        TorchThreads.Count = threads;
        _ = TorchLoader.Torch;
        TorchThreads.Apply();
        inputs = Array.ConvertAll(job.Inputs(batch), TorchArrays.From);
        if (job.Labels is { } labels) this.labels = TorchArrays.From(labels(batch));
        LibTorch.aoti_torch_grad_mode_set_enabled(job.Trains);
    }

    public double Step() => job.Trains ? Train() : Infer();

    double Infer()
    {
        var y = job.Eager(this);
        var result = Job.Digest(new ReadOnlySpan<float>(TorchTensor.Data(y), (int)TorchTensor.Elements(y)));
        TorchTensor.Delete(y);
        return result;
    }

    double Train()
    {
        foreach (var (weight, _, _, _) in trained) LibTorchAutograd.Clear(LibTorchAutograd.Gradient(weight));
        var loss = job.Eager(this);
        var value = *(float*)TorchTensor.Data(loss);
        Span<ulong> stack = stackalloc ulong[24];
        var call = new TorchCall(stack);
        call.Give(loss);
        call.Tensors([]);
        call.None();
        call.None();
        call.Bool(false);
        call.Run(backward);
        Adam();
        return value;
    }

    void Adam()
    {
        steps++;
        Span<nint> gradients = stackalloc nint[trained.Count], own = stackalloc nint[trained.Count];
        for (var i = 0; i < gradients.Length; i++)
        {
            gradients[i] = LibTorchAutograd.Gradient(trained[i].Weight);
            *(float*)TorchTensor.Data(trained[i].Step) = steps;
        }
        LibTorch.aoti_torch_grad_mode_set_enabled(false);
        Span<ulong> stack = stackalloc ulong[24];
        var call = new TorchCall(stack);
        call.Tensors(Each(own, t => t.Weight));
        call.Tensors(gradients);
        call.Tensors(Each(own, t => t.First));
        call.Tensors(Each(own, t => t.Second));
        call.Tensors([]);
        call.Tensors(Each(own, t => t.Step));
        foreach (var number in (ReadOnlySpan<double>)[1e-3, 0.9, 0.999, 0, 1e-7]) call.Double(number);   // rate, decays, weight decay, epsilon
        call.Bool(false);
        call.Bool(false);
        call.None();
        call.None();
        call.Run(fusedAdam);
        LibTorch.aoti_torch_grad_mode_set_enabled(true);
    }

    ReadOnlySpan<nint> Each(Span<nint> to, Func<(nint Weight, nint First, nint Second, nint Step), nint> part)
    {
        for (var i = 0; i < to.Length; i++) to[i] = part(trained[i]);
        return to;
    }

    /// <summary>The n-th input.</summary>
    internal nint Input(int n = 0) => TorchTensor.Share(inputs[n]);

    /// <summary>Pictures, seen channels first.</summary>
    internal nint Pictures()
    {
        var sizes = TorchTensor.Sizes(inputs[0]);
        return TorchTensor.View(inputs[0], [sizes[0], sizes[3], sizes[1], sizes[2]], [sizes[1] * sizes[2] * sizes[3], 1, sizes[2] * sizes[3], sizes[3]]);
    }

    /// <summary>The weight as it is.</summary>
    nint Weight(string name) => Weight(name, (value, dims) => Made(value, dims, null));

    /// <summary>A matrix from inputs to outputs, in PyTorch's form: outputs first. Heads of attention are outputs, or inputs, side by side.</summary>
    nint Matrix(string name, long outputs) => Weight(name, (value, dims) =>
    {
        var rows = value.Count / outputs;
        return Made(Moved(value, [outputs, rows], [1, outputs]), [outputs, rows], null);
    });

    /// <summary>A filter HWIO as PyTorch's OIHW in channels-last memory.</summary>
    nint Filter(string name) => Weight(name, (value, d) => Made(Moved(value, [d[3], d[0], d[1], d[2]], [1, d[1] * d[2] * d[3], d[2] * d[3], d[3]]), [d[3], d[2], d[0], d[1]], [d[0] * d[1] * d[2], 1, d[1] * d[2], d[2]]));

    nint Weight(string name, Func<NDArray, long[], nint> make)
    {
        if (weights.TryGetValue(name, out var known)) return known;
        var value = values.Remove(name, out var found) ? found : throw new InvalidOperationException($"benchmarks: the job {job.Name} has no weight '{name}'. Expected one of {string.Join(", ", values.Keys)}.");
        return weights[name] = make(value, [.. value.Shape]);
    }

    nint Made(NDArray value, long[] sizes, long[]? strides)
    {
        nint New() => strides is null ? TorchTensor.Empty(DType.Float32, sizes) : TorchTensor.Empty(DType.Float32, sizes, strides);
        var made = New();
        value.Bytes.CopyTo(new Span<byte>(TorchTensor.Data(made), value.Count * sizeof(float)));
        if (!job.Trains) return made;
        Span<ulong> stack = stackalloc ulong[2];
        var call = new TorchCall(stack);
        call.Tensor(made);
        call.Bool(true);
        call.Run(requiresGrad);
        TorchTensor.Delete(call.Result());
        var (first, second) = (New(), New());
        foreach (var zero in (ReadOnlySpan<nint>)[first, second]) TorchError.Check(LibTorch.aoti_torch_zero_(zero), "zero_");
        trained.Add((made, first, second, TorchTensor.Empty(DType.Float32, [])));
        return made;
    }

    /// <summary>The elements in another order: for each index of the sizes the one at the strides.</summary>
    static NDArray Moved(NDArray value, long[] sizes, long[] strides)
    {
        var from = value.AsSpan<float>();
        var to = new float[value.Count];
        var index = new long[sizes.Length];
        long at = 0;
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = from[(int)at];
            for (var axis = sizes.Length - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < sizes[axis]) break;
                (at, index[axis]) = (at - sizes[axis] * strides[axis], 0);
            }
        }
        return NDArray.From(to, [to.Length]);
    }
}
