using System.Numerics;
using System.Numerics.Tensors;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Autograd.Ops;

/// <summary>The embedded kernel of softmax cross-entropy with probabilities: one pass a row.</summary>
internal static class CrossEntropy
{
    internal static HostKernel Kernel(Shape shape, DType dtype)
    {
        var (rows, classes) = ((int)shape[0], (int)shape[1]);
        return dtype switch
        {
            DType.Float32 => (x, y) => Run<float>(x, y, rows, classes),
            DType.Float64 => (x, y) => Run<double>(x, y, rows, classes),
            _ => throw new GraphException($"SoftmaxCrossEntropyWithLogits: the embedded engine has no kernel for {dtype.Name()}. Cast the logits to float32."),
        };
    }

    static void Run<T>(ReadOnlySpan<nint> x, ReadOnlySpan<nint> y, int rows, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var r = 0; r < rows; r++)
        {
            var row = HostMemory.Span<T>(x[0], rows * classes).Slice(r * classes, classes);
            var labels = HostMemory.Span<T>(x[1], rows * classes).Slice(r * classes, classes);
            var to = HostMemory.Span<T>(y[1], rows * classes).Slice(r * classes, classes);
            TensorPrimitives.Subtract(row, TensorPrimitives.Max<T>(row), to);
            var dot = TensorPrimitives.Dot<T>(to, labels);
            TensorPrimitives.Exp<T>(to, to);
            var sum = TensorPrimitives.Sum<T>(to);
            HostMemory.Span<T>(y[0], rows)[r] = T.Log(sum) * TensorPrimitives.Sum<T>(labels) - dot;
            TensorPrimitives.Divide(to, sum, to);
            TensorPrimitives.Subtract<T>(to, labels, to);
        }
    }
}
