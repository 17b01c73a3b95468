using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Engine.Torch.Pointwise;
using static Zoo.Autograd.Engine.Torch.SmallProduct;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Passes over a row of scores, as vectors.</summary>
internal static unsafe class AttentionRow
{
    internal static void Scale<T>(T* row, int count, T by) where T : unmanaged, INumber<T>
    {
        if (by != T.One) TensorPrimitives.Multiply(new ReadOnlySpan<T>(row, count), by, new Span<T>(row, count));
    }

    internal static T Dot<T>(T* a, T* b, int count) where T : unmanaged, INumber<T> => TensorPrimitives.Dot(new ReadOnlySpan<T>(a, count), new ReadOnlySpan<T>(b, count));

    /// <summary>Scores to weights; gives the largest and 1 over the sum of the exponentials.</summary>
    internal static (T Most, T Inverse) Softmax<T>(T* row, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var most = count == 0 ? T.NegativeInfinity : TensorPrimitives.Max(new ReadOnlySpan<T>(row, count));
        var inverse = T.One / Exponentials(row, count, most);
        Scale(row, count, inverse);
        return (most, inverse);
    }

    /// <summary>Scores to weights whose largest score and sum are known.</summary>
    internal static void Weights<T>(T* row, int count, T most, T inverse) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Exponentials(row, count, most);
        Scale(row, count, inverse);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static T Exponentials<T>(T* row, int count, T most) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (w, all, sum, j) = (Vector512<T>.Count, Vector512.Create(most), Vector512<T>.Zero, 0);
        for (; j <= count - w; j += w)
        {
            var e = VectorMath.Exp(Vector512.Load(row + j) - all);
            e.Store(row + j);
            sum += e;
        }
        var total = Vector512.Sum(sum);
        if (j == count) return total;
        Store(VectorMath.Exp(Load(row + j, count - j) - all), row + j, count - j);
        for (; j < count; j++) total += row[j];
        return total;
    }

    /// <summary>Gradients of weights to those of scores: scale · weight · (gradient − their dot product).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Back<T>(T* weights, T* back, int count, T product, T scale) where T : unmanaged, INumber<T>
    {
        var (w, all, times) = (Vector512<T>.Count, Vector512.Create(product), Vector512.Create(scale));
        for (var j = 0; j < count; j += w)
        {
            var n = Math.Min(w, count - j);
            Store(Load(weights + j, n) * (Load(back + j, n) - all) * times, back + j, n);
        }
    }
}
