using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Zoo.Autograd.Engine.Torch.Pointwise;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>What a query does not see, and what is dropped, in rows of scores and weights.</summary>
internal readonly unsafe struct AttentionMask(AttentionSizes sizes, byte* mask, byte* kept)
{
    readonly (nint Batch, nint Head, nint Query, nint Value) steps = mask is null ? default : Steps(sizes.Mask!);

    static (nint, nint, nint, nint) Steps(Shape mask)
    {
        nint Step(int axis) => mask[axis] == 1 ? 0 : (nint)mask[(axis + 1)..].Elements;
        return (Step(0), Step(1), Step(2), Step(3));
    }

    /// <summary>Scores of what is not seen.</summary>
    internal void Scores<T>(T* row, int count, int batch, int head, int query) where T : unmanaged, INumber<T> => Set(row, count, batch, head, query, T.CreateTruncating(sizes.Masked), sizes.Adds);

    /// <summary>Weights: 0 where what is not seen is to be hidden.</summary>
    internal void Hide<T>(T* row, int count, int batch, int head, int query) where T : unmanaged, INumber<T>
    {
        if (sizes.Hides) Set(row, count, batch, head, query, T.Zero);
    }

    /// <summary>Gradients of scores: what was replaced gets none.</summary>
    internal void Stop<T>(T* row, int count, int batch, int head, int query) where T : unmanaged, INumber<T>
    {
        if (!sizes.Adds) Set(row, count, batch, head, query, T.Zero);
    }

    /// <summary>Weights that are hidden and dropped.</summary>
    internal void Weights<T>(T* row, int count, int batch, int head, int query) where T : unmanaged, INumber<T>
    {
        Hide(row, count, batch, head, query);
        Drop(row, count, batch, head, query);
    }

    /// <summary>0 for what is dropped, more of what is kept.</summary>
    internal void Drop<T>(T* row, int count, int batch, int head, int query) where T : unmanaged, INumber<T>
    {
        if (kept is null) return;
        var keep = kept + (((nint)batch * sizes.Heads + head) * sizes.Queries + query) * sizes.Values;
        var growth = T.CreateTruncating(1 / (1 - Math.Min(sizes.Rate, 1 - 1e-7)));
        var (w, all, j) = (Vector512<T>.Count, Vector512.Create(growth), 0);
        if (Avx512F.IsSupported)
            for (; j <= count - w; j += w) VectorMath.If(Flags<T>(keep + j), Vector512.Load(row + j) * all, Vector512<T>.Zero).Store(row + j);
        for (; j < count; j++) row[j] = keep[j] != 0 ? row[j] * growth : T.Zero;
    }

    /// <summary>Sets what a query does not see, or adds to it.</summary>
    void Set<T>(T* row, int count, int batch, int head, int query, T value, bool add = false) where T : unmanaged, INumber<T>
    {
        var seen = sizes.Causal ? Math.Min(count, query + 1) : count;
        if (mask is not null)
        {
            var at = mask + batch * steps.Batch + head * steps.Head + query * steps.Query;
            var (w, all, j) = (Vector512<T>.Count, Vector512.Create(value), 0);
            if (Avx512F.IsSupported && steps.Value == 1)
                for (; j <= seen - w; j += w)
                {
                    var x = Vector512.Load(row + j);
                    VectorMath.If(Flags<T>(at + j), x, add ? x + all : all).Store(row + j);
                }
            for (; j < seen; j++)
                if (at[j * steps.Value] == 0) row[j] = add ? row[j] + value : value;
        }
        var beyond = new Span<T>(row + seen, count - seen);
        if (add) TensorPrimitives.Add(beyond, value, beyond);
        else beyond.Fill(value);
    }

    /// <summary>All bits of a number where its truth value is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Flags<T>(byte* flags) where T : unmanaged => typeof(T) == typeof(float)
        ? ~Vector512.Equals(Avx512F.ConvertToVector512Int32(Vector128.Load(flags)), Vector512<int>.Zero).As<int, T>()
        : ~Vector512.Equals(Avx512F.ConvertToVector512Int64(Vector64.Load(flags).ToVector128()), Vector512<long>.Zero).As<long, T>();
}
