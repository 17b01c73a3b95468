using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks.Jobs;

internal sealed unsafe partial class Eager
{
    static readonly TorchOp linear = new("aten::linear"), relu = new("aten::relu_"), convolution = new("aten::convolution"), maxPool = new("aten::max_pool2d"), mean = new("aten::mean", "dim"),
        batchNorm = new("aten::batch_norm"), permute = new("aten::permute"), flatten = new("aten::flatten", "using_ints"), embedding = new("aten::embedding"), lstm = new("aten::lstm", "input"), select = new("aten::select", "int"),
        layerNorm = new("aten::layer_norm"), gelu = new("aten::gelu"), attention = new("aten::scaled_dot_product_attention"), transpose = new("aten::transpose", "int"), view = new("aten::view"), reshape = new("aten::reshape"),
        cat = new("aten::cat"), multiply = new("aten::mul", "Tensor"), softmax = new("aten::softmax", "int"), sigmoid = new("aten::sigmoid"), crossEntropy = new("aten::cross_entropy_loss"),
        binaryCrossEntropy = new("aten::binary_cross_entropy_with_logits");

    readonly Dictionary<string, (nint Mean, nint Variance)> statistics = [];

    internal static nint Keep(nint x) => TorchTensor.Share(x);

    internal static nint Add(nint x, nint y) => LibTorchAutograd.Add(x, y);

    internal nint Dense(nint x, string name)
    {
        var bias = Weight(name + "/bias", (value, _) => Made(value, [value.Count], null));
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Tensor(Matrix(name + "/kernel", TorchTensor.Elements(bias)));
        call.OptionalTensor(bias);
        return Done(call, linear);
    }

