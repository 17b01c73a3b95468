namespace Zoo.Autograd.Engine.Torch;

/// <summary>How values are brought together.</summary>
internal enum ReduceKind : byte
{
    /// <summary>Not at all: the output has one element for each of the iteration space.</summary>
    None,
    Sum, Mean, Prod, Max, Min,
}

/// <summary>Which axes of the iteration space, seen as rows and columns, a program's reductions remove.</summary>
internal enum ReduceLayout : byte
{
    /// <summary>The program has no reduction.</summary>
    None,
    /// <summary>Everything: one number.</summary>
    All,
    /// <summary>The trailing axes: a number for each row.</summary>
    Rows,
    /// <summary>The leading axes: a number for each column.</summary>
    Columns,
}

/// <summary>A value that leaves a program, as it is or reduced.</summary>
internal readonly record struct PointwiseOutput(int Value, ReduceKind Reduce = ReduceKind.None);
