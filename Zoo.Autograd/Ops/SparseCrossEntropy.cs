using System.Numerics;
using System.Numerics.Tensors;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Autograd.Ops;

/// <summary>The embedded kernel of softmax cross-entropy with class numbers: one pass a row; a label out of range fails before anything changes.</summary>
internal static class SparseCrossEntropy
{
    internal static HostKernel Kernel(Shape logits, DType dtype, DType labels)
    {
        var (rows, classes) = ((int)logits[0], (int)logits[1]);
        return (dtype, labels) switch
        {
            (DType.Float32, DType.Int64) => (x, y) => Run<float, long>(x, y, rows, classes),
            (DType.Float32, DType.Int32) => (x, y) => Run<float, int>(x, y, rows, classes),
            (DType.Float64, DType.Int64) => (x, y) => Run<double, long>(x, y, rows, classes),
            (DType.Float64, DType.Int32) => (x, y) => Run<double, int>(x, y, rows, classes),
            _ => throw new GraphException($"SparseSoftmaxCrossEntropyWithLogits: the embedded engine has no kernel for {dtype.Name()} with {labels.Name()} labels. Cast the logits to float32."),
        };
    }

    static void Run<T, TLabel>(ReadOnlySpan<nint> x, ReadOnlySpan<nint> y, int rows, int classes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> where TLabel : unmanaged, IBinaryInteger<TLabel>
    {
        var logits = HostMemory.Span<T>(x[0], rows * classes);
        var labels = HostMemory.Span<TLabel>(x[1], rows);
        var loss = HostMemory.Span<T>(y[0], rows);
        var back = HostMemory.Span<T>(y[1], rows * classes);
        for (var r = 0; r < rows; r++)
        {
            var label = int.CreateSaturating(labels[r]);
            if (label < 0 || label >= classes)
                throw new EngineException($"SparseSoftmaxCrossEntropyWithLogits: the label {labels[r]} at row {r} is out of range. Expected 0 to {classes - 1}, for there are {classes} classes. Check the labels, or give the last layer more units.") { Op = "SparseSoftmaxCrossEntropyWithLogits" };
            var row = logits.Slice(r * classes, classes);
            var to = back.Slice(r * classes, classes);
            var max = TensorPrimitives.Max<T>(row);
            TensorPrimitives.Subtract(row, max, to);
            var own = to[label];
            TensorPrimitives.Exp<T>(to, to);
            var sum = TensorPrimitives.Sum<T>(to);
            loss[r] = T.Log(sum) - own;
            TensorPrimitives.Divide(to, sum, to);
            to[label] -= T.One;
        }
    }
}
