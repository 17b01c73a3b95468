using System.Runtime.Intrinsics;
using Zoo.Autograd.Graph;
using static Zoo.Autograd.Engine.Torch.SmallProduct;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Sizes of attention, and where rows lie. A task is all heads of a group of a sample.</summary>
internal sealed class AttentionSizes
{
    internal AttentionSizes(Node n, int first, int masks)
    {
        var (query, key, value) = (n[first].Shape, n[first + 1].Shape, n[first + 2].Shape);
        (Batch, Queries, Heads, Size) = ((int)query[0], (int)query[1], (int)query[2], (int)query[3]);
        (Values, Groups, ValueSize) = ((int)key[1], (int)key[2], (int)value[3]);
        (Scale, Causal, Masked, Rate) = (n.Float("scale"), n.Flag("causal"), n.Float("masked"), n.Float("rate"));
        (Hides, Adds) = (n.Text("masking") == "hide", n.Text("masking") == "add");
        if (n.Int("M") > 0) (MaskAt, Mask) = (masks, n[masks].Shape);
        if (n.Int("K") > 0) KeptAt = masks + (int)n.Int("M");
    }

    internal int Batch { get; }
    internal int Queries { get; }
    internal int Heads { get; }
    internal int Size { get; }
    internal int Values { get; }
    internal int Groups { get; }
    internal int ValueSize { get; }
    internal double Scale { get; }
    internal bool Causal { get; }
    internal double Masked { get; }
    internal double Rate { get; }
    internal bool Hides { get; }
    internal bool Adds { get; }
    /// <summary>Which input is the mask, and which says what is kept; 0 for none.</summary>
    internal int MaskAt { get; }
    internal int KeptAt { get; }
    internal Shape? Mask { get; }

    internal int Times => Groups == 0 ? 0 : Heads / Groups;
    internal long Tasks => (long)Batch * Groups;

    /// <summary>Tasks that make about 50 microseconds of work.</summary>
    internal long Grain => Math.Max(1, 3_000_000 / Math.Max(1, 2L * Times * Queries * Values * (Size + ValueSize)));

    internal int FirstHead(long task) => (int)(task % Groups) * Times;
    internal nint QueryRow(long task, int query, int head) => (nint)(task / Groups * Queries + query) * Heads + head;
    internal nint KeyRow(long task) => (nint)(task / Groups * Values * Groups + task % Groups) * Size;
    internal nint ValueRow(long task) => (nint)(task / Groups * Values * Groups + task % Groups) * ValueSize;

    /// <summary>How many values queries up to one may see, as whole panels: what comes later has no weight where its score is far below all others.</summary>
    internal int Columns<T>(int last)
    {
        var panel = MaxVectors * Vector512<T>.Count;
        return Causal && MaskAt == 0 && !Adds && Masked <= -1e8 ? Math.Min(Values, (last + panel - 1) / panel * panel) : Values;
    }
}
