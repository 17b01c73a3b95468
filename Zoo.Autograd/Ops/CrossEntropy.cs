using System.Numerics;
using System.Numerics.Tensors;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Autograd.Ops;

/// <summary>
/// The embedded kernel of softmax cross-entropy, one pass a row: the loss, and the gradient for the logits. Labels are probabilities or class numbers; a
/// number out of range fails before anything changes.
/// </summary>
internal static class CrossEntropy
{
    /// <summary>With probabilities in the logits' shape.</summary>
    internal static HostKernel Dense(Shape logits, DType dtype) => dtype switch
    {
        DType.Float32 => (x, y) => Run<float, Probabilities<float>>(x, y, logits),
        DType.Float64 => (x, y) => Run<double, Probabilities<double>>(x, y, logits),
        _ => throw Unsupported("SoftmaxCrossEntropyWithLogits", dtype),
    };

    /// <summary>With a class number for each row.</summary>
    internal static HostKernel Sparse(Shape logits, DType dtype, DType labels) => (dtype, labels) switch
    {
        (DType.Float32, DType.Int64) => (x, y) => Run<float, Classes<float, long>>(x, y, logits),
        (DType.Float32, DType.Int32) => (x, y) => Run<float, Classes<float, int>>(x, y, logits),
        (DType.Float64, DType.Int64) => (x, y) => Run<double, Classes<double, long>>(x, y, logits),
        (DType.Float64, DType.Int32) => (x, y) => Run<double, Classes<double, int>>(x, y, logits),
        _ => throw Unsupported("SparseSoftmaxCrossEntropyWithLogits", dtype),
    };

    static void Run<T, TLabels>(ReadOnlySpan<nint> x, ReadOnlySpan<nint> y, Shape logits) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TLabels : struct, ILabels<T>
    {
        var body = new Rows<T, TLabels> { From = x[0], Labels = x[1], Loss = y[0], Back = y[1], Count = (int)logits[0], Classes = (int)logits[1] };
        ParallelFor.Run(ref body, logits[0], Math.Max(1, 20_000 / Math.Max(1, logits[1])));
    }

    struct Rows<T, TLabels> : IRangeBody where T : unmanaged, IBinaryFloatingPointIeee754<T> where TLabels : struct, ILabels<T>
    {
        internal nint From, Labels, Loss, Back;
        internal int Count, Classes;

        public readonly void Do(long begin, long end)
        {
            Span<T> from = HostMemory.Span<T>(From, Count * Classes), loss = HostMemory.Span<T>(Loss, Count), back = HostMemory.Span<T>(Back, Count * Classes);
            for (var r = (int)begin; r < end; r++)
            {
                Span<T> row = from.Slice(r * Classes, Classes), to = back.Slice(r * Classes, Classes);
                TensorPrimitives.Subtract(row, TensorPrimitives.Max<T>(row), to);
                var (weight, own) = TLabels.Of(Labels, r, to);
                TensorPrimitives.Exp<T>(to, to);
                var sum = TensorPrimitives.Sum<T>(to);
                loss[r] = T.Log(sum) * weight - own;
                TensorPrimitives.Divide(to, sum, to);
                TLabels.Subtract(Labels, r, to);
            }
        }
    }

    interface ILabels<T> where T : unmanaged
    {
        /// <summary>The sum of a row's labels, and their dot product with its shifted logits.</summary>
        static abstract (T Weight, T Own) Of(nint labels, int row, ReadOnlySpan<T> shifted);

        /// <summary>Takes a row's labels from its softmax.</summary>
        static abstract void Subtract(nint labels, int row, Span<T> softmax);
    }

    readonly struct Probabilities<T> : ILabels<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static (T Weight, T Own) Of(nint labels, int row, ReadOnlySpan<T> shifted) => (TensorPrimitives.Sum<T>(Row(labels, row, shifted.Length)), TensorPrimitives.Dot(shifted, Row(labels, row, shifted.Length)));

        public static void Subtract(nint labels, int row, Span<T> softmax) => TensorPrimitives.Subtract(softmax, Row(labels, row, softmax.Length), softmax);

        static ReadOnlySpan<T> Row(nint labels, int row, int classes) => HostMemory.Span<T>(labels, (row + 1) * classes).Slice(row * classes, classes);
    }

    readonly struct Classes<T, TLabel> : ILabels<T> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TLabel : unmanaged, IBinaryInteger<TLabel>
    {
        public static (T Weight, T Own) Of(nint labels, int row, ReadOnlySpan<T> shifted)
        {
            var label = HostMemory.Span<TLabel>(labels, row + 1)[row];
            if (TLabel.IsNegative(label) || label >= TLabel.CreateChecked(shifted.Length))
                throw new EngineException($"SparseSoftmaxCrossEntropyWithLogits: the label {label} at row {row} is out of range. Expected 0 to {shifted.Length - 1}, for there are {shifted.Length} classes. Check the labels, or give the last layer more units.") { Op = "SparseSoftmaxCrossEntropyWithLogits" };
            return (T.One, shifted[int.CreateChecked(label)]);
        }

        public static void Subtract(nint labels, int row, Span<T> softmax) => softmax[int.CreateChecked(HostMemory.Span<TLabel>(labels, row + 1)[row])] -= T.One;
    }

    static GraphException Unsupported(string op, DType dtype) => new($"{op}: the embedded engine has no kernel for {dtype.Name()}. Cast the logits to float32.");
}
