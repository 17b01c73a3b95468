namespace Zoo.Autograd;

/// <summary>What <c>x[…]</c> takes along one axis: a position, which removes the axis, or a range of positions, which keeps it.</summary>
public readonly record struct AxisIndex
{
    AxisIndex(Range range, bool one) => (Range, IsOne) = (range, one);

    /// <summary>The positions.</summary>
    public Range Range { get; }

    /// <summary>Whether it is one position: the axis goes away.</summary>
    public bool IsOne { get; }

    /// <summary>One position; negative counts from the end, as in Keras.</summary>
    public static implicit operator AxisIndex(int position) => position < 0 ? new Index(-position, fromEnd: true) : new Index(position);

    /// <summary>One position.</summary>
    public static implicit operator AxisIndex(Index position) => new(new Range(position, position), true);

    /// <summary>Positions from a start up to, not including, an end.</summary>
    public static implicit operator AxisIndex(Range range) => new(range, false);
}
