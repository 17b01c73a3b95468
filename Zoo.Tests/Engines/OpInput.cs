using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

/// <summary>One input of a generated case.</summary>
abstract record OpInput;

/// <summary>Random numbers of the case's dtype, fed when the case runs. Integers lie within the same bounds.</summary>
sealed record Data(Shape Shape, double Low = -2, double High = 2) : OpInput
{
    /// <summary>Whether no number comes twice: whole numbers around 0 in random order. Functions with a largest element then have no ties.</summary>
    public bool Distinct { get; init; }

    /// <summary>Whether it holds symmetric matrices that are positive definite.</summary>
    public bool Definite { get; init; }
}

/// <summary>Random strings out of some, fed when the case runs.</summary>
sealed record Words(Shape Shape, params string[] From) : OpInput;

/// <summary>Random integers from 0 below a limit, fed when the case runs.</summary>
sealed record Indices(Shape Shape, int Limit) : OpInput;

/// <summary>Computed from the inputs before it, and fed.</summary>
sealed record Derived(Shape Shape, Func<NDArray[], NDArray> From) : OpInput;

/// <summary>A constant of the graph: axes, sizes, widths. <c>Typed</c>: it has the case's dtype.</summary>
sealed record Fixed(NDArray Value, bool Typed = false) : OpInput;

/// <summary>Inputs and attributes with which an op is tried.</summary>
sealed record OpVariant(OpInput[] Inputs, params (string Name, object Value)[] Attrs)
{
    /// <summary>Attributes that depend on the inputs: functions over values of their shapes and dtypes.</summary>
    public Func<Variable[], (string, object)[]>? Functions { get; init; }

    /// <summary>Outputs whose values are each engine's own affair.</summary>
    public int[] Private { get; init; } = [];

    /// <summary>Outputs through which no gradient flows.</summary>
    public int[] Flat { get; init; } = [];

    /// <summary>Whether an unknown batch leaves even the rank of the result open.</summary>
    public bool OnlyKnown { get; init; }

    /// <summary>Whether gradients are compared with differences: off where the function has jumps, or ties that each engine breaks its own way.</summary>
    public bool Smooth { get; init; } = true;
}
