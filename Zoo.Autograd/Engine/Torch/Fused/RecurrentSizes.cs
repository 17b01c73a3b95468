using System.Runtime.Intrinsics;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Sizes of a recurrence [steps, batch, …]. States are kept in the order of the steps, with one more at the end where it begins: state t is that before step t and
/// after step t - 1; in a recurrence that begins with the last step it is that after step t and before step t - 1.
/// </summary>
internal readonly unsafe struct RecurrentSizes(Node node, Shape sequence, Shape first, bool training)
{
    internal int Steps { get; } = (int)sequence[0];
    internal int Batch { get; } = (int)first[0];
    internal int Units { get; } = (int)first[1];
    internal bool Reverse { get; } = node.Flag("reverse");
    internal bool HasMask { get; } = node.Int("M") > 0;

    /// <summary>Whether there are gradients for more than the first output.</summary>
    internal bool MoreGradients { get; } = node.Attrs.Has("D") && node.Int("D") > 0;

    /// <summary>Whether what the gradient needs is kept.</summary>
    internal bool Training { get; } = training;

    /// <summary>Groups of rows that go together.</summary>
    internal long Tiles => Units == 0 ? 0 : (Batch + SmallProduct.Rows - 1) / SmallProduct.Rows;

    /// <summary>Groups of rows that make about 50 microseconds of work.</summary>
    internal long Grain => Math.Max(1, 1_000_000 / Math.Max(1L, 4L * SmallProduct.Rows * Units * Units * Steps));

    internal int FirstState => Reverse ? Steps : 0;
    internal int LastState => Reverse ? 0 : Steps;

    /// <summary>The place of the n-th step, and of the states before and after it.</summary>
    internal (int Entry, int Before, int After) At(int n) => Reverse ? (Steps - 1 - n, Steps - n, Steps - 1 - n) : (n, n, n + 1);

    /// <summary>The rows of some groups.</summary>
    internal (int First, int End) Span(long begin, long end) => ((int)begin * SmallProduct.Rows, Math.Min(Batch, (int)end * SmallProduct.Rows));

    /// <summary>Copies the rows of some groups of a state to a place among many.</summary>
    internal void Copy<T>(T* from, T* to, int place, long begin, long end) where T : unmanaged
    {
        var (first, last) = Span(begin, end);
        new Span<T>(from + (nint)first * Units, (last - first) * Units).CopyTo(new(to + ((nint)place * Batch + first) * Units, (last - first) * Units));
    }

    /// <summary>Elements of the recurrent weights of some gates, packed either way.</summary>
    internal long Packed(DType dtype, int gates) => Whole(Vector512<byte>.Count / TorchTensor.Size(dtype)) * Units * gates;

    /// <summary>The units as whole vectors.</summary>
    internal nint Padded<T>() => (nint)Whole(Vector512<T>.Count);

    long Whole(long vector) => (Units + vector - 1) / vector * vector;
}
