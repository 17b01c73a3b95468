using System.Numerics;

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
    internal void Scores<T>(T* row, int count, int batch, int head, int query) where T : unmanaged, INumber<T>
    {
        var masked = T.CreateTruncating(sizes.Masked);
        if (sizes.Adds)
        {
            for (var j = 0; j < count; j++)
                if (IsHidden(batch, head, query, j)) row[j] += masked;
        }
        else Set(row, count, batch, head, query, masked);
    }

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
        for (var j = 0; j < count; j++) row[j] = keep[j] != 0 ? row[j] * growth : T.Zero;
    }

    void Set<T>(T* row, int count, int batch, int head, int query, T value) where T : unmanaged, INumber<T>
    {
        if (mask is not null)
        {
            var at = mask + batch * steps.Batch + head * steps.Head + query * steps.Query;
            for (var j = 0; j < count; j++)
                if (at[j * steps.Value] == 0) row[j] = value;
        }
        if (sizes.Causal && query + 1 < count) new Span<T>(row + query + 1, count - query - 1).Fill(value);
    }

    bool IsHidden(int batch, int head, int query, int value) => sizes.Causal && value > query || mask is not null && mask[batch * steps.Batch + head * steps.Head + query * steps.Query + value * steps.Value] == 0;
}
