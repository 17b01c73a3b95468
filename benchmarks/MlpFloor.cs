using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks;

/// <summary>The floor of the job <c>mlp</c>.</summary>
internal sealed class MlpFloor : Floor
{
    readonly nint a3, logits, g1, e1, g2, e2;
    readonly nint xT, w1T, w2T, w3T;
    readonly nint[] gradients;
    nint h1, h2;

    internal MlpFloor(int size) : base(Job.Mlp(), size)
    {
        (a3, logits) = (New(size, 10), New(size, 10));
        (g1, e1, g2, e2) = (New(size, 512), New(size, 512), New(size, 512), New(size, 512));
        gradients = [New(784, 512), New(512), New(512, 512), New(512), New(512, 10), New(10)];
        (xT, w1T, w2T, w3T) = (Transposed(X), Transposed(Weight(0)), Transposed(Weight(2)), Transposed(Weight(4)));
    }

    private protected override nint Forward()
    {
        h1 = DenseRelu(X, w1T, Weight(1));
        h2 = DenseRelu(h1, w2T, Weight(3));
        MatMul(h2, Weight(4), a3);
        Bias(a3, Weight(5), logits, Size, 10);
        return logits;
    }

    private protected override ReadOnlySpan<nint> Backward()
    {
        MatMul(Gradient, w3T, g2);
        ReluGradient(g2, h2, e2, Size, 512);
        MatMul(e2, w2T, g1);
        ReluGradient(g1, h1, e1, Size, 512);
        MatMul(xT, e1, gradients[0]);
        ColumnSums(e1, gradients[1], Size, 512);
        MatMulTransposed(h1, e2, gradients[2]);
        ColumnSums(e2, gradients[3], Size, 512);
        MatMulTransposed(h2, Gradient, gradients[4]);
        ColumnSums(Gradient, gradients[5], Size, 10);
        TorchTensor.Delete(h1);
        TorchTensor.Delete(h2);
        return gradients;
    }
}