    internal nint Conv(nint x, string name, long stride = 1, long padding = 0)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Tensor(Filter(name + "/kernel"));
        call.OptionalTensor(Weight(name + "/bias"));
        call.Ints([stride, stride]);
        call.Ints([padding, padding]);
        call.Ints([1, 1]);
        call.Bool(false);
        call.Ints([0, 0]);
        call.Int(1);
        return Done(call, convolution);
    }

    internal nint MaxPool(nint x, long size, long stride, long padding = 0, bool ceil = false)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Ints([size, size]);
        call.Ints([stride, stride]);
        call.Ints([padding, padding]);
        call.Ints([1, 1]);
        call.Bool(ceil);
        return Done(call, maxPool);
    }

    /// <summary>The mean over some axes.</summary>
    internal static nint Mean(nint x, params ReadOnlySpan<long> axes)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.OptionalInts(axes);
        call.Bool(false);
        call.None();
        return Done(call, mean);
    }

    internal nint BatchNorm(nint x, string name, double epsilon)
    {
        nint gamma = Weight(name + "/gamma"), beta = Weight(name + "/beta");
        if (!statistics.TryGetValue(name, out var moving))
            statistics[name] = moving = (TorchArrays.From(values[name + "/moving_mean"]), TorchArrays.From(values[name + "/moving_variance"]));
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        foreach (var tensor in (ReadOnlySpan<nint>)[gamma, beta, moving.Mean, moving.Variance]) call.OptionalTensor(tensor);
        call.Bool(job.Trains);
        call.Double(0.01);
        call.Double(epsilon);
        call.Bool(false);
        return Done(call, batchNorm);
    }

    internal static nint Relu(nint x) => One(x, relu);

    internal static nint Sigmoid(nint x) => One(x, sigmoid);

    static nint One(nint x, TorchOp op)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        return Done(call, op);
    }

    internal static nint Gelu(nint x)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.String("none"u8);
        return Done(call, gelu);
    }

    /// <summary>Channels last in a row, which costs nothing where they lie so.</summary>
    internal static nint Flatten(nint x)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Ints([0, 2, 3, 1]);
        x = Done(call, permute);
        call = new TorchCall(stack);
        call.Give(x);
        call.Int(1);
        call.Int(-1);
        return Done(call, flatten);
    }

    internal nint Embedding(nint ids, string name)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Tensor(Weight(name + "/embeddings"));
        call.Give(ids);
        call.Int(-1);
        call.Bool(false);
        call.Bool(false);
        return Done(call, embedding);
    }

    /// <summary>The last state of a recurrence along axis 1. Keras has one bias of PyTorch's two.</summary>
    internal nint Lstm(nint x, string name, long batch, long units)
    {
        nint kernel = Matrix(name + "/lstm_cell/kernel", 4 * units), recurrent = Matrix(name + "/lstm_cell/recurrent_kernel", 4 * units), bias = Weight(name + "/lstm_cell/bias");
        nint other = weights.TryGetValue("", out var none) ? none : weights[""] = TorchArrays.From(Autograd.NDArray.Zeros([4 * units])), zeros = TorchTensor.Empty(Autograd.DType.Float32, [1, batch, units]);
        TorchError.Check(LibTorch.aoti_torch_zero_(zeros), "zero_");
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Tensors([zeros, zeros]);
        call.Tensors([kernel, recurrent, bias, other]);
        call.Bool(true);
        call.Int(1);
        call.Double(0);
        call.Bool(job.Trains);
        call.Bool(false);
        call.Bool(true);
        call.Run(lstm);
        TorchTensor.Delete(call.Result(0));
        TorchTensor.Delete(call.Result(2));
        TorchTensor.Delete(zeros);
        var last = call.Result(1);
        call = new TorchCall(stack);
        call.Give(last);
        call.Int(0);
        call.Int(0);
        return Done(call, select);
    }

    internal nint LayerNorm(nint x, string name, double epsilon, long size)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Ints([size]);
        call.OptionalTensor(Weight(name + "/gamma"));
        call.OptionalTensor(Weight(name + "/beta"));
        call.Double(epsilon);
        call.Bool(false);
        return Done(call, layerNorm);
    }

    /// <summary>Attention of a sequence to itself.</summary>
    internal nint Attention(nint x, string name, long heads)
    {
        long batch = TorchTensor.Sizes(x)[0], length = TorchTensor.Sizes(x)[1], size = TorchTensor.Sizes(x)[2];
        nint query = Heads(Dense(Keep(x), name + "/query")), key = Heads(Dense(Keep(x), name + "/key")), value = Heads(Dense(x, name + "/value"));
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        foreach (var tensor in (ReadOnlySpan<nint>)[query, key, value]) call.Give(tensor);
        call.None();
        call.Double(0);
        call.Bool(false);
        call.None();
        call.Bool(false);
        return Dense(Shaped(Swapped(Done(call, attention)), reshape, [batch, length, size]), name + "/attention_output");

        nint Heads(nint of) => Swapped(Shaped(of, view, [batch, length, heads, size / heads]));
    }

    static nint Swapped(nint x)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Int(1);
        call.Int(2);
        return Done(call, transpose);
    }

    static nint Shaped(nint x, TorchOp op, ReadOnlySpan<long> sizes)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Ints(sizes);
        return Done(call, op);
    }

    internal static nint Concatenate(params ReadOnlySpan<nint> parts)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Tensors(parts);
        call.Int(1);
        var result = Done(call, cat);
        foreach (var part in parts) TorchTensor.Delete(part);
        return result;
    }

    internal static nint Multiply(nint x, nint y)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(x);
        call.Give(y);
        return Done(call, multiply);
    }

    /// <summary>The loss of logits; for inference their probabilities.</summary>
    internal nint CrossEntropy(nint logits)
    {
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(logits);
        if (!job.Trains)
        {
            call.Int(-1);
            call.None();
            return Done(call, softmax);
        }
        call.Tensor(labels);
        call.None();
        call.Int(1);
        call.Int(-100);
        call.Double(0);
        return Done(call, crossEntropy);
    }

    /// <summary>The loss of one logit a sample; for inference its probability.</summary>
    internal nint BinaryCrossEntropy(nint logits)
    {
        if (!job.Trains) return Sigmoid(logits);
        Span<ulong> stack = stackalloc ulong[12];
        var call = new TorchCall(stack);
        call.Give(logits);
        call.Tensor(labels);
        call.None();
        call.None();
        call.Int(1);
        return Done(call, binaryCrossEntropy);
    }

    static nint Done(TorchCall call, TorchOp op)
    {
        call.Run(op);
        return call.Result();
    }
}
