using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks;

/// <summary>The floor of the job <c>lenet</c>: pictures and filters lie channels last, as in the plan.</summary>
internal sealed unsafe class LeNetFloor : Floor
{
    static readonly long[] One = [1, 1], Zero = [0, 0];
    readonly MaxPool2D pool1, pool2;
    readonly nint p1, places1, p2, places2, dy1, dy2, flat, a3, h3, a4, logits, g3, e3, dflat;
    readonly nint x, w1, w2, p1Nchw, dy1Nchw, dy2Nchw, flatT, h3T, w3T, w4T;
    readonly nint[] gradients = new nint[8], owned;

    internal LeNetFloor(int size) : base(Job.LeNet(), size)
    {
        var job = Job.LeNet();
        var pools = job.Step.Nodes().Where(n => n.Op.Name == "MaxPool").ToArray();
        (pool1, pool2) = (new(pools[0], [size, 24, 24, 20]), new(pools[1], [size, 8, 8, 50]));
        (p1, p2, dy1, dy2) = (New(size, 12, 12, 20), New(size, 4, 4, 50), New(size, 24, 24, 20), New(size, 8, 8, 50));
        (places1, places2) = (TorchTensor.Empty(DType.UInt8, [size, 12, 12, 20]), TorchTensor.Empty(DType.UInt8, [size, 4, 4, 50]));
        (a3, h3, a4, logits, g3, e3, dflat) = (New(size, 500), New(size, 500), New(size, 10), New(size, 10), New(size, 500), New(size, 500), New(size, 800));
        flat = TorchTensor.View(p2, [size, 800], [800, 1]);
        (x, p1Nchw, dy1Nchw, dy2Nchw) = (Nchw(X), Nchw(p1), Nchw(dy1), Nchw(dy2));
        (w1, w2) = (Permuted(Weight(0), 3, 2, 0, 1), Permuted(Weight(2), 3, 2, 0, 1));
        (flatT, h3T, w3T, w4T) = (Transposed(flat), Transposed(h3), Transposed(Weight(4)), Transposed(Weight(6)));
        owned = [New(800, 500), New(500), New(500, 10), New(10)];
        owned.CopyTo(gradients, 4);
    }

    private protected override nint Forward()
    {
        var y = Convolution(x, w1, Weight(1));
        pool1.Forward([Address(y)], [Address(p1), Address(places1)]);
        TorchTensor.Delete(y);
        y = Convolution(p1Nchw, w2, Weight(3));
        pool2.Forward([Address(y)], [Address(p2), Address(places2)]);
        TorchTensor.Delete(y);
        MatMul(flat, Weight(4), a3);
        BiasRelu(a3, Weight(5), h3, Size, 500);
        MatMul(h3, Weight(6), a4);
        Bias(a4, Weight(7), logits, Size, 10);
        return logits;
    }

    private protected override ReadOnlySpan<nint> Backward()
    {
        for (var i = 0; i < 4; i++)
            if (gradients[i] != 0) TorchTensor.Delete(gradients[i]);
        MatMul(Gradient, w4T, g3);
        ReluGradient(g3, h3, e3, Size, 500);
        MatMul(e3, w3T, dflat);
        pool2.Backward([Address(places2), Address(dflat)], [Address(dy2)]);
        var dp1 = ConvolutionBackward(dy2Nchw, p1Nchw, w2, 50, true, out gradients[2], out gradients[3]);
        pool1.Backward([Address(places1), Address(dp1)], [Address(dy1)]);
        TorchTensor.Delete(dp1);
        ConvolutionBackward(dy1Nchw, x, w1, 20, false, out gradients[0], out gradients[1]);
        MatMul(flatT, e3, gradients[4]);
        ColumnSums(e3, gradients[5], Size, 500);
        MatMul(h3T, Gradient, gradients[6]);
        ColumnSums(Gradient, gradients[7], Size, 10);
        return gradients;
    }

    static nint Convolution(nint input, nint filter, nint bias)
    {
        nint result;
        fixed (long* one = One, zero = Zero)
            TorchError.Check(LibTorch.aoti_torch_cpu_convolution(input, filter, &bias, one, 2, zero, 2, one, 2, 0, zero, 2, 1, &result), "convolution");
        return result;
    }

    static nint ConvolutionBackward(nint gradient, nint input, nint filter, long channels, bool forInput, out nint forFilter, out nint forBias)
    {
        nint dx = 0, dw, db;
        var mask = stackalloc int[3] { forInput ? 1 : 0, 1, 1 };
        var sizes = &channels;
        fixed (long* one = One, zero = Zero)
            TorchError.Check(LibTorch.aoti_torch_cpu_convolution_backward(gradient, input, filter, &sizes, 1, one, 2, zero, 2, one, 2, 0, zero, 2, 1, mask, 3, &dx, &dw, &db), "convolution_backward");
        if (!forInput && dx != 0) TorchTensor.Delete(dx);
        (forFilter, forBias) = (dw, db);
        return dx;
    }

    static nint Nchw(nint x) => Permuted(x, 0, 3, 1, 2);

    static nint Permuted(nint x, params ReadOnlySpan<int> axes)
    {
        Span<long> sizes = stackalloc long[4], strides = stackalloc long[4];
        for (var i = 0; i < 4; i++) (sizes[i], strides[i]) = (TorchTensor.Sizes(x)[axes[i]], TorchTensor.Strides(x)[axes[i]]);
        return TorchTensor.View(x, sizes, strides);
    }
}
