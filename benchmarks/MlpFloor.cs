namespace Zoo.Benchmarks;

/// <summary>The floor of the job <c>mlp</c>.</summary>
internal sealed class MlpFloor : Floor
{
    readonly nint a1, h1, a2, h2, a3, logits, g1, e1, g2, e2;
    readonly nint xT, h1T, h2T, w2T, w3T;
    readonly nint[] gradients;

    internal MlpFloor(int size) : base(Job.Mlp(), size)
    {
        (a1, h1, a2, h2, a3, logits) = (New(size, 512), New(size, 512), New(size, 512), New(size, 512), New(size, 10), New(size, 10));
        (g1, e1, g2, e2) = (New(size, 512), New(size, 512), New(size, 512), New(size, 512));
        gradients = [New(784, 512), New(512), New(512, 512), New(512), New(512, 10), New(10)];
        (xT, h1T, h2T, w2T, w3T) = (Transposed(X), Transposed(h1), Transposed(h2), Transposed(Weight(2)), Transposed(Weight(4)));
    }

    private protected override nint Forward()
    {
        MatMul(X, Weight(0), a1);
        BiasRelu(a1, Weight(1), h1, Size, 512);
        MatMul(h1, Weight(2), a2);
        BiasRelu(a2, Weight(3), h2, Size, 512);
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
        MatMul(h1T, e2, gradients[2]);
        ColumnSums(e2, gradients[3], Size, 512);
        MatMul(h2T, Gradient, gradients[4]);
        ColumnSums(Gradient, gradients[5], Size, 10);
        return gradients;
    }
}
